"""A gathering: what an encoding has done so far, in memory; see `journal` for the one on disk."""

from __future__ import annotations

from collections.abc import Sequence

from midigan.files.encoding.duplicates import Duplicates
from midigan.files.encoding.report import EncodeReport, FileReport
from midigan.files.opening.sources import Source
from midigan.layout import Layout
from midigan.sets.blocks import Part
from midigan.sets.columns import ColumnGatherer
from midigan.sets.phrase_set import PhraseSet
from midigan.sets.summary import Summary, summarise
from midigan.sets.windows import Looks
from midigan.song import Song


class Gathering:
    """Collects songs and reports of files, as a `Journal` does, but always from nothing."""

    done = 0
    remark: str | None = None

    def __init__(self, layout: Layout, looks: Looks) -> None:
        self.met, self.report = Duplicates(), EncodeReport(layout.name)
        self._columns = ColumnGatherer(layout, looks)

    def add(self, _: Source, songs: Sequence[Song] | Part, file: FileReport) -> None:
        """Take what came of the next file."""
        self.report.add(file)
        self._columns.take(songs)

    def add_problem(self, path: str, reason: str) -> None:
        """Take what could not be followed to a file, and why."""
        self.report.add(FileReport(path, reason))

    def finish(self) -> PhraseSet:
        """All songs."""
        songs, windows, spans, self._counts = self._columns.finish()
        return PhraseSet(**vars(songs), looks=self._columns.looks, windows=windows, spans=spans)

    def summary(self, phrases: PhraseSet) -> Summary:
        """What the set that `finish` gave holds."""
        return summarise(phrases, self._counts)

    def forget(self) -> None:
        """There is nothing to go on from."""

    def close(self) -> None:
        """There is nothing to let go of."""
