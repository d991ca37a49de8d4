"""midigan encode: files and folders to a phrase set, or to a dense array."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from midigan.commands.common import (
    layout_option,
    lowest_pitch_option,
    print_table,
    progress_bar,
)

if TYPE_CHECKING:
    from midigan.files.report import EncodeReport, FileReport
    from midigan.phrase_set import PhraseSet

#: How many files are listed by name unless all are asked for.
_LISTED = 20

#: How many phrases are rendered at a time.
_BLOCK = 256


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to: a phrase set .npz, or a dense array .npy. [default: SOURCE's name .npz]",
)
@layout_option
@lowest_pitch_option
@click.option(
    "--hop",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Bars from one phrase to the next.",
)
@click.option(
    "--meter",
    type=click.Choice(["only", "pad"]),
    default="only",
    show_default=True,
    help="Songs in other meters: leave them out, or pad their bars with silence.",
)
@click.option(
    "--repeats",
    type=click.Choice(["gap", "held"]),
    default="gap",
    show_default=True,
    help="In a .npy, a pitch struck again: after a step of silence, or as if held.",
)
@click.option("-v", "--verbose", is_flag=True, help="List every file.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(
    sources: tuple[str, ...],
    output: Path | None,
    layout_name: str | None,
    lowest_pitch: int | None,
    hop: int,
    meter: Literal["only", "pad"],
    repeats: Literal["gap", "held"],
    verbose: bool,
    as_json: bool,
) -> None:
    """Turn MIDI files and folders into phrases to learn from.

    SOURCE is a file, a folder, a pattern such as '*.mid', or an .npz of JSB chorales
    (FILE.npz:train for a part of it). Files that cannot be used are skipped and named.
    """
    target = _checked_target(output or _default_target(sources[0]), sources)

    from midigan.files.encode import encode, find_layout
    from midigan.layout import load_layout

    reason = None
    if layout_name is not None:
        layout = load_layout(layout_name)
    else:
        layout, reason = find_layout(sources)
    layout = layout.moved_to(lowest_pitch)
    with progress_bar(quiet=as_json) as bar:
        task = bar.add_task("encoding", total=None)
        phrases, report = encode(
            sources,
            layout,
            hop=hop,
            meter=meter,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    report.layout_reason = reason
    _save(phrases, target, repeats)
    if as_json:
        click.echo(json.dumps({"output": str(target), **report.to_dict()}, indent=2))
    else:
        _print(report, target, verbose)


def _default_target(source: str) -> Path:
    """A name in the current folder, made from the first source's."""
    path = Path(source.rpartition(":")[0] if ".npz:" in source else source)
    if path.is_dir():
        return Path(f"{path.resolve().name or 'phrases'}.npz")
    if any(sign in path.name for sign in "*?["):
        return Path(f"{path.parent.resolve().name or 'phrases'}.npz")
    return Path(f"{path.stem}-phrases.npz" if path.suffix == ".npz" else f"{path.stem}.npz")


def _checked_target(target: Path, sources: Sequence[str]) -> Path:
    """The target, if it is a kind of file that is written, and none of the sources."""
    if target.suffix.lower() not in (".npz", ".npy"):
        raise click.UsageError(f"cannot write {target}: name a phrase set .npz or an array .npy")
    if target.is_dir():
        raise click.UsageError(f"cannot write {target}: it is a folder")
    for source in sources:
        if target.exists() and Path(source).exists() and target.samefile(source):
            raise click.UsageError(f"{target} is a source: name another file with -o")
    return target


def _save(phrases: PhraseSet, target: Path, repeats: Literal["gap", "held"]) -> None:
    from midigan.files.dense import save_dense_blocks

    if target.suffix.lower() == ".npz":
        phrases.save(target)
        return
    blocks = (
        phrases.phrases(slice(i, i + _BLOCK), repeats) for i in range(0, len(phrases), _BLOCK)
    )
    save_dense_blocks(blocks, (len(phrases), *phrases.layout.shape), target)


def _print(report: EncodeReport, target: Path, verbose: bool) -> None:
    rows: list[tuple[str, object]] = [
        ("files", len(report.files)),
        ("used", len(report.used)),
        *((f"skipped: {reason}", count) for reason, count in report.reasons.most_common()),
        ("songs", report.total("songs")),
        ("phrases", report.phrases),
        ("notes", report.total("notes_kept")),
        ("off the grid", f"{report.off_grid_share:.1%}"),
        *_odd_rows(report),
    ]
    print_table(["", "#"], rows)
    _list_files("skipped", report.skipped, verbose)
    mended = [(file.path, "; ".join(dict.fromkeys(file.warnings))) for file in report.files]
    _list_files("mended", [entry for entry in mended if entry[1]], verbose)
    if verbose:
        _print_files(report.used)
    chosen = f": {report.layout_reason}; --layout chooses" if report.layout_reason else ""
    click.echo(f"layout {report.layout}{chosen}")
    click.echo(f"wrote {target}")


def _odd_rows(report: EncodeReport) -> list[tuple[str, object]]:
    """Rows that are only there if there is something to tell."""
    rows = [
        ("songs skipped in used files", report.total("skipped_songs")),
        ("files with notes off the grid", sum(file.off_grid > 0 for file in report.used)),
        ("files with padded bars inside", sum(file.padded_bars > 0 for file in report.used)),
        ("drum notes left out", report.total("drums_left_out")),
        ("other notes left out", report.total("left_out") - report.total("drums_left_out")),
    ]
    return [row for row in rows if row[1]]


def _list_files(what: str, files: Sequence[tuple[str, str]], verbose: bool) -> None:
    """Lines of file and reason, not too many of them."""
    shown = files if verbose else files[:_LISTED]
    for path, reason in shown:
        click.echo(f"{what}: {path}: {reason}")
    if len(shown) < len(files):
        click.echo(f"{what}: and {len(files) - len(shown)} more, -v lists them")


def _print_files(files: Sequence[FileReport]) -> None:
    print_table(
        ["file", "songs#", "notes#", "kept#", "off grid#", "meters"],
        [
            (
                file.path,
                file.songs,
                file.notes_read,
                file.notes_kept,
                f"{file.off_grid_share:.1%}",
                " ".join(f"{meter} x{count}" for meter, count in file.meters.most_common(3)),
            )
            for file in files
        ],
    )
