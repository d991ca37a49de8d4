"""The journal of an encoding: a working folder that holds all it has done so far.

Songs lie in it as columns, and what became of each file as a line of a log, so that memory
stays the same however many files there are. Every few seconds all is brought to disk together;
a run that was stopped, even by a power cut, goes on from there.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import IO, Any

from midigan import __version__
from midigan.errors import MidiganError
from midigan.files.encoding.duplicates import Duplicates
from midigan.files.encoding.file_log import FileLog, identity_of, read_lines
from midigan.files.encoding.report import EncodeReport, FileReport
from midigan.files.opening.sources import Source
from midigan.layout import Layout
from midigan.sets.blocks import Part
from midigan.sets.columns import ColumnWriter, open_counts
from midigan.sets.phrase_set import PhraseSet
from midigan.sets.summary import Summary, summarise
from midigan.sets.windows import Looks
from midigan.song import Song

#: Seconds from one commit to the next: what a stopped run has to do again at most.
COMMIT_S = 2.0

_OPTIONS, _LOG, _MET, _COMMITS, _COLUMNS = (
    *("options.json", "files.jsonl", "met.jsonl", "commits.jsonl"),
    "columns",
)


class Journal:
    """Collects songs and reports of files in a folder, or goes on with what is there.

    files: what is encoded, in order. options: whatever makes the outcome another; a run with
    other options or files starts over. After opening, `done` is how many of the files are
    behind it, `met` what they were, and `remark` what a user should know of that. Raises
    MidiganError if another process works in the folder.
    """

    def __init__(
        self,
        folder: Path,
        files: Sequence[Source],
        options: Mapping[str, Any],
        layout: Layout,
        looks: Looks,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.layout, self.looks = folder, layout, looks
        self._lock = _locked(folder)
        text = json.dumps({"midigan": __version__, **options, **vars(looks)}, sort_keys=True)
        commits = folder / _COMMITS
        begun = commits.exists() and commits.stat().st_size > 0
        commit = _commit_to_go_on_from(folder, text, files) if begun else None
        if commit is None or not self._go_on(commit):
            _clear(folder)
            self._open()
            (folder / _OPTIONS).write_text(text, "utf-8")
        self.done = len(self._log)
        self.remark = None
        if begun:
            self.remark = (
                f"going on after {self.done:,} of {len(files):,} files"
                if self.done
                else "options or files have changed since it was stopped: starting over"
            )

    def add(self, source: Source, songs: Sequence[Song] | Part, file: FileReport) -> None:
        """Take what came of the next file. Raises MidiganError if the disk is full."""
        try:
            self._log.identity = identity_of(source)
            self.report.add(file)
            self._writer.take(songs)
            if time.monotonic() - self._committed > COMMIT_S:
                self._commit()
        except OSError as error:
            raise MidiganError(
                f"cannot write in {self.folder}: {error.strerror or error}; the same command "
                "goes on from there"
            ) from error

    def add_problem(self, path: str, reason: str) -> None:
        """Take what could not be followed to a file, and why."""
        self._log.identity = None
        self.report.add(FileReport(path, reason))

    def finish(self) -> PhraseSet:
        """All songs, memory-mapped from the folder; nothing can be added any more."""
        self._writer.close()
        self._log.file.flush()
        return PhraseSet.open_folder(self.folder / _COLUMNS)

    def summary(self, phrases: PhraseSet) -> Summary:
        """What the set that `finish` gave holds."""
        return summarise(phrases, open_counts(self.folder / _COLUMNS))

    def close(self) -> None:
        """Let go of the folder, which stays as it is."""
        self._writer.release()
        for file in (self._log.file, self._met_log, self._commits, self._lock):
            file.close()

    def forget(self) -> None:
        """Go on from nothing next time: there is nothing worth it."""
        self._commits.truncate(0)

    def _open(self) -> None:
        self.met = Duplicates()
        self.report = EncodeReport(self.layout.name)
        self._writer = ColumnWriter(self.folder / _COLUMNS, self.layout, self.looks, counted=True)
        self._log = self.report.files = FileLog(self.folder / _LOG)
        self._met_log = (self.folder / _MET).open("a+b")
        self._commits = (self.folder / _COMMITS).open("a+b")
        self._committed = time.monotonic()

    def _go_on(self, commit: Mapping[str, Any]) -> bool:
        """Take up what a commit says; false if not all of it is there."""
        self._open()
        try:
            self._writer.cut_back(commit["columns"])
            self._log.cut(commit["log"], commit["files"])
            self._met_log.truncate(commit["met"])
            for file in self._log:
                self.report.count(file)
            self._met_log.seek(0)
            self.met.take_up(json.loads(line) for line in self._met_log)
        except (ValueError, LookupError, TypeError):
            self.close()
            self._lock = _locked(self.folder)
            return False
        return True

    def _commit(self) -> None:
        """Bring all to disk; what is there was whole before the line that says so is written."""
        columns = self._writer.commit()
        for entry in self.met.news():
            self._met_log.write(json.dumps(entry).encode() + b"\n")
        sizes = {"log": _synced(self._log.file), "met": _synced(self._met_log)}
        line = {"files": len(self._log), "columns": columns, **sizes}
        self._commits.write(json.dumps(line).encode() + b"\n")
        _synced(self._commits)
        self._committed = time.monotonic()


@contextmanager
def working_folder(target: Path) -> Iterator[Path]:
    """The folder beside `target` to work in, which is gone afterwards.

    If the block is left by an error or by Ctrl-C, it stays if there is something in it to go on
    from.
    """
    folder = target.with_name(f"{target.name}.partial")
    try:
        yield folder
    except BaseException:
        commits = folder / _COMMITS
        if not commits.exists() or not commits.stat().st_size:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)


def _commit_to_go_on_from(
    folder: Path, options: str, files: Sequence[Source]
) -> dict[str, Any] | None:
    """The last commit in a folder; None if there is none, or options or files are others."""
    try:
        if (folder / _OPTIONS).read_text("utf-8") != options:
            return None
        # The last line may be cut short.
        lines = (folder / _COMMITS).read_bytes().split(b"\n")[:-1]
        commit: dict[str, Any] = json.loads(lines[-1])
        done = islice(read_lines(folder / _LOG), commit["files"])
        same = [
            identity == identity_of(file) for (identity, _), file in zip(done, files, strict=False)
        ]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return commit if all(same) and len(same) == commit["files"] else None


def _clear(folder: Path) -> None:
    shutil.rmtree(folder / _COLUMNS, ignore_errors=True)
    for name in (_COMMITS, _OPTIONS, _LOG, _MET):
        (folder / name).unlink(missing_ok=True)


def _synced(file: IO[bytes]) -> int:
    """Wait until the disk has all of a file. Returns its size."""
    file.flush()
    os.fsync(file.fileno())
    return os.fstat(file.fileno()).st_size


def _locked(folder: Path) -> IO[bytes]:
    """A file that is locked until it is closed, where the system can; see `Journal`."""
    file = (folder / "lock").open("wb")
    # Windows has no such module.
    with suppress(ImportError):
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            raise MidiganError(
                f"another midigan works in {folder}: wait until it is done"
            ) from error
    return file
