"""What `midigan encode` tells: what became of the files, in lines that fit a terminal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from midigan.commands.common import print_facts, print_table, print_wrapped

if TYPE_CHECKING:
    from midigan.files.report import EncodeReport, FileReport

#: How many files, keys and meters are named unless all are asked for.
_NAMED, _NAMED_KEYS, _NAMED_METERS = 9, 5, 3


def print_report(
    report: EncodeReport, sources: Sequence[str], target: Path, *, verbose: bool
) -> None:
    """The files that were skipped or mended, with `verbose` every file, and the sums."""
    _print_skipped(report, sources, verbose)
    _print_mended(report, sources, verbose)
    if verbose:
        _print_files(report.used, sources)
    print_facts(
        (
            ("files", f"{len(report.files):,}, {len(report.used):,} of them used"),
            ("songs", f"{report.total('songs'):,}"),
            ("phrases", f"{report.phrases:,}"),
            ("notes", f"{report.total('notes_kept'):,}"),
            ("off the grid", _off_grid(report)),
            ("keys", _named_keys(report.keys)),
            *_oddities(report),
            ("layout", _layout(report)),
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
    meters = file.meters.most_common(_NAMED_METERS)
    print_facts(
        (
            ("layout", layout),
            ("notes", f"{file.notes_read:,} in the file, {file.notes_kept:,} on the grid"),
            ("left out", f"{file.left_out:,}, {file.drums_left_out:,} of them drums"),
            ("off the grid", f"{file.off_grid:,}, {file.off_grid_share:.1%}"),
            ("measures", ", ".join(f"{count} of {meter}" for meter, count in meters)),
            *(("mended", warning) for warning in dict.fromkeys(file.warnings)),
        )
    )


def _off_grid(report: EncodeReport) -> str:
    files = sum(file.off_grid > 0 for file in report.used)
    return f"{report.off_grid_share:.1%} of the notes, in {files:,} files"


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
    padded = sum(file.padded_bars > 0 for file in report.used)
    lost = report.total("skipped_songs")
    left = [f"{n:,} {what}" for n, what in ((drums, "drum notes"), (other, "other notes")) if n]
    facts = [
        ("left out", " and ".join(left)),
        ("padded bars", f"in {padded:,} files" if padded else ""),
        ("skipped songs", f"{lost:,} in files that were used" if lost else ""),
    ]
    return [fact for fact in facts if fact[1]]


def _print_skipped(report: EncodeReport, sources: Sequence[str], verbose: bool) -> None:
    """Files that were skipped: a paragraph for each reason."""
    if verbose:
        for path, reason in report.skipped:
            print_wrapped(f"skipped: {_short(path, sources)}: {reason}")
        return
    by_reason: dict[str, list[str]] = defaultdict(list)
    for path, reason in report.skipped:
        by_reason[reason.split(":")[0].split(";")[0]].append(_short(path, sources))
    for reason, paths in sorted(by_reason.items(), key=lambda group: -len(group[1])):
        print_wrapped(f"{len(paths):,} skipped, {reason}: {_some(paths)}")


def _print_mended(report: EncodeReport, sources: Sequence[str], verbose: bool) -> None:
    """Files that were damaged, each with what was mended."""
    mended = [file for file in report.files if file.warnings]
    for file in mended if verbose else mended[:_NAMED]:
        warnings = "; ".join(dict.fromkeys(file.warnings))
        print_wrapped(f"mended: {_short(file.path, sources)}: {warnings}")
    if len(mended) > _NAMED and not verbose:
        print_wrapped(f"mended: and {len(mended) - _NAMED:,} more (-v lists them)")


def _some(paths: Sequence[str]) -> str:
    """The first few of some paths."""
    rest = len(paths) - _NAMED
    named = ", ".join(paths[:_NAMED])
    return f"{named}, ... and {rest:,} more (-v lists them)" if rest > 0 else named


def _short(path: str, sources: Sequence[str]) -> str:
    """A path as seen from the folder that was given, if only one was."""
    folder = sources[0].rstrip("/\\") + "/"
    return path.removeprefix(folder) if len(sources) == 1 else path


def _print_files(files: Sequence[FileReport], sources: Sequence[str]) -> None:
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
