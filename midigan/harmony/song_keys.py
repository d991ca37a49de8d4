"""The keys that songs are in, and how high their tracks lie there.

Songs that are moved to one key to learn from lie there higher or lower than their voices and
instruments are used to, and so does what was learned from them. Played in another key it can
lie as the songs did: each key is as likely as it is among the songs, and as it is that tracks
which lie there so high are theirs (Bayes' rule with a normal distribution of their heights).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from midigan.errors import FormatError
from midigan.harmony.keys import Key, parse_key, shift_between
from midigan.layout import Layout
from midigan.notes import Phrases

#: Mean MIDI pitch of each track of a phrase, float64 `(..., tracks)`; NaN for drums and silence.
Heights = NDArray[np.float64]

#: Sets of seven pitch classes: one for each major key with its relative minor.
SETS = 12

#: Variance, in semitones squared, that is added to every track's: a few songs do not tell exactly.
_BLUR = 1.0

#: The variance of a track that no song has: wherever it lies says nothing.
_ANYWHERE = 1e6


class SongKeys(NamedTuple):
    """What is known of the keys of songs.

    shares: of the songs' phrases, by `Key.diatonic_set`, `(12,)`, of sum 1. mean: MIDI pitch at
    which each track of a phrase lies in its song's own key, `(tracks,)`. covariance: of these,
    semitones squared, `(tracks, tracks)`.
    """

    shares: NDArray[np.float64]
    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]

    @classmethod
    def measured(cls, heights: Heights, sets: NDArray[np.int64]) -> SongKeys:
        """Of phrases in their songs' own keys: heights `(n, tracks)`, diatonic sets `(n,)`."""
        there = ~np.isnan(heights)
        counts = np.maximum(there.sum(axis=0), 1)
        mean = np.where(there, heights, 0).sum(axis=0) / counts
        apart = np.where(there, heights - mean, 0) / np.sqrt(counts)
        unknown = np.where(there.any(axis=0), _BLUR, _ANYWHERE)
        shares = np.bincount(sets, minlength=SETS) / max(len(sets), 1)
        return cls(shares, mean, apart.T @ apart + np.diag(unknown))

    @classmethod
    def from_plain(cls, values: Mapping[str, Any], tracks: int) -> SongKeys:
        """Read what `to_plain` wrote. Raises FormatError if it is damaged."""
        try:
            found = cls(*(np.array(values[name], np.float64) for name in cls._fields))
            if [part.shape for part in found] != [(SETS,), (tracks,), (tracks, tracks)]:
                raise ValueError("its shape is another")
            finite = all(np.isfinite(part).all() for part in found)
            definite = finite and (np.linalg.eigvalsh(found.covariance) > 0).all()
            if not (definite and found.shares.min() >= 0 and found.shares.max() > 0):
                raise ValueError("it is no distribution")
        except (KeyError, TypeError, ValueError, np.linalg.LinAlgError) as error:
            raise FormatError("the keys of its songs are damaged: export it again") from error
        return found

    def to_plain(self) -> dict[str, Any]:
        """Plain values, for JSON; `from_plain` reads them back."""
        return {name: part.round(4).tolist() for name, part in self._asdict().items()}

    def likelihoods(self, heights: Heights, own_key: str) -> NDArray[np.float64]:
        """How likely each diatonic set is for music in `own_key`: `(12,)`, of sum 1.

        heights: `(tracks,)`, of that music where it is.
        """
        moves = np.array([shift_between(parse_key(own_key), Key(each)) for each in range(SETS)])
        there = ~np.isnan(heights)
        apart = heights[there] + moves[:, None] - self.mean[there]
        square = (apart @ np.linalg.inv(self.covariance[np.ix_(there, there)]) * apart).sum(axis=1)
        likely = self.shares * np.exp((square[self.shares > 0].min() - square) / 2)
        return np.asarray(likely / likely.sum())

    def draw(self, heights: Heights, own_key: str, chance: np.random.Generator) -> int:
        """One of the diatonic sets, as likely as they are; arguments as above."""
        return int(chance.choice(SETS, p=self.likelihoods(heights, own_key)))


def heights_of(phrases: Phrases, layout: Layout) -> Heights:
    """How high tracks lie while they sound: `(n, tracks)`.

    phrases: bool `(n, tracks, bars, steps, pitches)`.
    """
    cells = phrases.sum(axis=(2, 3))
    total = cells.sum(axis=-1) * np.array([not track.drum for track in layout.tracks])
    pitches = layout.lowest_pitch + np.arange(layout.pitches)
    return np.where(total > 0, cells @ pitches / np.maximum(total, 1), np.nan)
