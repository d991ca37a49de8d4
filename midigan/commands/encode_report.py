"""What `midigan encode` tells: what became of the files, in lines that fit a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from midigan.commands.common import print_facts, print_table, print_wrapped, with_way_for_meters

if TYPE_CHECKING:
    from midigan.files.encoding.report import EncodeReport, FileReport

#: How many keys and meters are named unless all are asked for.
_NAMED_KEYS, _NAMED_METERS = 5, 3

#: How many sub-folders are named.
_NAMED_FOLDERS = 8


def print_report(
    report: EncodeReport, sources: Sequence[str], target: Path, *, verbose: bool
) -> None:
    """The files that were skipped or mended, with `verbose` every file, and the sums."""
    _print_skipped(report, sources, verbose)
    _print_mended(report, sources, verbose)
    if verbose:
        _print_files((file for file in report.files if file.used), sources)
    print_facts(
        (
            ("files", f"{len(report.files):,}, {report.used_files:,} of them used"),
            ("songs", f"{report.total('songs'):,}"),
            *_sub_folders(report.summary.genres),
            ("phrases", f"{report.phrases:,}{_repeated(report)}"),
            ("notes", f"{report.total('notes_kept'):,}"),
            ("sounding", _fill(report)),
            ("off the grid", _off_grid(report)),
            *_aligned(report),
            ("keys", _named_keys(report.keys)),
            *_tempos(report),
            *_oddities(report),
            ("layout", _layout(report)),
            *([("meter", report.meter_reason)] if report.meter_reason else []),
            ("wrote", target),
        )
    )


def print_explanation(file: FileReport, layout: str) -> None:
    """Where each source track of one file goes, and why."""
    print_table(
        ("source track", "channel#", "sound#", "notes#", "goes to", "why"),
        [
            (
                track.name or "(no name)",
                "" if track.channel is None else track.channel + 1,
                "drums" if track.drum else f"program {track.program + 1}",
                f"{track.notes:,}",
                track.track or ("each voice" if "split" in track.why else "nowhere"),
                track.why,
            )
            for track in file.tracks
        ],
    )
    from midigan.files.aligning.stretches import UNNAMED

    measures = [
        f"{count} without a meter" if meter == UNNAMED else f"{count} of {meter}"
        for meter, count in file.meters.most_common(_NAMED_METERS)
    ]
    print_facts(
        (
            ("layout", layout),
            ("notes", f"{file.notes_read:,} in the file, {file.notes_kept:,} on the grid"),
            ("left out", f"{file.left_out:,}, {file.drums_left_out:,} of them drums"),
            ("off the grid", f"{file.off_grid:,}, {file.off_grid_share:.1%}"),
            ("measures", ", ".join(measures)),
            *_found_bar_lines(file),
            *([("pedal", f"holds {file.pedal_held:,} notes")] if file.pedal_held else []),
            *(("mended", warning) for warning in dict.fromkeys(file.warnings)),
        )
    )


def _repeated(report: EncodeReport) -> str:
    share = report.summary.repeated_share
    return f", {share:.1%} of them the same notes as an earlier one" if share else ""


def _fill(report: EncodeReport) -> str:
    """How full each track is."""
    fill = report.summary.fill.items()
    return ", ".join(f"{track} {share:.0%}" for track, share in fill) + " of the steps"


def _sub_folders(genres: dict[str, int]) -> list[tuple[str, str]]:
    """The largest sub-folders, which training may take for genres."""
    if len(genres) < 2:
        return []
    largest = Counter(genres).most_common(_NAMED_FOLDERS)
    named = ", ".join(f"{folder or '(none)'} {count:,}" for folder, count in largest)
    rest = len(genres) - len(largest)
    named += f", and {rest} other{'s' * (rest > 1)}" if rest else ""
    return [("sub-folders", f"{named} (genres for midigan train --genres)")]


def _tempos(report: EncodeReport) -> list[tuple[str, str]]:
    if not report.summary.tempos:
        return []
    least, lower, median, upper, greatest = (f"{bpm:.0f}" for bpm in report.summary.tempos)
    if least == greatest:
        return [("tempo", f"{median} bpm")]
    half = f"half of the songs between {lower} and {upper}"
    return [("tempo", f"{median} bpm, {half}, all between {least} and {greatest}")]


def _files(count: int) -> str:
    return f"{count:,} file{'s' * (count != 1)}"


def _off_grid(report: EncodeReport) -> str:
    files = report.files_with("off_grid")
    return f"{report.off_grid_share:.1%} of the notes, in {_files(files)}"


def _aligned(report: EncodeReport) -> list[tuple[str, str]]:
    """How many files got new bar lines, and how sure of them one may be."""
    confidence = sorted(report.bar_confidences.elements())
    if not confidence:
        return []
    middle = confidence[len(confidence) // 2] / 100
    return [
        (
            "aligned",
            f"{_files(len(confidence))}, bar lines found with a median confidence of "
            f"{middle:.2f} (--align file leaves them)",
        )
    ]


def _found_bar_lines(file: FileReport) -> list[tuple[str, str]]:
    """How sure one may be of bar lines that were found."""
    if file.beat_confidence is None or file.bar_confidence is None:
        return []
    sure = f"beat {file.beat_confidence:.2f}, bar {file.bar_confidence:.2f}"
    return [("bar lines", f"found in the notes, confidence: {sure} (--align file keeps them)")]


def _named_keys(keys: Counter[str]) -> str:
    """The most frequent keys of all."""
    named = ", ".join(f"{key} {count:,}" for key, count in keys.most_common(_NAMED_KEYS))
    rest = len(keys) - _NAMED_KEYS
    return named + (f", and {rest} other{'s' * (rest > 1)}" if rest > 0 else "")


def _layout(report: EncodeReport) -> str:
    reason = f": {report.layout_reason} (--layout chooses)" if report.layout_reason else ""
    return report.layout + reason


def _oddities(report: EncodeReport) -> list[tuple[str, str]]:
    """Facts that are only there if there is something to tell."""
    drums = report.total("drums_left_out")
    other = report.total("left_out") - drums
    padded = report.files_with("padded_bars")
    sparse = report.summary.nearly_empty
    lost = report.total("skipped_songs")
    held = report.total("pedal_held")
    left = [f"{n:,} {what}" for n, what in ((drums, "drum notes"), (other, "other notes")) if n]
    facts = [
        ("copies", f"{report.copies:,} of the files, left out" if report.copies else ""),
        ("nearly empty", f"{sparse:,} phrases (--min-notes)" if sparse else ""),
        ("left out", " and ".join(left)),
        ("pedal", f"held {held:,} notes" if held else ""),
        ("padded bars", f"in {_files(padded)}" if padded else ""),
        ("skipped songs", f"{lost:,} in files that were used" if lost else ""),
    ]
    return [fact for fact in facts if fact[1]]


def _print_skipped(report: EncodeReport, sources: Sequence[str], verbose: bool) -> None:
    """Files that were skipped: a paragraph for each reason."""
    if verbose:
        for file in report.files:
            if not file.used:
                reason = with_way_for_meters(file.reason or "")
                print_wrapped(f"skipped: {_short(file.path, sources)}: {reason}")
        return
    for reason, count in report.reasons.most_common():
        paths = [_short(path, sources) for path in report.examples[reason]]
        line = f"{count:,} skipped, {with_way_for_meters(reason)}"
        print_wrapped(f"{line}: {_some(paths, count)}")


def _print_mended(report: EncodeReport, sources: Sequence[str], verbose: bool) -> None:
    """Files that were damaged, each with what was mended."""
    for file in (file for file in report.files if file.warnings) if verbose else report.mended:
        warnings = "; ".join(dict.fromkeys(file.warnings))
        print_wrapped(f"mended: {_short(file.path, sources)}: {warnings}")
    rest = report.mended_files - len(report.mended)
    if rest and not verbose:
        print_wrapped(f"mended: and {rest:,} more (-v lists them)")


def _some(paths: Sequence[str], count: int) -> str:
    """The first few of `count` paths."""
    named, rest = ", ".join(paths), count - len(paths)
    return f"{named}, ... and {rest:,} more (-v lists them)" if rest else named


def _short(path: str, sources: Sequence[str]) -> str:
    """A path as seen from the folder that was given, if only one was."""
    folder = sources[0].rstrip("/\\") + "/"
    return path.removeprefix(folder) if len(sources) == 1 else path


def _print_files(files: Iterable[FileReport], sources: Sequence[str]) -> None:
    print_table(
        ("file", "songs#", "notes#", "kept#", "off grid#", "meters"),
        [
            (
                _short(file.path, sources),
                file.songs,
                f"{file.notes_read:,}",
                f"{file.notes_kept:,}",
                f"{file.off_grid_share:.1%}",
                ", ".join(f"{m} x{n}" for m, n in file.meters.most_common(_NAMED_METERS)),
            )
            for file in files
        ],
    )
