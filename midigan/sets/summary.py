"""What a phrase set holds, in a few numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midigan.genres import count_genres
from midigan.harmony.keys import Key
from midigan.sets.counts import Counts
from midigan.sets.maps import parts_of
from midigan.sets.phrase_set import PhraseSet

#: Hashes that are looked at together.
_HASHES = 1 << 21


@dataclass(frozen=True)
class Summary:
    """Counts of a phrase set, for who wants to train on it.

    phrases: phrases in the set.
    repeated: those of them that hold the same notes as an earlier one.
    nearly_empty: phrases of fewer notes than NEARLY_EMPTY, or than the set wants; they are in
        the set if it wants no more than one note.
    fill: share 0..1 of all steps, those that fill up short bars among them, at which each track
        of the layout sounds, by name.
    tempos: the quartiles and extremes of the songs' first tempos, in quarter notes a minute:
        least, lower quartile, median, upper quartile, greatest; empty where none is known.
    keys: how many songs there are in each key.
    genres: how many songs lie in each first sub-folder, "" for none; empty where no song is in
        any.
    """

    phrases: int = 0
    repeated: int = 0
    nearly_empty: int = 0
    fill: dict[str, float] = field(default_factory=dict)
    tempos: tuple[float, ...] = ()
    keys: Counter[str] = field(default_factory=Counter)
    genres: dict[str, int] = field(default_factory=dict)

    @property
    def repeated_share(self) -> float:
        """The share of phrases, 0..1, that repeat an earlier one."""
        return self.repeated / self.phrases if self.phrases else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        fill = {name: round(share, 4) for name, share in self.fill.items()}
        keys = dict(self.keys.most_common())
        tempos = [round(tempo, 2) for tempo in self.tempos]
        return {**asdict(self), "fill": fill, "keys": keys, "tempos": tempos}


def summarise(phrases: PhraseSet, counts: Counts) -> Summary:
    """The summary of a set of which all this was counted; both may be memory-mapped."""
    songs, some = counts.songs, (0, 0.25, 0.5, 0.75, 1)
    sounding = songs["sounding"].sum(axis=0, dtype=np.int64).tolist()
    # Those of short bars' padding, too: a note that is held goes on through them.
    steps = max(int(phrases.first_bar[-1]) * phrases.layout.steps, 1)
    first = songs["bpm"][songs["bpm"] > 0]
    numbers = np.bincount(phrases.keys, minlength=24).tolist()
    genres = count_genres(phrases.names)
    return Summary(
        phrases=len(phrases),
        repeated=len(phrases) - _distinct(counts.hashes),
        nearly_empty=int(songs["nearly_empty"].sum(dtype=np.int64)),
        fill={
            track.name: own / steps
            for track, own in zip(phrases.layout.tracks, sounding, strict=True)
        },
        tempos=tuple(np.quantile(first, some).tolist()) if len(first) else (),
        keys=Counter({str(Key.numbered(n)): count for n, count in enumerate(numbers) if count}),
        genres={} if set(genres) <= {""} else genres,
    )


def _distinct(numbers: NDArray[np.uint64]) -> int:
    """How many different numbers there are, of more than memory holds.

    Equal ones leave the same rest, so that a rest at a time can be looked at.
    """
    rests = max(1, -(-len(numbers) // _HASHES))
    found = 0
    for rest in range(rests):
        kept = [np.empty(0, np.uint64)]
        for part in parts_of(numbers, _HASHES):
            kept.append(part[part % np.uint64(rests) == rest])
        own = np.sort(np.concatenate(kept))
        # Faster than numpy's unique, which puts them into a hash table.
        found += min(len(own), 1) + int(np.count_nonzero(own[1:] != own[:-1]))
    return found
