"""How often beats and bar lines are found in POP909, whose files begin anywhere in a bar.

    python benchmarks/phase.py FOLDER [--fit]

FOLDER is the dataset's folder POP909 (github.com/music-x-lab/POP909-Dataset): a folder a song,
with SONG.mid, beat_midi.txt and beat_audio.txt. The annotation is looked at only to judge.

A beat is right if it lies within a sixteenth of a beat of an annotated one (beat_midi.txt, whose
beats are exact). Bar lines are right if most of them (of the bar lines found and the downbeats
annotated, whichever are fewer) lie within a quarter of a beat of a downbeat. So a song with bars
of 2/4 put in counts by where most of its bars are; one in 3/4 must be found to be in three.
Downbeats are judged by beat_audio.txt, tracked on the recordings, and beside it by
beat_midi.txt, computed from the MIDI file: where the two disagree, the latter is mostly a beat
early. `steady` songs are those in which one phase holds over 60% of the tracked downbeats,
with as many tracked beats as the file has; `agreed` ones those where both annotations agree.
Who is right in the others is told by chord_audio.txt: pop changes its chords on downbeats.

The weights in midigan/files/aligning/accents.py are fitted (`--fit` prints them) to the steady
songs in 4/4 among every second song, in the order of their numbers; figures are of the others.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from midigan.files.aligning.accents import accents, lengths_in_beats
from midigan.files.aligning.align import align
from midigan.files.aligning.heard import Heard, find_grids
from midigan.files.aligning.phase import fold, phases_on
from midigan.files.opening.read import read_scores
from midigan.files.score import Phase, Score

Floats = NDArray[np.float64]

STEADY = 0.6
SIGNS = ("long notes", "loud notes", "bass", "harmony")


@dataclass(frozen=True, eq=False)
class Song:
    """A song and its annotation, in ticks; `tracked` is by ear, `computed` by rule.

    chords: when those of the recording change.
    """

    score: Score
    beats: Floats
    computed: Floats
    tracked: Floats
    tracked_beats: int
    in_bar: int
    chords: Floats

    @classmethod
    def read(cls, folder: Path) -> Song:
        """The song in a folder of the dataset."""
        ((_, score),) = read_scores(folder / f"{folder.name}.mid")
        computed = np.loadtxt(folder / "beat_midi.txt", ndmin=2)
        tracked = np.loadtxt(folder / "beat_audio.txt", ndmin=2)
        beats = _ticks(computed[:, 0], score)
        return cls(
            score,
            beats,
            beats[computed[:, 2] == 1],
            _ticks(tracked[:, 0], score)[tracked[:, 1] == 1],
            len(tracked),
            int(tracked[:, 1].max()),
            _ticks(np.loadtxt(folder / "chord_audio.txt", usecols=0, ndmin=1), score),
        )

    def place(self, downbeats: Floats) -> tuple[int, float]:
        """The most frequent place of some downbeats in the bar, in beats, and its share."""
        beats = np.round((downbeats - self.beats[0]) / self.score.ppq).astype(int)
        counts = np.bincount(beats % self.in_bar, minlength=self.in_bar)
        return int(counts.argmax()), float(counts.max() / len(beats))

    @property
    def steady(self) -> bool:
        """Whether one phase holds over most of the tracked downbeats."""
        same_rate = abs(self.tracked_beats / len(self.beats) - 1) < 0.1
        return same_rate and self.place(self.tracked)[1] > STEADY

    @property
    def agreed(self) -> bool:
        """Whether it is steady, and both annotations agree on where its bars begin."""
        (tracked, _), (computed, share) = self.place(self.tracked), self.place(self.computed)
        return self.steady and share > STEADY and tracked == computed

    def chords_on(self, downbeats: Floats) -> float:
        """The share of its chords, 0..1, that change within half a beat of a downbeat."""
        away = np.abs(self.chords[:, None] - downbeats).min(1)
        return float((away < self.score.ppq / 2).mean())

    def beat_is_right(self, phase: Phase) -> bool:
        """Whether the first beat lies on an annotated one."""
        ppq = self.score.ppq
        return abs((phase.beat_tick - self.beats[0] + ppq / 2) % ppq - ppq / 2) < ppq / 16

    def bars_are_right(self, phase: Phase, downbeats: Floats, tolerance: float) -> bool:
        """Whether most bar lines, or most downbeats, lie within a share of a beat of others."""
        ppq, bar = self.score.ppq, phase.beats * self.score.ppq
        begin, end = self.score.notes["start"].min() - ppq / 2, self.score.notes["start"].max()
        heard = downbeats[(downbeats > begin) & (downbeats < end + ppq / 2)]
        lines = (end - begin) // bar + 1
        away = np.abs((heard - phase.bar_tick + bar / 2) % bar - bar / 2)
        return bool((away < tolerance * ppq).sum() > min(len(heard), lines) / 2)


def _ticks(seconds: Floats, score: Score) -> Floats:
    """The tick of each time, by the score's tempos."""
    tick, bpm = score.tempos["tick"].astype(float), score.tempos["bpm"]
    begin = np.concatenate([[0.0], np.cumsum(np.diff(tick) / score.ppq * 60 / bpm[:-1])])
    at = np.maximum(np.searchsorted(begin, seconds, side="right") - 1, 0)
    return tick[at] + (seconds - begin[at]) * bpm[at] / 60 * score.ppq


def fit(songs: list[Song]) -> Floats:
    """Weights with which the accents of the beats tell the tracked downbeats (softmax, L2)."""
    signs, right, rows = [], [], np.eye(4).tolist()
    for song in songs:
        if song.steady and song.in_bar == 4:
            heard = Heard.of([song.score])
            # Counted from an annotated beat, so that only the bar line is to be found.
            first = song.beats[0] / song.score.ppq - int(heard.origin[0])
            position = heard.positions([4 * first])
            bars_before = -(int(position.min()) // 16)
            position += 16 * bars_before
            length = lengths_in_beats(heard)
            parts = [fold(accents(position, length, heard, row).of_song(0), 4) for row in rows]
            signs.append(np.stack(parts, 1))
            right.append(np.eye(4)[song.place(song.tracked)[0]])
    sign, truth = np.array(signs), np.array(right)
    weights = np.ones(4)
    for _ in range(20_000):
        evidence = sign @ weights
        likely = np.exp(evidence - evidence.max(1, keepdims=True))
        likely /= likely.sum(1, keepdims=True)
        slope = np.einsum("nb,nbs->s", likely - truth, sign) + weights * 0.05
        weights -= 0.5 * slope / len(sign)
    print(f"fitted to {len(sign)} songs:", dict(zip(SIGNS, weights.round(2).tolist(), strict=True)))
    return weights


def print_rates(songs: list[Song], phases: list[Phase]) -> None:
    """Shares of songs that are right, by group."""
    groups = {
        "all": [True] * len(songs),
        "steady": [song.steady for song in songs],
        "agreed": [song.agreed for song in songs],
        "3 in a bar": [song.steady and song.in_bar == 3 for song in songs],
    }
    print(f"{'songs':14}{'':>6}{'beat':>10}{'downbeat':>12}{'by beat_midi':>14}")
    for name, chosen in groups.items():
        every = zip(songs, phases, chosen, strict=True)
        pairs = [(song, phase) for song, phase, inside in every if inside]
        beat = np.mean([song.beat_is_right(phase) for song, phase in pairs])
        tracked = np.mean([s.bars_are_right(p, s.tracked, 1 / 4) for s, p in pairs])
        computed = np.mean([s.bars_are_right(p, s.computed, 1 / 16) for s, p in pairs])
        print(f"{name:14}{len(pairs):6}{beat:10.1%}{tracked:12.1%}{computed:14.1%}")


def print_disagreement(songs: list[Song]) -> None:
    """Which annotation the recordings' chords speak for, where the two disagree."""
    steady = [song for song in songs if song.steady]
    apart = [song for song in steady if not song.agreed]
    tracked, computed = (
        np.mean([song.chords_on(getattr(song, name)) for song in apart])
        for name in ("tracked", "computed")
    )
    print(f"in {len(apart)} of {len(steady)} steady songs the two annotations disagree; there, of")
    print(f"the recordings' chords, {tracked:.0%} change on a tracked downbeat, {computed:.0%} on")
    print("one of beat_midi.txt")


def print_confidence(songs: list[Song], phases: list[Phase]) -> None:
    """How often bar lines are right, by how sure of them the phase finder is."""
    pairs = [(song, phase) for song, phase in zip(songs, phases, strict=True) if song.steady]
    for low, high in ((0, 0.7), (0.7, 0.9), (0.9, 0.97), (0.97, 1.01)):
        right = [
            song.bars_are_right(phase, song.tracked, 1 / 4)
            for song, phase in pairs
            if low <= phase.bar_confidence < high
        ]
        if right:
            print(f"confidence from {low:4}: {np.mean(right):6.1%} of {len(right)} steady songs")


def in_blocks(songs: list[Song]) -> Iterator[list[Score]]:
    """The scores of so many songs as `encode` takes at a time, about."""
    for begin in range(0, len(songs), 16):
        yield [song.score for song in songs[begin : begin + 16]]


def find_phases(scores: list[Score]) -> list[Phase]:
    heard = Heard.of(scores)
    return phases_on(heard, find_grids(heard), [None] * len(scores))


def main() -> None:
    parser = argparse.ArgumentParser(description="Beats and bar lines found in POP909.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--fit", action="store_true", help="Fit the weights and print them.")
    options = parser.parse_args()
    folders = sorted(path.parent for path in options.folder.glob("*/beat_audio.txt"))
    songs = [Song.read(folder) for folder in folders]
    if options.fit:
        fit(songs[::2])
    begin = time.process_time()
    phases = [phase for block in in_blocks(songs) for phase in find_phases(block)]
    cost = (time.process_time() - begin) / len(songs)
    notes = np.mean([len(song.score.notes) for song in songs])
    print(f"{len(songs)} songs, {cost * 1e6:.0f} microseconds each, of {notes:.0f} notes")
    moved = sum(align(song.score).heard is not None for song in songs)
    print(f"`--align auto` moves {moved}, and leaves {len(songs) - moved} as they are")
    print("of the songs that the weights were not fitted to, right are:")
    print_rates(songs[1::2], phases[1::2])
    print_disagreement(songs)
    print_confidence(songs[1::2], phases[1::2])


if __name__ == "__main__":
    main()
