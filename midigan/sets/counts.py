"""What a summary counts of songs and phrases, each by itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midigan.layout import Layout
from midigan.sets.timeline import Timeline
from midigan.sets.windows import Looks, Windows, hash_phrases, sounding_steps

#: A phrase in which fewer notes sound is nearly empty.
NEARLY_EMPTY = 2


def song_counts(layout: Layout) -> np.dtype[np.void]:
    """Of a song: at how many steps each track sounds, nearly empty phrases, first tempo.

    The tempo is in quarter notes a minute, and 0 where none is known.
    """
    sounding = ("sounding", "<i4", (len(layout.tracks),))
    return np.dtype([sounding, ("nearly_empty", "<i4"), ("bpm", "<f4")])


@dataclass(frozen=True, eq=False)
class Counts:
    """Counts of songs, and hashes of their phrases.

    hashes: uint64 `(phrases,)`, the same for phrases of the same notes.
    songs: records `(songs,)`, see `song_counts`.
    """

    hashes: NDArray[np.uint64]
    songs: NDArray[np.void]

    @classmethod
    def of(cls, songs: Timeline, windows: Windows, looks: Looks) -> Counts:
        """Those of a timeline, and of all windows on it."""
        counts, sounding = windows.counts, windows.sounding
        wanted = max(looks.fewest_notes, NEARLY_EMPTY)
        sparse = windows.bars[(counts >= 1) & (counts < wanted)]
        song = np.searchsorted(songs.first_bar, sparse, side="right") - 1
        found = np.empty(len(songs.names), song_counts(songs.layout))
        found["sounding"] = sounding_steps(sounding, songs.first_bar)
        found["nearly_empty"] = np.bincount(song, minlength=len(found))
        found["bpm"] = _first_tempos(songs)
        return cls(hash_phrases(windows.bars[counts >= looks.fewest_notes], sounding), found)

    def part(self, phrases: slice, songs: slice) -> Counts:
        """Those of some songs, and of the phrases on them."""
        return Counts(self.hashes[phrases], self.songs[songs])


def _first_tempos(songs: Timeline) -> NDArray[np.float32]:
    """The first tempo of each song: float32 `(songs,)`."""
    first = songs.first_tempo[:-1]
    has = first < songs.first_tempo[1:]
    found = np.zeros(len(first), np.float32)
    found[has] = songs.tempos["bpm"][first[has]]
    return found
