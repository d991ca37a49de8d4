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

from midigan.files.aligning.accents import accents, lengths_in_beats
from midigan.files.aligning.heard import ANY_BAR, Grid, Heard, find_grids
from midigan.files.score import Phase, Score

Floats = NDArray[np.floating[Any]]

#: How much the share of long notes speaks for a beat. By hand: songs leave little doubt.
_BEAT_WEIGHT = 10.0

#: How much more alike beats three apart must be than those four apart to be bars of three.
_TRIPLE_MARGIN = 0.1


def find_phase(score: Score, beats: int | None = None) -> Phase:
    """The phase of the music in `score`, which has notes; beats are quarter notes.

    beats: how many there are in a bar; None hears whether it is 4 or 3.
    """
    heard = Heard.of([score])
    return phases_on(heard, find_grids(heard), [beats])[0]


def phases_on(heard: Heard, grids: Sequence[Grid], beats: Sequence[int | None]) -> list[Phase]:
    """Like `find_phase`, for each song that is heard, where the grids are known already."""
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
    return [
        _phase(heard.scores[i].ppq, grids[i], beat[i], begin[i], strengths[i], beats[i])
        for i in range(songs)
    ]


def _phase(
    ppq: int, grid: Grid, beat: list[float], begin: int, strength: Floats, beats: int | None
) -> Phase:
    """The phase of a song.

    beat: how likely each of the first four sixteenths is a beat. begin: the sixteenth from
    which the beats of `strength` are counted.
    """
    first = begin % 4
    beats = beats or _beats_in_bar(strength)
    bar = _likely(fold(strength, beats).tolist())
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


def _beats_in_bar(strength: Floats) -> int:
    """3 where accents come back after three beats much rather than after four, else 4."""
    if len(strength) < 8 * ANY_BAR:
        return 4
    away = strength - strength.sum() / len(strength)
    three, four = (float(away[lag:] @ away[:-lag]) / (len(away) - lag) for lag in (3, 4))
    return 3 if three - four > _TRIPLE_MARGIN * float(away @ away) / len(away) else 4


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
    return [weight / sum(weights) for weight in weights]
