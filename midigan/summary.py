"""What a phrase set holds, in a few numbers, counted a block of songs at a time."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midigan.genres import count_genres
from midigan.keys import Key
from midigan.phrase_set import PhraseSet
from midigan.timeline import Timeline
from midigan.windows import Looks, Windows, hash_phrases, sounding_steps

#: A phrase in which fewer notes sound is nearly empty.
NEARLY_EMPTY = 2

#: Hashes that are looked at together.
_HASHES = 1 << 21


@dataclass(frozen=True)
class Summary:
    """Counts of a phrase set, for who wants to train on it.

    phrases: phrases in the set.
    repeated: those of them that hold the same notes as an earlier one.
    nearly_empty: phrases of fewer notes than NEARLY_EMPTY, or than the set wants; they are in
        the set if it wants no more than one note.
    fill: share 0..1 of all steps at which each track of the layout sounds, by name.
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


def summarise(phrases: PhraseSet) -> Summary:
    """Count a phrase set, which may be memory-mapped and of any size."""
    with Tally(phrases.looks) as tally:
        for block in phrases.blocks():
            own = block.first_bar, block.notes, phrases.layout
            tally.add(block, Windows.on(*own, phrases.looks.hop))
        return tally.summary(phrases)


class Tally:
    """What is counted of the songs of a set, a block of them at a time."""

    def __init__(self, looks: Looks) -> None:
        self._fewest, self._wanted = looks.fewest_notes, max(looks.fewest_notes, NEARLY_EMPTY)
        self._sounding: NDArray[np.int64] | int = 0
        self._seen = self._sparse = 0
        self._tempos = [np.empty(0, np.float32)]
        self._repeats = _Repeats()

    def __enter__(self) -> Tally:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, block: Timeline, windows: Windows) -> None:
        """Take songs, and the windows on them."""
        counts, sounding = windows.counts, windows.sounding
        self._repeats.add(hash_phrases(windows.bars[counts >= self._fewest], sounding))
        self._sparse += int(np.count_nonzero((counts >= 1) & (counts < self._wanted)))
        self._sounding += sounding_steps(sounding)
        has = block.first_tempo[:-1] < block.first_tempo[1:]
        self._tempos.append(block.tempos["bpm"][block.first_tempo[:-1][has]])
        self._seen += int(block.bar_steps.sum(dtype=np.int64))

    def summary(self, phrases: PhraseSet) -> Summary:
        """The counts of the set that all the songs make."""
        tracks, first = phrases.layout.tracks, np.concatenate(self._tempos)
        steps = np.broadcast_to(self._sounding, len(tracks)).tolist()
        numbers = np.bincount(phrases.keys, minlength=24).tolist()
        genres, some = count_genres(phrases.names), (0, 0.25, 0.5, 0.75, 1)
        return Summary(
            phrases=len(phrases),
            repeated=self._repeats.count(),
            nearly_empty=self._sparse,
            fill={
                track.name: own / max(self._seen, 1)
                for track, own in zip(tracks, steps, strict=True)
            },
            tempos=tuple(np.quantile(first, some).tolist()) if len(first) else (),
            keys=Counter({str(Key.numbered(n)): count for n, count in enumerate(numbers) if count}),
            genres={} if set(genres) <= {""} else genres,
        )

    def close(self) -> None:
        """Nothing is counted any more."""
        self._repeats.close()


class _Repeats:
    """Counts numbers that came before, of more numbers than memory holds."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - `close` closes it
        self._total = 0

    def close(self) -> None:
        """Forget them."""
        self._file.close()

    def add(self, numbers: NDArray[np.uint64]) -> None:
        """Take uint64 `(n,)`."""
        self._file.write(numbers.tobytes())
        self._total += len(numbers)

    def count(self) -> int:
        """How many of all numbers were not the first of their value.

        Equal numbers leave the same rest, so that a rest at a time can be looked at.
        """
        parts = max(1, -(-self._total // _HASHES))
        distinct = 0
        for rest in range(parts):
            self._file.seek(0)
            kept = [np.empty(0, np.uint64)]
            while data := self._file.read(8 * _HASHES):
                numbers = np.frombuffer(data, np.uint64)
                kept.append(numbers[numbers % np.uint64(parts) == rest])
            found = np.sort(np.concatenate(kept))
            # Faster than numpy's unique, which puts them into a hash table.
            distinct += min(len(found), 1) + int(np.count_nonzero(found[1:] != found[:-1]))
        return self._total - distinct
