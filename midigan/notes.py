"""Grid notes to phrase arrays and back: the only code that knows the order of axes.

A phrase array is bool `(n, tracks, bars, steps, pitches)`. Inside this module a phrase's
bars and steps are one time axis. A roll alone cannot tell a held pitch from one struck
again, so rendering offers two ways: `held` is what sounds (a re-struck pitch just goes on),
and `gap` shows as many onsets as it can (the step before a re-strike is cleared), see
`onsets.with_onsets`.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from midigan.layout import Layout
from midigan.onsets import one_voice, with_onsets
from midigan.song import NOTE, Notes

Phrases = NDArray[np.bool_]
Ints = NDArray[np.int64]
Repeats = Literal["held", "gap"]


def render(
    notes: Notes, first_steps: NDArray[np.int64], layout: Layout, repeats: Repeats = "held"
) -> Phrases:
    """Render the windows that begin at `first_steps` of one long timeline of notes.

    notes: NOTE array sorted by start, steps counted on the same timeline.
    first_steps: `(n,)`, the step at which each phrase begins.
    Returns bool `(n, tracks, bars, steps, pitches)`. Notes held in from before the window
    sound from its first step; pitches outside the layout's range are folded in by octaves.
    Of several pitches a mono track keeps the highest or lowest, as its `keeps` says: `held`
    of those that sound, `gap` of those that are struck, which end what sounds.
    """
    start = notes["start"].astype(np.int64)
    spans = note_spans(start, start + notes["length"], first_steps, layout)
    window, index = pairs_in(spans)
    return render_pairs(notes[index], window, first_steps, layout, repeats)


def render_pairs(
    found: Notes,
    window: NDArray[np.int64],
    first_steps: NDArray[np.int64],
    layout: Layout,
    repeats: Repeats = "held",
) -> Phrases:
    """Like `render`, of notes `(m,)` that are known to be for `window` `(m,)`, 0..n-1, each."""
    begin = found["start"] - first_steps[window]
    end = begin + np.where(_drums(layout)[found["track"]], 1, found["length"])
    pitch = fold_pitches(found["pitch"].astype(np.int64), layout)
    where = (window, found["track"].astype(np.int64), pitch)

    shape = (len(first_steps), len(layout.tracks), layout.phrase_steps + 1, layout.pitches)
    change = np.zeros(shape, np.int16)
    inside = (end > 0) & (begin < layout.phrase_steps)
    _add_at(change, where, np.clip(begin, 0, None), inside, 1)
    _add_at(change, where, np.minimum(end, layout.phrase_steps), inside, -1)
    rolls = np.cumsum(change, axis=2, dtype=np.int16)[:, :, :-1] > 0
    if repeats == "gap":
        struck, held = _struck(shape, where, begin), _held_in(shape, where, begin, end)
        rolls = with_onsets(rolls, struck, held, layout)
    else:
        rolls = one_voice(rolls, layout)
    return rolls.reshape(-1, *layout.shape)


def phrases_to_notes(
    phrases: Phrases,
    layout: Layout,
    *,
    joined: bool,
    velocity: int = 80,
    struck_every: int | None = None,
) -> Notes:
    """Read phrase arrays as notes: phrase i occupies steps `[i, i + 1) * phrase_steps`.

    phrases: bool `(n, tracks, bars, steps, pitches)`. With `joined`, a pitch that sounds on
    both sides of a phrase's end is one held note, otherwise it is struck again.
    struck_every: a pitch that goes on is struck again every so many steps; None holds it.
    On a drum track every cell is a hit of one step. Returns a NOTE array sorted by
    (start, track, pitch).
    """
    count, tracks = len(phrases), len(layout.tracks)
    time = phrases.reshape(count, tracks, layout.phrase_steps, layout.pitches)
    if joined:
        time = time.transpose(1, 0, 2, 3).reshape(1, tracks, -1, layout.pitches)
    edges = np.zeros((len(time), tracks, time.shape[2] + 1, layout.pitches), bool)
    before = edges.copy()
    edges[:, :, :-1], before[:, :, 1:] = time, time
    held = edges & before
    held[:, _drums(layout)] = False
    if struck_every:
        held[:, :, ::struck_every] = False
    # Pitch before time, so that each onset meets its own end in the same order.
    onsets = (edges & ~held).transpose(0, 1, 3, 2)
    ends = (before & ~held).transpose(0, 1, 3, 2)
    part, track, pitch, start = np.nonzero(onsets)
    stop = np.nonzero(ends)[3]

    notes = np.empty(len(start), NOTE)
    notes["start"] = part * layout.phrase_steps + start
    notes["length"] = stop - start
    notes["track"], notes["pitch"] = track, pitch + layout.lowest_pitch
    notes["velocity"] = velocity
    return sort_notes(notes)


def sort_notes(notes: Notes) -> Notes:
    """The notes in the order that every NOTE array keeps: by (start, track, pitch)."""
    place = _place(notes["start"], notes["track"], notes["pitch"])
    return notes.take(np.argsort(place, kind="stable"))


def separated(start: Ints, length: Ints, track: Ints, pitch: Ints, velocity: Ints) -> Notes:
    """Notes of the same track and pitch made not to overlap: a sorted NOTE array.

    A note ends where the next one of its track and pitch begins; several that begin
    together become one with the greatest length and velocity. Songs that lie one after
    another on one timeline do not touch each other.
    start, length, track, pitch, velocity: the columns of a NOTE array in any order, `(notes,)`.
    """
    place = _place(start, track, pitch)
    # Notes come sorted track by track: merging those is faster than sorting from nothing.
    order = np.argsort(place, kind="stable")
    place = place.take(order)
    again = np.flatnonzero(place[1:] == place[:-1]) + 1
    first = np.ones(len(place), np.bool_)
    first[again] = False
    place, kept = place[first], order[first]
    longest, loudest = length.take(kept), velocity.take(kept)
    # Those that begin together are few: only they are compared.
    own, again = again - np.arange(1, len(again) + 1), order.take(again)
    np.maximum.at(longest, own, length.take(again))
    np.maximum.at(loudest, own, velocity.take(again))
    notes = np.empty(len(place), NOTE)
    notes["start"] = start = place >> _START
    _end_before_next(start, longest, place.astype(np.uint16))
    notes["length"] = longest
    notes["track"], notes["pitch"] = place >> _TRACK, place
    notes["velocity"] = loudest
    return notes


def _end_before_next(start: Ints, length: Ints, voice: NDArray[np.uint16]) -> None:
    """Cut the lengths of sorted notes that last longer than up to the next of their `voice`."""
    order = np.argsort(voice, kind="stable")
    # What is below 0 is from the last note of a voice to the first of another one.
    distance = np.diff(start.take(order))
    over = np.flatnonzero(distance < length.take(order)[:-1])
    note, following = order.take(over), order.take(over + 1)
    same = voice.take(note) == voice.take(following)
    length[note[same]] = distance[over[same]]


# One number to sort by is several times as fast as three columns. A start has 32 bits, a
# track and a pitch 8 each, which together are a voice.
_START, _TRACK = 16, 8


def _place(start: Ints, track: Ints, pitch: Ints) -> Ints:
    """A number for each note, which grows with (start, track, pitch)."""
    place = start.astype(np.int64)
    place <<= _START - _TRACK
    place |= track
    place <<= _TRACK
    place |= pitch
    return place


def fold_pitches(pitches: NDArray[np.int64], layout: Layout) -> NDArray[np.int64]:
    """MIDI pitches 0..127 as indices 0..pitches-1, moved by octaves into the layout's range.

    Returns int64 of the shape of `pitches`.
    """
    index = pitches - layout.lowest_pitch
    below = -(-np.maximum(-index, 0) // 12) * 12
    above = -(-np.maximum(index - layout.pitches + 1, 0) // 12) * 12
    return index + below - above


def note_spans(start: Ints, end: Ints, first_steps: Ints, layout: Layout) -> Ints:
    """Which notes a rendered window may need: int64 `(n, 2)`, from and up to which of them.

    start, end: int64 `(notes,)`, the steps at which the notes begin, sorted, and end.
    Some end before it; those of the step behind it may be repeats of what sounds at its end.
    The running maximum of the notes' ends never falls, so that a binary search finds the
    first note still sounding when a window begins.
    """
    ends = np.maximum.accumulate(end)
    first = np.searchsorted(ends, first_steps, side="right")
    stop = np.searchsorted(start, first_steps + layout.phrase_steps + 1, side="left")
    return np.stack([first, np.maximum(stop, first)], axis=1)


def pairs_in(spans: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs (window, note) of all notes in the spans `(n, 2)` of windows."""
    first, counts = spans[:, 0], spans[:, 1] - spans[:, 0]
    window = np.repeat(np.arange(len(spans)), counts)
    within = np.arange(len(window)) - np.repeat(np.cumsum(counts) - counts, counts)
    return window, np.repeat(first, counts) + within


def _add_at(
    change: NDArray[np.int16],
    where: tuple[NDArray[np.int64], ...],
    step: NDArray[np.int64],
    chosen: Phrases,
    amount: int,
) -> None:
    window, track, pitch = (axis[chosen] for axis in where)
    np.add.at(change, (window, track, step[chosen], pitch), amount)


def _struck(
    shape: tuple[int, ...], where: tuple[NDArray[np.int64], ...], begin: NDArray[np.int64]
) -> Phrases:
    """At which steps of `shape`, `(n, tracks, steps + 1, pitches)`, a pitch is struck."""
    window, track, pitch = where
    struck = np.zeros(shape, np.bool_)
    seen = begin >= 0
    struck[window[seen], track[seen], begin[seen], pitch[seen]] = True
    return struck


def _held_in(
    shape: tuple[int, ...],
    where: tuple[NDArray[np.int64], ...],
    begin: NDArray[np.int64],
    end: NDArray[np.int64],
) -> Phrases:
    """Of the pitches that sound on from before each window those struck last on their track.

    shape: `(n, tracks, steps + 1, pitches)`. Returns `(n, tracks, pitches)`.
    """
    inside = (begin < 0) & (end > 0)
    (window, track, pitch), since = (axis[inside] for axis in where), begin[inside]
    last = np.full(shape[:2], np.iinfo(np.int64).min)
    np.maximum.at(last, (window, track), since)
    held = np.zeros((*shape[:2], shape[3]), np.bool_)
    chosen = since == last[window, track]
    held[window[chosen], track[chosen], pitch[chosen]] = True
    return held


def _drums(layout: Layout) -> NDArray[np.bool_]:
    return np.array([track.drum for track in layout.tracks])
