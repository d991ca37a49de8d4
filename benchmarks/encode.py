"""Files a second of `midigan encode` against its peers, side by side in one run.

    pip install -e '.[benchmark]'
    python benchmarks/encode.py FOLDER [--layout band] [--rounds 5]

Each peer turns every file of the folder into what it calls an array or tokens; symusic's bare
parse, which midigan's own reading rests on, is the floor. All run on one core in one process,
in turn, file lists shuffled alike; the table shows the median of the rounds and, as a ratio,
midigan's speed over each peer's. midigan finds keys and copies meanwhile, as it does for its
users; a copy counts as a file. A peer that refuses a file is not charged for it but for the
time until it refused.
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import miditok
import muspy
import pypianoroll
import symusic

from midigan.files.encode import encode
from midigan.layout import load_layout

TOKENIZER = miditok.REMI()


def with_midigan(layout: str) -> Callable[[list[Path]], None]:
    chosen = load_layout(layout)

    def run(files: list[Path]) -> None:
        encode(files, chosen, meter="pad")

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


PEERS: dict[str, Callable[[list[Path]], None]] = {
    "symusic, bare parse": each(symusic.Score),
    "miditok REMI": each(lambda file: TOKENIZER(symusic.Score(file))),
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
    runners = {"midigan encode": with_midigan(options.layout), **PEERS}
    speeds: dict[str, list[float]] = {name: [] for name in runners}
    for _ in range(options.rounds):
        for name, run in runners.items():
            begin = time.perf_counter()
            run(files)
            speeds[name].append(len(files) / (time.perf_counter() - begin))
    own = statistics.median(speeds["midigan encode"])
    print(f"{len(files)} files of {options.folder}, median of {options.rounds} rounds, one core")
    print(f"{'':24}{'files/s':>10}{'midigan is':>14}")
    for name, runs in speeds.items():
        found = statistics.median(runs)
        print(f"{name:24}{found:10.1f}{own / found:13.2f}x")


if __name__ == "__main__":
    main()
