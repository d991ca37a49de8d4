"""Phase: where the beats and the bar lines of music lie, heard from its notes alone.

Files that were played freely, or cut out of a longer take, have notes on a sound grid that
begins anywhere: tick 0 is neither a beat nor a bar line. What tells the beat is where long
notes begin. What tells the bar line is, beside that, where many loud notes begin together,
the bass goes down and the harmony changes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midigan.files.aligning.accents import Accents, accents, lengths_in_beats, sums_by_song
from midigan.files.aligning.heard import ANY_BAR, Grid, Heard
from midigan.files.score import Phase

Floats = NDArray[np.floating[Any]]

#: How much the share of long notes speaks for a beat. By hand: songs leave little doubt.
_BEAT_WEIGHT = 10.0

#: How much more alike beats three apart must be than those four apart to be bars of three.
_TRIPLE_MARGIN = 0.1

#: In fewer beats that is not to be heard: all bars are of four.
_FEWEST_BEATS = 8 * ANY_BAR


def phases_on(heard: Heard, grids: Sequence[Grid], beats: Sequence[int | None]) -> list[Phase]:
    """The phase of each song that is heard; beats are quarter notes.

    grids: as `find_grids` finds them.
    beats: how many there are in a bar of each; None hears whether it is 4 or 3.
    """
    songs, notes = len(grids), np.diff(heard.first)
    position = heard.positions([grid.offset for grid in grids])
    length = lengths_in_beats(heard)
    quarter = (position & 3) + np.repeat(np.arange(songs) * 4, notes)
    beat = [
        _likely([4 * _BEAT_WEIGHT * share / max(sum(long), 1e-9) for share in long])
        for long in np.bincount(quarter, length, 4 * songs).reshape(songs, 4).tolist()
    ]
    first = [likely.index(max(likely)) for likely in beat]
    # Beats are counted from one that no note comes before.
    lowest = np.minimum.reduceat(position, heard.first[:-1]).tolist()
    begin = [own - 4 * (low < own) for own, low in zip(first, lowest, strict=True)]
    position -= np.repeat(begin, notes)
    strengths = accents(position, length, heard)
    found = _beats_in_bars(strengths)
    bars = folded(strengths, [told or n for told, n in zip(beats, found, strict=True)])
    return [_phase(heard.scores[i].ppq, grids[i], beat[i], begin[i], bars[i]) for i in range(songs)]


def _phase(ppq: int, grid: Grid, beat: list[float], begin: int, strength: list[float]) -> Phase:
    """The phase of a song.

    beat: how likely each of the first four sixteenths is a beat. begin: the sixteenth from
    which beats are counted. strength: how strong each beat of a bar is, on an average.
    """
    first, beats = begin % 4, len(strength)
    bar = _likely(strength)
    line = bar.index(max(bar))
    sixteenth = ppq / 4
    return Phase(
        round((grid.offset + first) * sixteenth) % ppq,
        round((grid.offset + begin + 4 * line) * sixteenth) % (beats * ppq),
        beats,
        beat[first],
        beat[first] * bar[line],
        beat[0] * bar[-begin // 4 % beats] if first == 0 and grid.in_place else 0.0,
    )


def _beats_in_bars(heard: Accents) -> list[int]:
    """For each song 3 where accents come back after three beats much rather than after four."""
    long = heard.counts >= _FEWEST_BEATS
    if not long.any():
        return [4] * len(long)
    means = sums_by_song(heard.strength, heard.first, heard.counts) / heard.counts
    away = heard.strength - np.repeat(means, heard.counts + 2)
    own, three, four = (_alike(away, heard, lag) for lag in (0, 3, 4))
    triple = three - four > _TRIPLE_MARGIN * own
    return np.where(long & triple, 3, 4).tolist()


def _alike(away: Floats, heard: Accents, lag: int) -> Floats:
    """The mean product of each song's values so many beats apart; means nothing for short songs.

    away: one for each beat, laid out like those of `heard`.
    """
    products = away[lag:] * away[: len(away) - lag]
    bounds = np.stack([heard.first, heard.first + heard.counts - lag], 1).ravel()
    sums = np.add.reduceat(products, np.clip(bounds, 0, len(products) - 1))[::2]
    return sums / np.maximum(heard.counts - lag, 1)


def folded(heard: Accents, beats: Sequence[int]) -> list[list[float]]:
    """Like `fold`, for all songs at once: for each one a mean for each of its `beats`."""
    songs, size = len(beats), len(heard.strength)
    place = np.arange(size) - np.repeat(heard.first, heard.counts + 2)
    place &= 3
    place += np.repeat(np.arange(songs) * 4, heard.counts + 2)
    sums = np.bincount(place, heard.strength, 4 * songs).reshape(songs, 4)
    means = (sums / -(-heard.counts // 4)[:, None]).tolist()
    # Bars of three are rare.
    return [
        mean if own == 4 else fold(heard.of_song(i), own).tolist()
        for i, (own, mean) in enumerate(zip(beats, means, strict=True))
    ]


def fold(strength: Floats, beats: int) -> Floats:
    """The mean over all bars of each beat of a bar: `(beats,)`."""
    bars, rest = divmod(len(strength), beats)
    sums = strength[: bars * beats].reshape(bars, beats).sum(0)
    sums[:rest] += strength[bars * beats :]
    return sums / (bars + (rest > 0))


def _likely(evidence: Sequence[float]) -> list[float]:
    """Probabilities from the evidence for each of several answers (softmax)."""
    most = max(evidence)
    weights = [math.exp(each - most) for each in evidence]
    total = sum(weights)
    return [weight / total for weight in weights]
