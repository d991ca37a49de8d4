"""Lines led over the bar line: where they begin and end, by the latents of their phrase.

A line through the latents tells much of the pitch on which a track begins, and some of the one
on which it ends. A phrase between two others can so be given latents by which its lines go on
where those before it end, and end where those after it begin: the nearest latents of which that
is told (conditioning a normal distribution on linear functions of it). What is not told
is left to chance, and to the critic.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from midigan.controls import NOISES_OF_TRACKS, Controls
from midigan.errors import FormatError
from midigan.evaluation.rolls import SILENT, lines, timeline
from midigan.generator_info import GeneratorInfo
from midigan.latents import NOISE, Floats, Latents
from midigan.notes import Phrases

#: The noises that may be moved; the style of a phrase between two others is theirs.
_MOVED = ("chords", "melody", "groove")

#: What is added to latents has so many decimals, so that a log can hold it exactly.
_DECIMALS = 4

#: Pitch indices on which each track begins and ends, int64 `(2, tracks)`; SILENT for any.
Ends = NDArray[np.int64]


class Leading(NamedTuple):
    """What latents tell of where lines begin and end.

    mean: pitch indices, float `(2, tracks)`. weight: semitones for each number of chords, style
    and the track's own melody and groove, float `(2, tracks, 4, 32)`, 0 where they tell nothing.
    """

    mean: NDArray[np.float64]
    weight: NDArray[np.float64]

    def to_plain(self) -> dict[str, Any]:
        """Plain values, for JSON; `leading_of` reads them back."""
        return {"mean": self.mean.round(3).tolist(), "weight": self.weight.round(3).tolist()}


def leading_of(info: GeneratorInfo) -> Leading | None:
    """How a generator's lines are led; None where that is not known.

    Raises FormatError if it is damaged.
    """
    if not info.leading:
        return None
    tracks = len(info.layout.tracks)
    try:
        mean, weight = (np.array(info.leading[name], np.float64) for name in Leading._fields)
        if (mean.shape, weight.shape) != ((2, tracks), (2, tracks, len(Latents._fields), NOISE)):
            raise ValueError("its shape is another")
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError("how its lines are led is damaged: export it again") from error
    return Leading(mean, weight)


def ends_of(phrases: Phrases) -> Ends:
    """On which pitch indices the lines of phrases begin and end: `(2, n, tracks)`.

    SILENT where a track rests then, or plays drums.
    """
    time = timeline(phrases)
    edges = time[:, :, [0, time.shape[2] - 1]]
    return np.moveaxis(lines(edges[:, :, None]), -1, 0)


def led(
    latents: Latents,
    info: GeneratorInfo,
    controls: Controls,
    before: Phrases,
    after: Phrases,
    *,
    own: tuple[int, Sequence[str]] | None = None,
) -> Latents | None:
    """What is to be added to latents for their lines to go on from `before` and lead to `after`.

    before, after: one phrase each. Only noise that is new with every phrase is moved; each
    vector keeps its length, to four decimals. `own` leads the line of one track alone, by some
    of its own noises. None for nothing: where the generator does not know how.
    """
    leading = leading_of(info)
    names = _MOVED if own is None else own[1]
    free = [name for name in names if controls.noise(name).speed(controls.walk) == 1]
    if leading is None or not free:
        return None
    wanted = np.stack([ends_of(before)[1, 0], ends_of(after)[0, 0]])
    asked = (wanted != SILENT) & leading.weight.any(axis=(2, 3))
    if own is not None:
        asked &= np.arange(asked.shape[1]) == own[0]
    rows = {name: _rows(leading, name)[asked] for name in Latents._fields}
    told = leading.mean[asked] + sum(_flat(latents, name) @ rows[name].T for name in rows)
    ways = np.concatenate([rows[name] for name in free], axis=1)
    moves = (wanted[asked] - told) @ np.linalg.solve(ways @ ways.T + np.eye(len(ways)), ways)
    sizes = np.cumsum([rows[name].shape[1] for name in free])[:-1]
    added = {
        name: _added(getattr(latents, name), move)
        for name, move in zip(free, np.split(moves, sizes, axis=1), strict=True)
    }
    return Latents(*map(np.zeros_like, latents))._replace(**added)


def as_row(vector: Floats) -> tuple[float, ...]:
    """What is added to a vector, as a log holds it."""
    return tuple(round(float(value), _DECIMALS) for value in vector)


def _rows(leading: Leading, name: str) -> NDArray[np.float64]:
    """What all numbers of a noise tell: `(2, tracks, numbers)`; a track's own tell of it alone."""
    weight = leading.weight[:, :, Latents._fields.index(name)]
    if name not in NOISES_OF_TRACKS:
        return weight
    tracks = weight.shape[1]
    own = weight[:, :, None] * np.eye(tracks)[:, :, None]
    return own.reshape(2, tracks, tracks * NOISE)


def _flat(latents: Latents, name: str) -> NDArray[np.float64]:
    vectors: Floats = getattr(latents, name)
    return vectors.reshape(len(vectors), -1).astype(np.float64)


def _added(vectors: Floats, moves: NDArray[np.float64]) -> Floats:
    """What vectors move by if they keep their length."""
    moved = vectors + moves.reshape(vectors.shape)
    before, after = (np.linalg.norm(part, axis=-1, keepdims=True) for part in (vectors, moved))
    moved *= before / np.maximum(after, 1e-6)
    return np.round(moved - vectors, _DECIMALS).astype(np.float32)
