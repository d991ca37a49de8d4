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


@dataclass(frozen=True, eq=False)
class Sounding:
    """The notes of a timeline as columns, which are much faster to count than records.

    layout: what steps and tracks are.
    start, end: int64 `(n,)`, the steps at which each note begins, sorted, and is let go.
    lasts: int64 `(n,)`, how many steps it sounds: a hit is a hit, however long it is held.
    track, pitch: uint8 `(n,)`.
    """

    layout: Layout
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    lasts: NDArray[np.int64]
    track: NDArray[np.uint8]
    pitch: NDArray[np.uint8]

    @classmethod
    def of(cls, notes: Notes, layout: Layout) -> Sounding:
        """The columns of a sorted NOTE array."""
        start, lasts = (notes[name].astype(np.int64) for name in ("start", "length"))
        track, pitch = (np.ascontiguousarray(notes[name]) for name in ("track", "pitch"))
        end = start + lasts
        for number, own in enumerate(layout.tracks):
            if own.drum:
                np.putmask(lasts, track == number, 1)
        return cls(layout, start, end, lasts, track, pitch)


@dataclass(frozen=True, eq=False)
class Windows:
    """All windows that begin every so many bars of each song, silent ones too.

    first_bar: int64 `(songs + 1,)`, the bar at which each song begins.
    sounding: the notes that they look at.
    bars: int64 `(n,)`, the bars at which they begin.
    counts: int64 `(n,)`, how many notes sound in each.
    """

    first_bar: NDArray[np.int64]
    sounding: Sounding
    bars: NDArray[np.int64]
    counts: NDArray[np.int64]

    @classmethod
    def on(
        cls, first_bar: NDArray[np.int64], notes: Notes, layout: Layout, hop: int = 1
    ) -> Windows:
        """Those of `layout.bars` bars on the songs that begin at `first_bar`."""
        sounding, end_bar = Sounding.of(notes, layout), int(first_bar[-1])
        starts = [
            np.arange(first, stop - layout.bars + 1, hop)
            for first, stop in itertools.pairwise(first_bar.tolist())
        ]
        bars = np.concatenate([np.empty(0, np.int64), *starts])
        begun = np.searchsorted(sounding.start, (bars + layout.bars) * layout.steps)
        # The first bar by which each note has ended: counting needs no order of the ends.
        over = sounding.end + (layout.steps - 1)
        over //= layout.steps
        np.clip(over, 0, end_bar, out=over)
        ended = np.cumsum(np.bincount(over, minlength=end_bar + 1))
        return cls(first_bar, sounding, bars, begun - ended[bars])

    def chosen(self, looks: Looks) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The windows that are phrases, and their notes' spans: int64 `(n,)` and `(n, 2)`."""
        windows, steps = self.bars[self.counts >= looks.fewest_notes], self.sounding.layout.steps
        start, end = self.sounding.start, self.sounding.end
        spans = note_spans(start, end, windows * steps, self.sounding.layout)
        # What follows a song's last phrase is another song's.
        song = np.searchsorted(self.first_bar, windows, side="right")
        ends = np.searchsorted(start, self.first_bar * steps)
        spans[:, 1] = np.minimum(spans[:, 1], ends[song])
        return windows, spans


def find_windows(
    first_bar: NDArray[np.int64], notes: Notes, layout: Layout, looks: Looks
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Phrases of `layout.bars` bars that begin every `looks.hop` bars of each song.

    first_bar: int64 `(songs + 1,)`, the bar at which each song begins.
    Returns int64 `(n,)`, the bars at which they begin, and int64 `(n, 2)`, their notes' spans.
    """
    return Windows.on(first_bar, notes, layout, looks.hop).chosen(looks)


def sounding_steps(sounding: Sounding, steps: int) -> NDArray[np.int64]:
    """At how many of a timeline's `steps` steps each track sounds: int64 `(tracks,)`."""
    size = len(sounding.layout.tracks) * (steps + 1)
    begin = sounding.track.astype(np.int64)
    begin *= steps + 1
    begin += sounding.start
    change = np.bincount(begin, minlength=size)
    change -= np.bincount(begin + sounding.lasts, minlength=size)
    return np.count_nonzero(np.cumsum(change).reshape(-1, steps + 1) > 0, axis=1)


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


def hash_phrases(windows: NDArray[np.int64], sounding: Sounding) -> NDArray[np.uint64]:
    """A number for each phrase, the same for phrases of the same notes: uint64 `(n,)`.

    Looked at are track, pitch, length and step of the notes, and what is held in from before;
    velocities are not. Each bar is hashed once however many windows show it.
    """
    if not len(windows):
        return np.empty(0, np.uint64)
    layout = sounding.layout
    first, stop = int(windows[0]), int(windows[-1]) + layout.bars
    bars = _hash_bars(sounding, first, stop)
    total = np.zeros(len(windows), np.uint64)
    for number in range(layout.bars):
        total = _mixed(total + bars[windows - first + number])
    return total


# A note in one number: track and pitch, the step of the bar counted from 1 (0 if it is held in
# from before), and how long it sounds; each begins at so many bits.
_STEP, _VOICE = 32, 44


def _hash_bars(sounding: Sounding, first: int, stop: int) -> NDArray[np.uint64]:
    """A number for each bar `first` to `stop - 1`: the sum of one for each note in it.

    A note that is held over a bar line counts in each bar that it sounds in.
    """
    steps = sounding.layout.steps
    bar = sounding.start // steps
    begin = sounding.start - bar * steps
    packed = sounding.track.astype(np.int64)
    packed <<= 8
    packed |= sounding.pitch
    packed <<= _VOICE - _STEP
    packed += begin + 1
    packed <<= _STEP
    packed += sounding.lasts
    sums = np.append(np.uint64(0), np.cumsum(_mixed(packed)))
    found = np.diff(sums[np.searchsorted(bar, np.arange(first, stop + 1))])

    # Few notes are held over a bar line: only they are looked at further.
    begin += sounding.lasts
    held = np.flatnonzero(begin > steps)
    bar, end = bar.take(held), (sounding.start + sounding.lasts).take(held)
    note, later = pairs_in(np.stack([bar + 1, (end - 1) // steps + 1], axis=1))
    inside = (later >= first) & (later < stop)
    note, later = note[inside], later[inside]
    voice = packed.take(held) >> _VOICE << _VOICE
    rest = voice.take(note) + end.take(note) - later * steps
    np.add.at(found, later - first, _mixed(rest))
    return found


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
