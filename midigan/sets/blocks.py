"""Blocks: a few songs laid on a timeline of their own, and all that a set says of them.

Whatever is found of a song or a phrase is found by itself, whichever others lie beside it, so
that a block may be made anywhere, cut, and put behind any other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midigan.sets.counts import Counts
from midigan.sets.timeline import Timeline
from midigan.sets.windows import Looks, Windows

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Block:
    """Songs, and the phrases that are seen on them.

    songs: their timeline.
    windows: int64 `(phrases,)`, the bar at which each phrase begins, sorted.
    spans: int64 `(phrases, 2)`, from and up to which of the notes each may show.
    counts: what a summary says of them; None where nobody wants it.
    """

    songs: Timeline
    windows: Ints
    spans: Ints
    counts: Counts | None

    @classmethod
    def on(cls, songs: Timeline, looks: Looks, *, counted: bool) -> Block:
        """A block of these songs."""
        seen = Windows.on(songs.first_bar, songs.notes, songs.layout, looks.hop)
        windows, spans = seen.chosen(looks)
        return cls(songs, windows, spans, Counts.of(songs, seen, looks) if counted else None)

    def part(self, first: int, stop: int) -> Block:
        """A block of the songs `first` to `stop - 1`."""
        if (first, stop) == (0, len(self.songs.names)):
            return self
        bars, notes = self.songs.first_bar, self.songs.first_note
        begin, end = np.searchsorted(self.windows, bars[[first, stop]]).tolist()
        return Block(
            self.songs.part(first, stop),
            self.windows[begin:end] - bars[first],
            self.spans[begin:end] - notes[first],
            self.counts and self.counts.part(slice(begin, end), slice(first, stop)),
        )


@dataclass(frozen=True, eq=False)
class Part:
    """The songs `first` to `stop - 1` of a block: those of one file, or of several in a row."""

    block: Block
    first: int
    stop: int

    def cut(self) -> Block:
        """A block of these songs alone."""
        return self.block.part(self.first, self.stop)
