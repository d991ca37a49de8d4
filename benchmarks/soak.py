"""How long `midigan live` bears what a studio does to it.

    pip install -e '.[test]' and Debian's jackd2
    python benchmarks/soak.py [--minutes 60] [--candidates 32] [--busy 2] [--stalls 30]

Beside busy processes, at 180 bpm, with the critic choosing from 32 candidates, a DAW jumps,
stops and starts by JACK transport every few seconds, and a synthesizer closes its port every
minute for two seconds. With --stalls nobody, JACK included, has a processor for 5 to so many
milliseconds each second (stall.py): JACK overruns, and loses what it should have sent. A process
of its own takes down what arrives; afterwards that is held against the music of those places,
composed again. Ends with 1 if a note was stuck, a phrase came late, or playing went on in a wrong
place.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
# Processes of ours run the midigan that this file lies beside.
os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
)

from alongside import alongside  # noqa: E402
from real_parts import Midigan, jack_server, process_that_runs, wait_until  # noqa: E402
from soak_record import read_record  # noqa: E402
from soak_verdict import Music, Verdict, judge  # noqa: E402

BPM, SEED = 180.0, 5
#: Memory is read so often, and judged from when caches and libraries have settled.
MEMORY_EVERY_S = 5.0
CHILDREN = {
    "player": "midigan.live.playing.player_process",
    "composer": "midigan.live.composing.composer_process",
}


def busy(count: int, niceness: int, stalls_ms: float) -> AbstractContextManager[None]:
    """Keep so many processors busy, with what others leave of them if that is nice; stall all."""
    code = f"import os; os.nice({niceness})\nwhile True: pass"
    stall = [sys.executable, str(Path(__file__).with_name("stall.py"))]
    stalled = sorted(os.sched_getaffinity(0)) if stalls_ms else []
    stalling = [[*stall, str(processor), str(stalls_ms)] for processor in stalled]
    return alongside([*[[sys.executable, "-c", code]] * count, *stalling])


def private_kib(pid: int) -> int:
    """Private anonymous memory of a process; 0 if it has ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("RssAnon"):
                return int(line.split()[1])
    return 0


def pids_of(midigan: Midigan) -> dict[str, int]:
    found = {name: midigan.child(module) for name, module in CHILDREN.items()}
    children = Path(f"/proc/{found['player']}/task/{found['player']}/children")
    (follower,) = wait_until("the process that follows", lambda: children.read_text().split())
    overruns = process_that_runs("midigan.live.connections.overrun_process")
    others = {"follower": int(follower), "overruns": overruns}
    return {"parent": midigan.process.pid, **found, **others}


def play(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Let it all happen. Returns memory by process, in KiB, and what midigan said."""
    daw_command = [sys.executable, str(Path(__file__).with_name("soak_daw.py"))]
    seconds = options.minutes * 60
    record, log = folder / "record.jsonl", folder / "log.jsonl"
    log.unlink(missing_ok=True)
    daw = subprocess.Popen(
        [*daw_command, str(record), str(seconds), str(SEED), str(BPM)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert daw.stdin is not None
    assert daw.stdout is not None
    try:
        assert daw.stdout.readline() == "ready\n", "the DAW's side did not start"
        arguments = ["--port", "soak synth", "--sync", "jack", "--tempo", BPM, "--seed", SEED]
        arguments += ["--candidates", options.candidates, "--log", log]
        midigan = Midigan("live", *options.generator, *arguments)
        try:
            wait_until("the first phrases", lambda: _composed(log) >= 3, 60)
            pids = pids_of(midigan)
            daw.stdin.write("go\n")
            daw.stdin.flush()
            memory = _watch(midigan, pids, seconds)
            assert daw.stdout.readline() == "played\n", "the DAW's side ended early"
            alive = midigan.process.poll() is None
            midigan.process.send_signal(signal.SIGINT)
            status, out, err = midigan.end()
        finally:
            midigan.process.kill()
        daw.communicate("end\n", timeout=30)
    finally:
        daw.kill()
        daw.communicate()
    return {"memory": memory, "alive": alive, "status": status, "out": out, "err": err}


def _composed(log: Path) -> int:
    return log.read_text().count('{"phrase"') if log.exists() else 0


def _watch(midigan: Midigan, pids: Mapping[str, int], seconds: float) -> dict[str, list[int]]:
    memory: dict[str, list[int]] = {name: [] for name in pids}
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and midigan.process.poll() is None:
        time.sleep(min(left, MEMORY_EVERY_S))
        for name, pid in pids.items():
            memory[name].append(private_kib(pid))
    return memory


def composed_again(generator: Sequence[str], candidates: int) -> tuple[Music, float]:
    """The music by the number of its phrase, and how long a phrase lasts, in seconds."""
    from midigan.controls import Turn
    from midigan.live.clock import PPQN
    from midigan.live.composing.composer import Composer
    from midigan.live.processes.composer_messages import Load
    from midigan.shipped import find_generator

    path = find_generator(generator[0] if generator else None)
    composer = Composer(Load(str(path), SEED, [Turn("candidates", candidates)]))
    loaded = composer.describe()
    tick_s = 60 / BPM / PPQN
    channels = [part.channel for part in loaded.parts]

    @cache
    def notes_of(number: int) -> Sequence[tuple[float, float, tuple[int, int], bool]]:
        return [
            (start * tick_s, length * tick_s, (channels[track], pitch), tied)
            for start, length, track, pitch, _, tied in composer.phrase(number).notes
        ]

    return notes_of, loaded.phrase_ticks * tick_s


def percentile(values: Sequence[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0


def growth_kib(values: Sequence[int]) -> int:
    """From the end of the first quarter to the last tenth: medians, as samples waver."""
    quarter, tenth = len(values) // 4, max(1, len(values) // 10)
    before, after = values[quarter : quarter + tenth], values[-tenth:]
    return sorted(after)[len(after) // 2] - sorted(before)[len(before) // 2] if before else 0


def figures(verdict: Verdict, played: Mapping[str, Any], record: Any) -> dict[str, Any]:
    """What is printed, and what a test asks for."""
    strikes = sum(status & 0xF0 == 0x90 for _, (status, *_) in record.messages)
    lasting = {name: values for name, values in played["memory"].items() if values}
    return {
        "rolled_s": round(record.seconds, 1),
        "notes": strikes,
        "held_over_joins": verdict.held,
        "starts_and_jumps": len(record.runs),
        "ports_closed": len(record.away) - 1,
        "stuck_notes": len(verdict.stuck),
        "late_phrases": len(verdict.late),
        "wrong_notes": len(verdict.wrong),
        "silent_runs": len(verdict.silent),
        "lost_notes": len(verdict.lost),
        "overruns": len(record.overruns),
        "resumed_ms": [round(percentile(verdict.resumed_s, p) * 1000) for p in (50, 95, 100)],
        "returned_ms": [round(percentile(verdict.returned_s, p) * 1000) for p in (50, 95, 100)],
        "delay_ms": [round(percentile(verdict.delays_s, p) * 1000, 1) for p in (50, 99, 100)],
        "ended_early": not played["alive"],
        "status": played["status"],
        "memory_kib": {name: values[-1] for name, values in lasting.items()},
        "growth_kib": {name: growth_kib(values) for name, values in lasting.items()},
    }


def show(found: Mapping[str, Any]) -> None:
    for name, value in found.items():
        text = str(value)
        if isinstance(value, Mapping):
            text = ", ".join(f"{key} {each}" for key, each in value.items())
        elif isinstance(value, list):
            text = (
                f"{value[0]} (p50), {value[1]} (p{99 if 'delay' in name else 95}), {value[2]} (all)"
            )
        print(f"{name.replace('_', ' '):20} {text}", flush=True)


def tell(verdict: Verdict, overruns: Sequence[float]) -> None:
    """When, and on which channel and pitch, what should not be was, and when JACK was late."""
    found = {name: getattr(verdict, name) for name in ("stuck", "wrong", "silent", "late", "lost")}
    for name, places in {**found, "overrun": overruns}.items():
        for each in places:
            print(f"{name:20} {each}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="How long live bears a studio.")
    parser.add_argument("generator", nargs="*")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--candidates", type=int, default=32)
    parser.add_argument("--busy", type=int, default=2)
    parser.add_argument("--nice", type=int, default=0, help="of the busy processes")
    parser.add_argument("--stalls", type=float, default=0.0, help="milliseconds; 0 for none")
    parser.add_argument("--keep", type=Path, help="folder to keep the record and the log in")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        with jack_server(), busy(options.busy, options.nice, options.stalls):
            played = play(options, folder)
        (folder / "played.json").write_text(json.dumps(played))
        record = read_record(folder / "record.jsonl")
        verdict = judge(record, *composed_again(options.generator, options.candidates))
    found = figures(verdict, played, record)
    if options.json:
        print(json.dumps({**found, "details": vars(verdict), "said": played["err"]}))
    else:
        show(found)
        tell(verdict, record.overruns)
    kinds = ("stuck_notes", "late_phrases", "wrong_notes", "silent_runs", "status")
    sys.exit(any(found[kind] for kind in kinds) or found["ended_early"])


if __name__ == "__main__":
    main()
