"""How `midigan encode` does on very many files: files a second, peak memory, size a phrase.

    python benchmarks/scale.py make FOLDER --count 178000 SOURCE...
    python benchmarks/scale.py encode FOLDER [--jobs 2]

`make` writes variants of the real MIDI files in the sources, each with other bytes and other
notes: transposed, and its first note struck harder or softer. `encode` runs the command as a
user would, FOLDER.npz beside the folder, and watches the memory of each of its processes
(Linux): the greatest resident set that the kernel counted (VmHWM), and of that what is no
mapped file (RssAnon, twice a second).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

#: Files in one folder of those that are made.
FOLDER_FILES = 1000


def make(folder: Path, sources: list[Path], count: int) -> None:
    """Write `count` variants of the files in `sources`, in folders of FOLDER_FILES."""
    from symusic import Score

    files = sorted(file for source in sources for file in source.rglob("*.mid"))
    scores = [score for score in map(Score, files) if score.note_num()]
    for number in range(count):
        variant, which = divmod(number, len(scores))
        score = scores[which].copy()
        for track in score.tracks:
            if not track.is_drum:
                track.shift_pitch(variant % 12 - 6, inplace=True)
        first = next(track for track in score.tracks if len(track.notes))
        first.notes[0].velocity = 1 + variant // 12 % 127
        target = folder / f"{number // FOLDER_FILES:04}" / f"{number:06}.mid"
        target.parent.mkdir(parents=True, exist_ok=True)
        score.dump_midi(target)


def encode(folder: Path, options: list[str]) -> None:
    """Encode the folder, and print what it took."""
    target, report = folder.with_suffix(".npz"), folder.with_suffix(".json")
    command = [sys.executable, "-m", "midigan", "encode", str(folder), "-o", str(target)]
    command += ["--report", str(report), *options]
    begin = time.perf_counter()
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    peaks: dict[int, tuple[str, float, float]] = {}
    while running.poll() is None:
        for pid in family(running.pid):
            name, most, own = memory(pid)
            before = peaks.get(pid, (name, 0.0, 0.0))
            # One that ends just now has no memory any more.
            peaks[pid] = (before[0], max(most, before[1]), max(own, before[2]))
        time.sleep(0.5)
    seconds = time.perf_counter() - begin
    print(running.communicate()[0])
    if running.returncode:
        sys.exit(running.returncode)
    text = report.open(encoding="utf-8").read(1 << 20).split('"files": [')[0]
    found = json.loads(f"{text.rstrip().removesuffix(',')}}}")
    files, phrases = found["found"], found["phrases"]
    print(f"{files:,} files in {seconds:.1f} s: {files / seconds:.0f} a second")
    print(f"{phrases:,} phrases, {target.stat().st_size / phrases:.1f} bytes each in {target.name}")
    for pid, (name, most, own) in sorted(peaks.items()):
        print(f"process {pid} {name:<24} peak {most:6.0f} MB, {own:6.0f} MB of it its own")


def family(pid: int) -> list[int]:
    """A process and all that it started, and those started, in turn."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += [int(child) for child in task.read_text().split()]
            except OSError:
                continue
    return found


def memory(pid: int) -> tuple[str, float, float]:
    """Name of a process, its greatest resident set and its anonymous one now, in MB."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return "gone", 0.0, 0.0
    values = dict(line.split(":", 1) for line in lines)
    number = [int(values.get(name, "0 kB").split()[0]) / 1024 for name in ("VmHWM", "RssAnon")]
    kind = next((w for w in words if b"forkserver" in w), b"")
    return "worker or its parent" if kind else "midigan", number[0], number[1]


def main() -> None:
    parser = argparse.ArgumentParser(description="Encode very many files.")
    steps = parser.add_subparsers(dest="step", required=True)
    making = steps.add_parser("make")
    making.add_argument("folder", type=Path)
    making.add_argument("sources", type=Path, nargs="+")
    making.add_argument("--count", type=int, default=178_000)
    encoding = steps.add_parser("encode")
    encoding.add_argument("folder", type=Path)
    encoding.add_argument("--jobs", default="2")
    options, more = parser.parse_known_args()
    if options.step == "make":
        make(options.folder, options.sources, options.count)
    else:
        encode(options.folder, ["--jobs", options.jobs, *more])


if __name__ == "__main__":
    main()
