"""Windows on a timeline: where phrases begin, which notes they show, and which are alike."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from midigan.layout import Layout
from midigan.notes import pairs_in
from midigan.sets.parts import sums_of_parts
from midigan.song import Notes

Ints = NDArray[np.int64]

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
    bars: how many bars the timeline has.
    start, end: int32 `(n,)`, the steps at which each note begins, sorted, and is let go.
    lasts: int32 `(n,)`, how many steps it sounds: a hit is a hit, however long it is held.
    track, pitch: uint8 `(n,)`.
    """

    layout: Layout
    bars: int
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    lasts: NDArray[np.int32]
    track: NDArray[np.uint8]
    pitch: NDArray[np.uint8]

    @classmethod
    def of(cls, notes: Notes, layout: Layout, bars: int) -> Sounding:
        """The columns of a sorted NOTE array."""
        columns = (np.array(notes[name]) for name in ("start", "length", "track", "pitch"))
        start, lasts, track, pitch = columns
        end = start + lasts
        for number, own in enumerate(layout.tracks):
            if own.drum:
                np.putmask(lasts, track == number, 1)
        return cls(layout, bars, start, end, lasts, track, pitch)

    @cached_property
    def bar(self) -> NDArray[np.int32]:
        """In which bar each note begins: int32 `(n,)`."""
        return self.start // self.layout.steps

    @cached_property
    def before(self) -> Ints:
        """How many notes begin before each bar line: int64 `(bars + 1,)`."""
        # In the notes' own type: numpy would make all of them wider.
        lines = np.arange(self.bars + 1, dtype=self.start.dtype) * self.layout.steps
        return np.searchsorted(self.start, lines)

    @cached_property
    def held(self) -> Ints:
        """Which notes are held over a bar line, which are few: int64."""
        return np.flatnonzero(self.end > (self.bar + 1) * self.layout.steps)

    def held_in(self) -> Ints:
        """How many notes are held over each bar line: int64 `(bars + 1,)`."""
        last = -(-self.end.take(self.held) // self.layout.steps)
        first = self.bar.take(self.held) + 1
        change = np.bincount(np.clip(first, 0, self.bars), minlength=self.bars + 1)
        change -= np.bincount(np.clip(last, 0, self.bars), minlength=self.bars + 1)
        return np.cumsum(change)

    def first_heard(self, bars: Ints) -> Ints:
        """The first note that sounds at or after the beginning of each bar: int64 like `bars`."""
        # A running maximum never falls, so that it can be searched.
        ends = np.maximum.accumulate(self.end.take(self.held))
        lines = (bars * self.layout.steps).astype(ends.dtype)
        held = np.append(self.held, len(self.start))
        held = held.take(np.searchsorted(ends, lines, side="right"))
        return np.minimum(held, self.before.take(bars))


@dataclass(frozen=True, eq=False)
class Windows:
    """All windows that begin every so many bars of each song, silent ones too.

    first_bar: int64 `(songs + 1,)`, the bar at which each song begins.
    sounding: the notes that they look at.
    bars: int64 `(n,)`, the bars at which they begin.
    counts: int64 `(n,)`, how many notes sound in each.
    """

    first_bar: Ints
    sounding: Sounding
    bars: Ints
    counts: Ints

    @classmethod
    def on(cls, first_bar: Ints, notes: Notes, layout: Layout, hop: int = 1) -> Windows:
        """Those of `layout.bars` bars on the songs that begin at `first_bar`."""
        sounding = Sounding.of(notes, layout, int(first_bar[-1]))
        starts = [
            np.arange(first, stop - layout.bars + 1, hop)
            for first, stop in itertools.pairwise(first_bar.tolist())
        ]
        bars = np.concatenate([np.empty(0, np.int64), *starts])
        begun = sounding.before.take(bars + layout.bars) - sounding.before.take(bars)
        return cls(first_bar, sounding, bars, begun + sounding.held_in().take(bars))

    def chosen(self, looks: Looks) -> tuple[Ints, Ints]:
        """The windows that are phrases, and their notes' spans: int64 `(n,)` and `(n, 2)`."""
        windows, sounding = self.bars[self.counts >= looks.fewest_notes], self.sounding
        first, stop = sounding.first_heard(windows), windows * sounding.layout.steps
        # Up to the step behind a window, as in `note_spans`.
        stop += sounding.layout.phrase_steps
        stop = np.searchsorted(sounding.start, stop.astype(sounding.start.dtype), side="right")
        # What follows a song's last phrase is another song's.
        song = np.searchsorted(self.first_bar, windows, side="right")
        ends = sounding.before.take(self.first_bar).take(song)
        return windows, np.stack([first, np.minimum(np.maximum(stop, first), ends)], axis=1)


def find_windows(first_bar: Ints, notes: Notes, layout: Layout, looks: Looks) -> tuple[Ints, Ints]:
    """Phrases of `layout.bars` bars that begin every `looks.hop` bars of each song.

    first_bar: int64 `(songs + 1,)`, the bar at which each song begins.
    Returns int64 `(n,)`, the bars at which they begin, and int64 `(n, 2)`, their notes' spans.
    """
    return Windows.on(first_bar, notes, layout, looks.hop).chosen(looks)


def sounding_steps(sounding: Sounding, first_bar: Ints) -> Ints:
    """At how many steps of each song each track sounds: int64 `(songs, tracks)`.

    first_bar: int64 `(songs + 1,)`, the bar at which each song begins.
    """
    # In the notes' own type: numpy would make all of them wider.
    lines = first_bar.astype(sounding.start.dtype) * sounding.layout.steps
    found = []
    for number in range(len(sounding.layout.tracks)):
        own = np.flatnonzero(sounding.track == number)
        begin = sounding.start.take(own)
        first = np.searchsorted(begin, lines)
        until = np.maximum.accumulate(begin + sounding.lasts.take(own))
        # A note counts from where all before it have ended: none lasts into another song.
        np.maximum(begin[1:], until[:-1], out=begin[1:])
        found.append(sums_of_parts(until - begin, first))
    return np.stack(found, axis=1)


def within_songs(windows: Ints, song: Ints, notes: Ints, layout: Layout) -> NDArray[np.bool_]:
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


def hash_phrases(windows: Ints, sounding: Sounding) -> NDArray[np.uint64]:
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
        total += bars[windows - first + number]
        _mix(total)
    return total


# A note in one number: track and pitch, the step of the bar counted from 1 (0 if it is held in
# from before), and how long it sounds; each begins at so many bits.
_STEP, _VOICE = 32, 44


def _hash_bars(sounding: Sounding, first: int, stop: int) -> NDArray[np.uint64]:
    """A number for each bar `first` to `stop - 1`: the sum of one for each note in it.

    A note that is held over a bar line counts in each bar that it sounds in.
    """
    steps = sounding.layout.steps
    # All but how long it sounds fits into half a number, which is faster.
    packed = sounding.track.astype(np.int32)
    packed <<= 8
    packed |= sounding.pitch
    packed <<= _VOICE - _STEP
    packed += sounding.start - sounding.bar * steps
    packed += 1
    numbers = packed.astype(np.int64)
    numbers <<= _STEP
    numbers += sounding.lasts
    found = sums_of_parts(_mix(numbers.view(np.uint64)), sounding.before[first : stop + 1])

    # Few notes are held over a bar line: only they are looked at further.
    held = sounding.held
    bar, end = sounding.bar.take(held), (sounding.start + sounding.lasts).take(held)
    note, later = pairs_in(np.stack([bar + 1, (end - 1) // steps + 1], axis=1).astype(np.int64))
    inside = (later >= first) & (later < stop)
    note, later = note[inside], later[inside]
    voice = packed.take(held).astype(np.int64) >> (_VOICE - _STEP) << _VOICE
    rest = voice.take(note) + end.take(note) - later * steps
    np.add.at(found, later - first, _mix(rest.view(np.uint64)))
    return found


def _mix(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64's finaliser, in place: neighbouring numbers get far apart, sums do not meet."""
    numbers += _SPREAD[0]
    numbers *= _SPREAD[3]
    shifted = np.empty_like(numbers)
    for shift, factor in ((30, _SPREAD[1]), (27, _SPREAD[2])):
        numbers ^= np.right_shift(numbers, np.uint64(shift), out=shifted)
        numbers *= factor
    numbers ^= np.right_shift(numbers, np.uint64(31), out=shifted)
    return numbers
