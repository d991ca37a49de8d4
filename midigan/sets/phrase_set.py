"""PhraseSet: the songs of a folder as grid notes, and the phrases that windows on them show."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from midigan.harmony.keys import Key, parse_key, shift_between, transpose
from midigan.layout import Layout
from midigan.notes import Phrases, Repeats, pairs_in, render_pairs
from midigan.sets.columns import BLOCK_NOTES, BLOCK_SONGS, ColumnWriter, open_columns
from midigan.sets.set_file import SetReader, open_set, write_set
from midigan.sets.timeline import Timeline, first_of_songs, keys_of_songs, lay_songs
from midigan.sets.windows import Looks, Sounding, find_windows, hash_phrases, within_songs
from midigan.song import Song

#: A part of a mapped set is held in memory if the whole set has less notes than this.
SMALL_BYTES = 256 << 20


@dataclass(frozen=True, eq=False)
class PhraseSet(Timeline):
    """Songs on one timeline, and the phrases of `layout.bars` bars seen through windows on it.

    looks: how far apart phrases begin, and which are left out.
    windows: int64 `(phrases,)`, the bar of the timeline at which each phrase begins.
    spans: int64 `(phrases, 2)`, from and up to which of the notes each may show.
    """

    looks: Looks
    windows: NDArray[np.int64]
    spans: NDArray[np.int64]

    @classmethod
    def from_songs(
        cls, songs: Iterable[Song], layout: Layout, hop: int = 1, fewest_notes: int = 1
    ) -> PhraseSet:
        """Lay songs on one timeline. A song shorter than a phrase is padded with silence.

        hop, fewest_notes: see `Looks`.
        """
        return cls._looked_at(lay_songs(list(songs), layout), Looks(hop, fewest_notes))

    @classmethod
    def _looked_at(cls, songs: Timeline, looks: Looks) -> PhraseSet:
        windows = find_windows(songs.first_bar, songs.notes, songs.layout, looks)
        return cls(**vars(songs), looks=looks, windows=windows[0], spans=windows[1])

    @property
    def hop(self) -> int:
        """Bars from one phrase to the next."""
        return self.looks.hop

    def __len__(self) -> int:
        """Number of phrases."""
        return len(self.windows)

    def phrases(
        self,
        index: NDArray[np.int64] | slice = slice(None),
        repeats: Repeats = "held",
        shifts: NDArray[np.int64] | None = None,
    ) -> Phrases:
        """Render phrases: bool `(n, tracks, bars, steps, pitches)`, see `notes.render`.

        shifts: int64 `(n,)`, semitones by which each phrase is transposed; see `transpose`.
        """
        first_steps = np.asarray(self.windows[index]) * self.layout.steps
        window, note = pairs_in(np.asarray(self.spans[index]))
        notes = np.asarray(self.notes[note])
        if shifts is not None:
            notes = transpose(notes, shifts[window], self.layout)
        return render_pairs(notes, window, first_steps, self.layout, repeats)

    def song_of_phrase(self) -> NDArray[np.int64]:
        """Int64 `(phrases,)`: which song each phrase belongs to."""
        return np.searchsorted(self.first_bar, self.windows, side="right") - 1

    def hashes(self) -> NDArray[np.uint64]:
        """Uint64 `(phrases,)`: a number for each phrase, the same for the same notes."""
        bars = int(self.first_bar[-1])
        return hash_phrases(self.windows, Sounding.of(self.notes, self.layout, bars))

    def within_songs(self) -> PhraseSet:
        """The set without phrases that show the rests before a song or after it.

        What is left sounds from its first beat to its last, see `windows.within_songs`.
        """
        spans = [_spans_of_songs(part) for part in self.blocks()]
        bars = self.first_bar[:-1, None] * self.layout.steps
        ends = np.concatenate([np.empty((0, 2), np.int64), *spans]) + bars
        kept = within_songs(self.windows, self.song_of_phrase(), ends, self.layout)
        return replace(self, windows=self.windows[kept], spans=self.spans[kept])

    def blocks(self) -> Iterator[Timeline]:
        """Timelines of a few of the songs each, in order: for what needs to see all notes.

        Each has at most BLOCK_SONGS songs, and BLOCK_NOTES notes unless it is one song.
        """
        ends, first = self.first_note, 0
        while first < len(self.names):
            most = int(np.searchsorted(ends, ends[first] + BLOCK_NOTES, side="right")) - 1
            stop = min(max(most, first + 1), first + BLOCK_SONGS, len(self.names))
            yield self.part(first, stop)
            first = stop

    def subset(self, songs: Iterable[int]) -> PhraseSet:
        """A set of some of the songs, in the given order."""
        return self._of_songs(self.song(i) for i in songs)

    def in_key(self, key: str) -> PhraseSet:
        """The set with every song moved onto the diatonic set of `key`, by at most a tritone.

        Each song's own key is the one that `keys` says; drums stay where they are. Raises
        MidiganError for a name that is no key.
        """
        target = parse_key(key)
        shifts = [shift_between(Key.numbered(number), target) for number in self.keys.tolist()]
        return self._of_songs(
            replace(song, notes=transpose(song.notes, shift, self.layout))
            for song, shift in zip(self.songs(), shifts, strict=True)
        )

    def _of_songs(self, songs: Iterable[Song]) -> PhraseSet:
        """A set that looks at other songs alike; of a large mapped set a mapped one, too."""
        if not isinstance(self.notes, np.memmap) or self.notes.nbytes < SMALL_BYTES:
            return PhraseSet.from_songs(songs, self.layout, self.hop, self.looks.fewest_notes)
        beside = Path(str(self.notes.filename)).parent
        folder = tempfile.TemporaryDirectory(prefix="part-", dir=beside)
        writer = ColumnWriter(Path(folder.name), self.layout, self.looks)
        for song in songs:
            writer.add(song)
        writer.close()
        found = PhraseSet.open_folder(Path(folder.name))
        weakref.finalize(found, folder.cleanup)
        return found

    def save(self, path: Path) -> None:
        """Write the compact `.npz`: one compressed column a field, no pickled objects."""
        write_set(path, self, self.looks)

    @classmethod
    def load(cls, path: Path) -> PhraseSet:
        """Read a phrase set. Raises FormatError if the file is damaged, newer or another thing."""
        with open_set(path) as file:
            songs = _read_whole(file)
            songs.check()
            return cls._looked_at(songs, file.looks)

    @classmethod
    def open_folder(cls, folder: Path) -> PhraseSet:
        """The set of a folder of columns, memory-mapped: as large as the disk. See `columns`."""
        songs, looks, windows, spans = open_columns(folder)
        return cls(**vars(songs), looks=looks, windows=windows, spans=spans)


def _spans_of_songs(songs: Timeline) -> NDArray[np.int64]:
    """From and to which of its own steps each song sounds: int64 `(songs, 2)`, 0 and 0 if never."""
    sounding = Sounding.of(songs.notes, songs.layout, int(songs.first_bar[-1]))
    full = np.diff(songs.first_note) > 0
    first, start = songs.first_note[:-1][full], sounding.start
    ends = start + sounding.lasts
    spans = np.zeros((len(full), 2), np.int64)
    if len(first):
        spans[full] = np.stack([start[first], np.maximum.reduceat(ends, first)], axis=1)
        spans[full] -= songs.first_bar[:-1][full, None] * songs.layout.steps
    return spans


def _read_whole(file: SetReader) -> Timeline:
    """The timeline of a file, in memory."""
    layout, first_bar = file.layout, file.column("first_bar")
    notes, tempos, meters = (next(file.events(name)) for name in ("notes", "tempos", "meters"))
    first_step = first_bar * layout.steps
    first_note = first_of_songs(notes["start"], first_step)
    return Timeline(
        layout=layout,
        names=file.names,
        first_bar=first_bar,
        first_note=first_note,
        first_tempo=first_of_songs(tempos["start"], first_step),
        first_meter=first_of_songs(meters["bar"], first_bar),
        notes=notes,
        bar_steps=file.column("bar_steps"),
        tempos=tempos,
        meters=meters,
        programs=file.column("programs"),
        keys=file.column("keys") if file.has("keys") else keys_of_songs(notes, first_note, layout),
    )
