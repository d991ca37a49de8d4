"""Files a second of `midigan encode` against its peers, side by side in one run.

    pip install -e '.[benchmark]'
    python benchmarks/encode.py FOLDER [--layout band] [--rounds 5]

Each peer turns every file of the folder into what it calls an array or tokens; symusic's bare
parse, which midigan's own reading rests on, is the floor. All run in one process, in turn, and
midigan also in one and in two processes of their own, as its command does. Pin the script to
one core (`taskset -c 0`) to compare it with its peers, and leave it two to compare jobs. The
table shows the median of the rounds and, as a ratio, midigan's speed over each peer's. midigan
finds keys and copies meanwhile, as it does for its users; a copy counts as a file. A peer that
refuses a file is not charged for it but for the time until it refused.
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from midigan.files.encoding.encode import encode
from midigan.layout import load_layout


def with_midigan(layout: str, jobs: int) -> Callable[[list[Path]], None]:
    chosen = load_layout(layout)

    def run(files: list[Path]) -> None:
        encode(files, chosen, meter="pad", jobs=jobs)

    return run


def each(read: Callable[[Path], object]) -> Callable[[list[Path]], None]:
    def run(files: list[Path]) -> None:
        for file in files:
            # Peers raise whatever they like; a refusal is an answer too.
            try:
                read(file)
            except Exception:
                continue

    return run


def peers() -> dict[str, Callable[[list[Path]], None]]:
    """What others do with files; imported here, since each worker runs the top of this script."""
    import miditok
    import muspy
    import pypianoroll
    import symusic

    tokenizer = miditok.REMI()
    return {
        "symusic, bare parse": each(symusic.Score),
        "miditok REMI": each(lambda file: tokenizer(symusic.Score(file))),
        "pypianoroll": each(lambda file: pypianoroll.read(file).stack()),
        "muspy": each(lambda file: muspy.read_midi(file).to_pianoroll_representation()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Files a second against peers.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layout", default="band")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    files = sorted(options.folder.rglob("*.mid"))
    runners = {
        "midigan encode": with_midigan(options.layout, 0),
        **{f"midigan, --jobs {jobs}": with_midigan(options.layout, jobs) for jobs in (1, 2)},
        **peers(),
    }
    speeds: dict[str, list[float]] = {name: [] for name in runners}
    for _ in range(options.rounds):
        for name, run in runners.items():
            begin = time.perf_counter()
            run(files)
            speeds[name].append(len(files) / (time.perf_counter() - begin))
    own = statistics.median(speeds["midigan encode"])
    size = sum(file.stat().st_size for file in files) / len(files) / 1e3
    print(f"{len(files)} files of {options.folder}, {size:.1f} KB each, {options.rounds} rounds")
    print(f"{'':24}{'files/s':>10}{'midigan is':>14}")
    for name, runs in speeds.items():
        found = statistics.median(runs)
        print(f"{name:24}{found:10.1f}{own / found:13.2f}x")


if __name__ == "__main__":
    main()
