"""Windows on a timeline: where phrases begin, which notes they show, and which are alike."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midigan.layout import Layout
from midigan.notes import note_spans, pairs_in
from midigan.song import Notes

# Odd numbers that spread the bits of a product: the multipliers of SplitMix64 and of MurmurHash3.
_SPREAD = tuple(
    np.uint64(number)
    for number in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xFF51AFD7ED558CCD)
)


@dataclass(frozen=True)
class Looks:
    """How phrases look at songs.

    hop: bars from one phrase to the next, at least 1.
    fewest_notes: phrases in which fewer notes sound are left out; at least 1, so that wholly
        silent ones always are.
    """

    hop: int = 1
    fewest_notes: int = 1


def find_windows(
    first_bar: NDArray[np.int64], notes: Notes, layout: Layout, looks: Looks
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Phrases of `layout.bars` bars that begin every `looks.hop` bars of each song.

    first_bar: int64 `(songs + 1,)`, the bar at which each song begins.
    Returns int64 `(n,)`, the bars at which they begin, and int64 `(n, 2)`, their notes' spans.
    """
    windows, sounding = count_sounding(first_bar, notes, layout, looks.hop)
    windows = windows[sounding >= looks.fewest_notes]
    spans = note_spans(notes, windows * layout.steps, layout)
    # What follows a song's last phrase is another song's.
    song = np.searchsorted(first_bar, windows, side="right")
    ends = np.searchsorted(notes["start"], first_bar * layout.steps)
    spans[:, 1] = np.minimum(spans[:, 1], ends[song])
    return windows, spans


def count_sounding(
    first_bar: NDArray[np.int64], notes: Notes, layout: Layout, hop: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All windows of `find_windows`, silent ones too, and how many notes sound in each.

    Returns int64 `(n,)`, the bars at which they begin, and int64 `(n,)`, the counts.
    """
    starts = [
        np.arange(first, stop - layout.bars + 1, hop)
        for first, stop in itertools.pairwise(first_bar.tolist())
    ]
    windows = np.concatenate([np.empty(0, np.int64), *starts])
    bars = int(first_bar[-1])
    start = notes["start"].astype(np.int64)
    begun = np.searchsorted(start, (windows + layout.bars) * layout.steps)
    # The first bar by which each note has ended: counting needs no order of the ends.
    over = (start + notes["length"] - 1) // layout.steps + 1
    ended = np.cumsum(np.bincount(np.clip(over, 0, bars), minlength=bars + 1))
    return windows, begun - ended[windows]


def within_songs(
    windows: NDArray[np.int64], song: NDArray[np.int64], notes: NDArray[np.int64], layout: Layout
) -> NDArray[np.bool_]:
    """Which phrases show music from their first beat to their last: bool `(n,)`.

    windows, song: int64 `(n,)`, the bar at which each phrase begins, and its song. notes: int64
    `(songs, 2)`, the step at which each song's first note begins and the one at which its
    last one ends.
    The bar of an upbeat begins with rests, and a final chord's may end with them: edges of the
    song, not music of it. Phrases with a beat of that or more are not among those, unless all
    phrases of their song are like that (a loop of two bars, say).
    """
    first = windows * layout.steps
    early, late = notes[song, 0] - first, first + layout.phrase_steps - notes[song, 1]
    within = np.maximum(early, late) < layout.steps_per_beat
    some = np.zeros(len(notes), bool)
    some[song[within]] = True
    found: NDArray[np.bool_] = within | ~some[song]
    return found


def sounding_lengths(notes: Notes, layout: Layout) -> NDArray[np.int64]:
    """How many steps each note sounds: int64 `(n,)`. A hit is a hit, however long it is held."""
    track = np.ascontiguousarray(notes["track"])
    lengths = notes["length"].astype(np.int64)
    for number, own in enumerate(layout.tracks):
        if own.drum:
            np.putmask(lengths, track == number, 1)
    return lengths


def hash_phrases(windows: NDArray[np.int64], notes: Notes, layout: Layout) -> NDArray[np.uint64]:
    """A number for each phrase, the same for phrases of the same notes: uint64 `(n,)`.

    Looked at are track, pitch, length and step of the notes, and what is held in from before;
    velocities are not. Each bar is hashed once however many windows show it.
    """
    if not len(windows):
        return np.empty(0, np.uint64)
    first, stop = int(windows[0]), int(windows[-1]) + layout.bars
    bars = _hash_bars(notes, first, stop, layout)
    total = np.zeros(len(windows), np.uint64)
    for number in range(layout.bars):
        total = _mixed(total + bars[windows - first + number])
    return total


def _hash_bars(notes: Notes, first: int, stop: int, layout: Layout) -> NDArray[np.uint64]:
    """A number for each bar `first` to `stop - 1`: the sum of one for each note in it.

    A note that is held over a bar line counts in each bar that it sounds in.
    """
    start = notes["start"].astype(np.int64)
    length = sounding_lengths(notes, layout)
    voice = notes["track"].astype(np.int64) << 8
    voice |= notes["pitch"]
    bar = start // layout.steps
    begin = start - bar * layout.steps
    sums = np.append(np.uint64(0), np.cumsum(_mixed(_packed(voice, begin + 1, length))))
    ends = np.searchsorted(bar, np.arange(first, stop + 1))
    found = np.diff(sums[ends])

    # Few notes are held over a bar line: only they are looked at further.
    held = np.flatnonzero(begin + length > layout.steps)
    start, length, voice, bar = (all_of.take(held) for all_of in (start, length, voice, bar))
    last = (start + length - 1) // layout.steps
    note, later = pairs_in(np.stack([bar + 1, last + 1], axis=1))
    inside = (later >= first) & (later < stop)
    note, later = note[inside], later[inside]
    rest = start[note] + length[note] - later * layout.steps
    np.add.at(found, later - first, _mixed(_packed(voice[note], 0, rest)))
    return found


def _packed(
    voice: NDArray[np.int64], begin: NDArray[np.int64] | int, length: NDArray[np.int64]
) -> NDArray[np.int64]:
    """A note in one number; `begin` is the step of the bar counted from 1, 0 if held in."""
    packed = voice << 44
    packed += np.asarray(begin) << 32
    packed += length
    return packed


def _mixed(values: NDArray[np.int64] | NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64's finaliser: neighbouring numbers get far apart, and their sums do not meet."""
    mixed = values.astype(np.uint64)
    mixed += _SPREAD[0]
    mixed *= _SPREAD[3]
    shifted = np.empty_like(mixed)
    for shift, factor in ((30, _SPREAD[1]), (27, _SPREAD[2])):
        mixed ^= np.right_shift(mixed, np.uint64(shift), out=shifted)
        mixed *= factor
    mixed ^= np.right_shift(mixed, np.uint64(31), out=shifted)
    return mixed
