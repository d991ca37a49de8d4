"""Encoding: from files to a PhraseSet, with an account of what happened to each file."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from midigan.errors import MidiganError
from midigan.files.choose import find_layout
from midigan.files.duplicates import Duplicates
from midigan.files.encode_file import Meter, Rules, encode_file
from midigan.files.report import EncodeReport, FileReport
from midigan.files.sources import Source, find_sources, printable
from midigan.files.workers import Lost, each_in_workers
from midigan.keys import Key
from midigan.layout import Layout
from midigan.phrase_set import PhraseSet
from midigan.song import Song

#: Called with how many files are done, and how many there are.
Progress = Callable[[int, int], None]


def encode(
    sources: Sequence[str | Path],
    layout: Layout,
    *,
    hop: int = 1,
    meter: Meter = "only",
    max_off_grid: float = 1.0,
    keep_duplicates: bool = False,
    jobs: int = 1,
    progress: Progress | None = None,
) -> tuple[PhraseSet, EncodeReport]:
    """Encode files, folders and patterns on the tracks of a layout.

    hop: bars from one phrase to the next.
    meter: `only` uses songs of which at least half the measures fit the layout's bar, and
        pads the others with silence; `pad` uses every song.
    max_off_grid: the share of notes, 0..1, that may begin between steps; songs with more
        are left out, since the grid would change their rhythm.
    keep_duplicates: use files of the same bytes, or of the same notes, as an earlier one.
    jobs: how many processes read; with several, a file that crashes its reader or takes
        longer than `workers.PATIENCE_S` is skipped like any other, and a script that calls
        this needs the usual `if __name__ == "__main__"`.
    progress: called after each file.
    A file that cannot be used is skipped, and the report says why. Raises MidiganError if
    there is nothing to encode, with the reasons.
    """
    files, problems = find_sources(sources)
    report = EncodeReport(layout.name)
    report.files += [FileReport(path, reason) for path, reason in problems]
    songs: list[Song] = []
    rules = Rules(layout, meter, max_off_grid)
    met = None if keep_duplicates else Duplicates()
    each = _one_by_one(files, rules, met) if jobs == 1 else _in_workers(files, rules, met, jobs)
    for number, (found, file) in enumerate(each, 1):
        report.files.append(file)
        songs += found
        if progress:
            progress(number, len(files))
    if not songs:
        raise MidiganError(_nothing(sources, report))
    phrases = PhraseSet.from_songs(songs, layout, hop)
    report.phrases = len(phrases)
    report.keys = Counter(str(Key.numbered(number)) for number in phrases.keys.tolist())
    return phrases, report


def open_phrases(
    source: str | Path,
    layout: Layout | None = None,
    *,
    hop: int = 1,
    progress: Progress | None = None,
) -> tuple[PhraseSet, EncodeReport | None]:
    """A phrase set from its `.npz` as it is, or one encoded from a file or folder of music.

    layout: None takes a phrase set's own, or chooses one for the music (see `choose`).
    Returns the set, and the report if anything was encoded. Raises MidiganError if the set
    has another layout than the given one, or nothing can be encoded.
    """
    path = Path(source)
    if path.suffix.lower() == ".npz" and is_phrase_set(path):
        phrases = PhraseSet.load(path)
        if layout is not None and phrases.layout != layout:
            raise MidiganError(
                f"{path} has layout {phrases.layout.name} {phrases.layout.shape} from pitch "
                f"{phrases.layout.lowest_pitch}, not {layout.name} {layout.shape} from pitch "
                f"{layout.lowest_pitch}: encode its sources again with that layout"
            )
        return phrases, None
    reason = None
    if layout is None:
        layout, reason = find_layout([source])
    phrases, report = encode([source], layout, hop=hop, progress=progress)
    report.layout_reason = reason
    return phrases, report


def is_phrase_set(path: Path) -> bool:
    """Whether an `.npz` is a phrase set, and not bare arrays of songs.

    A file that is missing or damaged counts as one, so that loading it says what is wrong.
    """
    try:
        with zipfile.ZipFile(path) as file:
            return "header.npy" in file.namelist()
    except (OSError, zipfile.BadZipFile):
        return True


def _one_by_one(
    files: Sequence[Source], rules: Rules, met: Duplicates | None
) -> Iterator[tuple[list[Song], FileReport]]:
    """The songs and the report of each file."""
    for source in files:
        yield encode_file(source, rules, met)


def _in_workers(
    files: Sequence[Source], rules: Rules, met: Duplicates | None, jobs: int
) -> Iterator[tuple[list[Song], FileReport]]:
    """Like `_one_by_one`, in several processes."""
    work = partial(_alone, rules, met is not None)
    for source, found in zip(files, each_in_workers(work, files, jobs), strict=True):
        if isinstance(found, Lost):
            yield [], FileReport(printable(str(source.path)), found.reason)
            continue
        songs, file, own = found
        if met and (reason := met.of_other(own)):
            songs, file.songs, file.reason = [], 0, reason
        yield songs, file


def _alone(
    rules: Rules, look_for_copies: bool, source: Source
) -> tuple[list[Song], FileReport, Duplicates]:
    """One file in a process of its own, and what tells whether it is a copy."""
    own = Duplicates()
    return *encode_file(source, rules, own if look_for_copies else None), own


def _nothing(sources: Sequence[str | Path], report: EncodeReport) -> str:
    """Why nothing was encoded, in one line."""
    named = ", ".join(printable(str(source)) for source in sources[:3])
    if not report.files:
        return f"no MIDI files in {named}"
    if len(report.files) == 1:
        return f"nothing to encode: {report.files[0].path}: {report.files[0].reason}"
    reasons = Counter(reason for _, reason in report.skipped).most_common(3)
    listed = ", ".join(f"{reason} ({count}x)" for reason, count in reasons)
    return f"nothing to encode in {len(report.files)} files from {named}: {listed}"
