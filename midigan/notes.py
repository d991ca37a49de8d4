"""Grid notes to phrase arrays and back: the only code that knows the order of axes.

A phrase array is bool `(n, tracks, bars, steps, pitches)`. Inside this module a phrase's
bars and steps are one time axis. A roll alone cannot tell a held pitch from one struck
again, so rendering offers two ways: `held` (a re-struck pitch just goes on) and `gap`
(the step before a re-strike is cleared, unless that would silence the note).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from midigan.layout import Layout
from midigan.song import NOTE, Notes

Phrases = NDArray[np.bool_]
Repeats = Literal["held", "gap"]


def render(
    notes: Notes, first_steps: NDArray[np.int64], layout: Layout, repeats: Repeats = "held"
) -> Phrases:
    """Render the windows that begin at `first_steps` of one long timeline of notes.

    notes: NOTE array sorted by start, steps counted on the same timeline.
    first_steps: `(n,)`, the step at which each phrase begins.
    Returns bool `(n, tracks, bars, steps, pitches)`. Notes held in from before the window
    sound from its first step; pitches outside the layout's range are folded in by octaves;
    a mono track keeps the highest or lowest of several pitches, as its `keeps` says.
    """
    window, index = _notes_in_windows(notes, first_steps, layout.phrase_steps)
    found = notes[index]
    begin = found["start"] - first_steps[window]
    end = begin + np.where(_drums(layout)[found["track"]], 1, found["length"])
    pitch = fold_pitches(found["pitch"].astype(np.int64), layout)
    where = (window, found["track"].astype(np.int64), pitch)

    shape = (len(first_steps), len(layout.tracks), layout.phrase_steps + 1, layout.pitches)
    change = np.zeros(shape, np.int16)
    inside = end > 0
    _add_at(change, where, np.clip(begin, 0, None), inside, 1)
    _add_at(change, where, np.minimum(end, layout.phrase_steps), inside, -1)
    rolls = np.cumsum(change, axis=2, dtype=np.int16)[:, :, :-1] > 0
    if repeats == "gap":
        _clear_before_repeats(rolls, where, begin)
    for track, spec in enumerate(layout.tracks):
        if spec.mono:
            rolls[:, track] = _keep_one(rolls[:, track], spec.keeps == "highest")
    return rolls.reshape(-1, *layout.shape)


def phrases_to_notes(
    phrases: Phrases, layout: Layout, *, joined: bool, velocity: int = 80
) -> Notes:
    """Read phrase arrays as notes: phrase i occupies steps `[i, i + 1) * phrase_steps`.

    phrases: bool `(n, tracks, bars, steps, pitches)`. With `joined`, a pitch that sounds on
    both sides of a phrase's end is one held note, otherwise it is struck again. On a drum
    track every cell is a hit of one step. Returns a NOTE array sorted by (start, track, pitch).
    """
    count, tracks = len(phrases), len(layout.tracks)
    time = phrases.reshape(count, tracks, layout.phrase_steps, layout.pitches)
    if joined:
        time = time.transpose(1, 0, 2, 3).reshape(1, tracks, -1, layout.pitches)
    edges = np.zeros((len(time), tracks, time.shape[2] + 1, layout.pitches), bool)
    before = edges.copy()
    edges[:, :, :-1], before[:, :, 1:] = time, time
    drum = _drums(layout)
    # Pitch before time, so that each onset meets its own end in the same order.
    onsets = (edges & ~before).transpose(0, 1, 3, 2)
    ends = (before & ~edges).transpose(0, 1, 3, 2)
    onsets[:, drum] = edges[:, drum].transpose(0, 1, 3, 2)
    ends[:, drum] = before[:, drum].transpose(0, 1, 3, 2)
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
    return notes.take(np.argsort(_time_order(notes), kind="stable"))


def separate_overlaps(notes: Notes) -> Notes:
    """Notes of the same track and pitch made not to overlap.

    A note ends where the next one of its track and pitch begins; several that begin
    together become one with the greatest length and velocity. Returns a sorted NOTE array.
    """
    if len(notes) == 0:
        return notes.copy()
    place = _pitch_order(notes)
    order = np.argsort(place)
    kept, place = notes.take(order), place.take(order)
    first = np.flatnonzero(np.append(True, place[1:] > place[:-1]))
    if len(first) < len(kept):
        place = place.take(first)
        greatest = {n: np.maximum.reduceat(kept[n], first) for n in ("length", "velocity")}
        kept = kept.take(first)
        for name, values in greatest.items():
            kept[name] = values
    # To the next pitch or track it is further than any note is long.
    kept["length"][:-1] = np.minimum(kept["length"][:-1], np.diff(place))
    return kept.take(np.argsort(_time_order(kept)))


# One number to sort by is several times as fast as three columns. Neither wraps: a start
# has 32 bits, a track and a pitch 8 each.
_NEXT_PITCH = 1 << 33


def _time_order(notes: Notes) -> NDArray[np.int64]:
    """A number for each note, which grows with (start, track, pitch)."""
    return (
        (notes["start"].astype(np.int64) << 16)
        + (notes["track"].astype(np.int64) << 8)
        + notes["pitch"]
    )


def _pitch_order(notes: Notes) -> NDArray[np.int64]:
    """A number for each note, which grows with (track, pitch, start), a step at a time."""
    voice = (notes["track"].astype(np.int64) << 8) + notes["pitch"]
    return voice * _NEXT_PITCH + notes["start"]


def fold_pitches(pitches: NDArray[np.int64], layout: Layout) -> NDArray[np.int64]:
    """MIDI pitches as pitch indices 0..pitches-1, moved by octaves into the layout's range."""
    index = pitches - layout.lowest_pitch
    below = -(-np.maximum(-index, 0) // 12) * 12
    above = -(-np.maximum(index - layout.pitches + 1, 0) // 12) * 12
    return index + below - above


def _notes_in_windows(
    notes: Notes, first_steps: NDArray[np.int64], window_steps: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs (window, note) of all notes that may sound in each window, some ending before it.

    The running maximum of the notes' ends never falls, so that a binary search finds the
    first note still sounding when a window begins.
    """
    ends = notes["start"].astype(np.int64) + notes["length"]
    first = np.searchsorted(np.maximum.accumulate(ends), first_steps, side="right")
    stop = np.searchsorted(notes["start"], first_steps + window_steps, side="left")
    counts = np.maximum(stop - first, 0)
    window = np.repeat(np.arange(len(first_steps)), counts)
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


def _clear_before_repeats(
    rolls: Phrases, where: tuple[NDArray[np.int64], ...], begin: NDArray[np.int64]
) -> None:
    """Clear the step before each onset, except where a note of the same pitch begins on it.

    A note of one step would vanish otherwise; it is merged with the next one instead.
    """
    window, track, pitch = where
    onset = np.zeros_like(rolls)
    struck = begin >= 0
    onset[window[struck], track[struck], begin[struck], pitch[struck]] = True
    rolls[:, :, :-1] &= ~(onset[:, :, 1:] & ~onset[:, :, :-1])


def _keep_one(roll: Phrases, highest: bool) -> Phrases:
    """One pitch a step of a roll `(n, time, pitches)`: the highest or the lowest."""
    order = roll[..., ::-1] if highest else roll
    first = order & (np.cumsum(order, axis=-1, dtype=np.int16) == 1)
    return first[..., ::-1] if highest else first


def _drums(layout: Layout) -> NDArray[np.bool_]:
    return np.array([track.drum for track in layout.tracks])
