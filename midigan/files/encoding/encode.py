"""Encoding: from files to a PhraseSet, with an account of what happened to each file."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from midigan.errors import MidiganError
from midigan.files.aligning.align import Align
from midigan.files.aligning.meters import AUTO, layout_in
from midigan.files.encoding.choose import find_layout, find_meter
from midigan.files.encoding.encode_apart import encode_in_workers
from midigan.files.encoding.encode_file import encode_files
from midigan.files.encoding.gathering import Gathering
from midigan.files.encoding.journal import Journal
from midigan.files.encoding.report import EncodeReport, FileReport
from midigan.files.foreign import foreign_in
from midigan.files.opening.read import Reading
from midigan.files.opening.rules import Rules
from midigan.files.opening.sources import Source, find_sources, printable
from midigan.layout import Layout
from midigan.sets.blocks import Part
from midigan.sets.counts import NEARLY_EMPTY
from midigan.sets.mapped import map_set
from midigan.sets.phrase_set import PhraseSet
from midigan.sets.windows import Looks
from midigan.song import Song

#: Called with how many files are done, and how many there are.
Progress = Callable[[int, int], None]


def encode(
    sources: Sequence[str | Path],
    layout: Layout,
    *,
    hop: int = 1,
    meter: str = AUTO,
    align: Align = "auto",
    pedal: bool = False,
    max_off_grid: float = 1.0,
    keep_duplicates: bool = False,
    jobs: int = 0,
    fewest_notes: int = NEARLY_EMPTY,
    workspace: Path | None = None,
    progress: Progress | None = None,
    tell: Callable[[str], None] | None = None,
) -> tuple[PhraseSet, EncodeReport]:
    """Encode files, folders and patterns on the tracks of a layout.

    hop: bars from one phrase to the next.
    meter: `only` uses songs of which at least half the measures fit the layout's bar, and
        pads the others with silence; `pad` uses every song. A meter such as `3/4` uses the
        songs in it, on a layout with bars of that length; `native` is the meter that most of
        the songs are in. `auto` is `only`; but if that leaves out all songs that are looked at
        first, it is `native`, or `pad` where no bars can be made of that meter.
    align: `auto` finds the bar lines of MIDI files where their own are not credible, see
        `align.align`; `file` uses those of the file.
    pedal: whether notes of MIDI files last as long as the sustain pedal holds them.
    max_off_grid: the share of notes, 0..1, that may begin between steps; songs with more
        are left out, since the grid would change their rhythm.
    keep_duplicates: use files of the same bytes, or of the same notes, as an earlier one.
    jobs: how many processes read, so that a file that crashes its reader, or takes more time
        or memory than `limits` grants, is skipped like any other. 0 reads in this very
        process, without limits.
    fewest_notes: phrases in which fewer notes sound are left out; 1 leaves out silence alone.
    workspace: a folder to work in, see `journal`. The set that is returned is mapped from it
        and the report's files are read from it, so that memory stays flat; a run that was
        stopped there is taken up. The caller removes it. None: all ends up in memory.
    progress: called after each file; `tell` with a line if a run is taken up or starts over.
    A file that cannot be used is skipped, and the report says why. Raises MidiganError if
    there is nothing to encode, with the reasons.
    """
    files, problems = find_sources(sources)
    reading = Reading(channels=layout.by_channel, pedal=pedal, align=align)
    meter, meter_reason = find_meter(meter, sources, layout, reading, jobs)
    layout = layout_in(layout, meter)
    rules, looks = Rules(layout, meter, max_off_grid, reading), Looks(hop, fewest_notes)
    run: Gathering | Journal
    if workspace is None:
        run = Gathering(layout, looks)
    else:
        options = {"rules": asdict(rules), "keep_duplicates": keep_duplicates}
        run = Journal(workspace, files, options, layout, looks)
    try:
        if tell and run.remark:
            tell(run.remark)
        _read_rest(run, files, rules, looks, jobs, progress, keep_duplicates=keep_duplicates)
        for path, reason in problems:
            run.add_problem(path, reason)
        report = run.report
        if not report.used_files:
            run.forget()
            raise MidiganError(_nothing(sources, report))
        phrases = run.finish()
        report.summary, report.meter_reason = run.summary(phrases), meter_reason
    finally:
        run.close()
    return phrases, report


def _read_rest(
    run: Gathering | Journal,
    files: Sequence[Source],
    rules: Rules,
    looks: Looks,
    jobs: int,
    progress: Progress | None,
    *,
    keep_duplicates: bool,
) -> None:
    """Read the files that the run does not know yet."""
    rest = files[run.done :]
    met = None if keep_duplicates else run.met
    each: Iterable[tuple[Sequence[Song] | Part, FileReport]]
    if jobs:
        each = encode_in_workers(rest, rules, looks, met, jobs)
    else:
        each = encode_files(rest, rules, met)
    for number, (source, (found, file)) in enumerate(zip(rest, each, strict=True), 1):
        run.add(source, found, file)
        if progress:
            progress(run.done + number, len(files))


def open_phrases(
    source: str | Path,
    layout: Layout | None = None,
    *,
    hop: int = 1,
    meter: str = AUTO,
    jobs: int = 0,
    mapped: bool = False,
    progress: Progress | None = None,
) -> tuple[PhraseSet, EncodeReport | None]:
    """A phrase set from its `.npz` as it is, or one encoded from a file or folder of music.

    layout: None takes a phrase set's own, or chooses one for the music (see `choose`).
    hop, meter, jobs, progress: see `encode`. mapped: see `mapped.map_set`; not for what is encoded.
    Returns the set, and the report if anything was encoded. Raises MidiganError if the set
    has another layout than the given one, or nothing can be encoded.
    """
    path = Path(source)
    if is_phrase_set(path):
        phrases = map_set(path) if mapped else PhraseSet.load(path)
        if layout is not None and phrases.layout != layout:
            raise MidiganError(
                f"{path} has layout {phrases.layout.name} {phrases.layout.shape} from pitch "
                f"{phrases.layout.lowest_pitch}, not {layout.name} {layout.shape} from pitch "
                f"{layout.lowest_pitch}: encode its sources again with that layout"
            )
        return phrases, None
    reason = None
    if layout is None:
        layout, reason = find_layout([source], jobs)
    phrases, report = encode([source], layout, hop=hop, meter=meter, jobs=jobs, progress=progress)
    report.layout_reason = reason
    return phrases, report


def is_phrase_set(path: Path) -> bool:
    """Whether a file is an `.npz` that is a phrase set, and not bare arrays of songs.

    One that is missing or damaged counts as one, so that loading it says what is wrong.
    """
    if path.suffix.lower() != ".npz":
        return False
    try:
        with zipfile.ZipFile(path) as file:
            return "header.npy" in file.namelist()
    except (OSError, zipfile.BadZipFile):
        return True


def _nothing(sources: Sequence[str | Path], report: EncodeReport) -> str:
    """Why nothing was encoded, in one line."""
    named = ", ".join(printable(str(source)) for source in sources[:3])
    if not len(report.files):
        others = (found for source in sources for found in foreign_in(source))
        name, other = next(others, ("", ""))
        return f"no MIDI files in {named}" + (f"; {printable(name)} is {other}" if name else "")
    if len(report.files) == 1:
        (file,) = report.files
        return f"nothing to encode: {file.path}: {file.reason}"
    reasons = report.reasons.most_common(3)
    listed = ", ".join(f"{reason} ({count}x)" for reason, count in reasons)
    return f"nothing to encode in {len(report.files)} files from {named}: {listed}"
