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
from midigan.layout import Layout
from midigan.phrase_set import PhraseSet
from midigan.song import Notes
from midigan.windows import count_sounding, hash_phrases, sounding_lengths

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
    layout, looks = phrases.layout, phrases.looks
    sounding = np.zeros(len(layout.tracks), np.int64)
    seen = sparse = 0
    tempos: list[NDArray[np.float32]] = []
    wanted = max(looks.fewest_notes, NEARLY_EMPTY)
    with _Repeats() as repeats:
        for block in phrases.blocks():
            own = (block.notes, layout)
            windows, counts = count_sounding(block.first_bar, *own, looks.hop)
            repeats.add(hash_phrases(windows[counts >= looks.fewest_notes], *own))
            sparse += int(np.sum((counts >= 1) & (counts < wanted)))
            sounding += sounding_steps(*own, len(block.bar_steps) * layout.steps)
            has = block.first_tempo[:-1] < block.first_tempo[1:]
            tempos.append(block.tempos["bpm"][block.first_tempo[:-1][has]])
            seen += int(block.bar_steps.sum(dtype=np.int64))
        repeated = repeats.count()
    first = np.concatenate([np.empty(0, np.float32), *tempos])
    numbers = np.bincount(phrases.keys, minlength=24).tolist()
    genres = count_genres(phrases.names)
    return Summary(
        phrases=len(phrases),
        repeated=repeated,
        nearly_empty=sparse,
        fill={
            track.name: int(steps) / max(seen, 1)
            for track, steps in zip(layout.tracks, sounding, strict=True)
        },
        tempos=tuple(np.quantile(first, (0, 0.25, 0.5, 0.75, 1)).tolist()) if len(first) else (),
        keys=Counter({str(Key.numbered(n)): count for n, count in enumerate(numbers) if count}),
        genres={} if set(genres) <= {""} else genres,
    )


def sounding_steps(notes: Notes, layout: Layout, steps: int) -> NDArray[np.int64]:
    """At how many of a timeline's `steps` steps each track sounds: int64 `(tracks,)`.

    A hit of a drum sounds for a step.
    """
    tracks = len(layout.tracks)
    begin = notes["track"].astype(np.int64) * (steps + 1) + notes["start"]
    end = begin + sounding_lengths(notes, layout)
    size = tracks * (steps + 1)
    change = np.bincount(begin, minlength=size) - np.bincount(end, minlength=size)
    sounds = np.cumsum(change) > 0
    return sounds.reshape(tracks, steps + 1).sum(axis=1)


class _Repeats:
    """Counts numbers that came before, of more numbers than memory holds."""

    def __enter__(self) -> _Repeats:
        self._file = tempfile.TemporaryFile()
        self._total = 0
        return self

    def __exit__(self, *_: object) -> None:
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
