"""midigan encode: files and folders to a phrase set, or to a dense array."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from midigan.commands.common import layout_option, lowest_pitch_option, progress_bar
from midigan.commands.encode_report import print_explanation, print_report
from midigan.saving import whole_file

if TYPE_CHECKING:
    from midigan.files.report import EncodeReport
    from midigan.layout import Layout
    from midigan.phrase_set import PhraseSet

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
@click.option(
    "--max-off-grid",
    type=click.FloatRange(0, 1),
    default=1,
    metavar="SHARE",
    help="Leave out songs with a larger share of notes between steps, 0 to 1. [default: 1]",
)
@click.option("--keep-duplicates", is_flag=True, help="Use files that are copies of others, too.")
@click.option(
    "--jobs", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes that read."
)
@click.option("--explain", is_flag=True, help="Only say where one file's tracks would go, and why.")
@click.option(
    "--report",
    "report_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.json",
    help="Also write what became of each file.",
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
    max_off_grid: float,
    keep_duplicates: bool,
    jobs: int,
    explain: bool,
    report_file: Path | None,
    verbose: bool,
    as_json: bool,
) -> None:
    """Turn MIDI files and folders into phrases to learn from.

    SOURCE is a file, a folder, a pattern such as '*.mid', or an .npz of JSB chorales
    (FILE.npz:train for a part of it). Files that cannot be used are skipped and named, and
    so are copies: files of the same bytes, or of the same notes, as an earlier one.
    """
    if explain:
        _explain(sources, layout_name, as_json)
        return
    target = _checked_target(output or _default_target(sources[0]), sources)

    from midigan.files.encode import encode

    layout, reason = _layout(sources, layout_name)
    layout = layout.moved_to(lowest_pitch)
    with progress_bar(quiet=as_json) as bar:
        task = bar.add_task("encoding", total=None)
        phrases, report = encode(
            sources,
            layout,
            hop=hop,
            meter=meter,
            max_off_grid=max_off_grid,
            keep_duplicates=keep_duplicates,
            jobs=jobs,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    report.layout_reason = reason
    _save(phrases, target, repeats)
    if report_file:
        with whole_file(report_file) as beside:
            beside.write_text(f"{_account(report, target)}\n", "utf-8")
    if as_json:
        click.echo(_account(report, target))
    else:
        print_report(report, sources, target, verbose=verbose)


def _account(report: EncodeReport, target: Path) -> str:
    return json.dumps({"output": str(target), **report.to_dict()}, indent=2)


def _layout(sources: Sequence[str], name: str | None) -> tuple[Layout, str | None]:
    """The layout of that name, or one that suits the sources and why it does."""
    from midigan.files.choose import find_layout
    from midigan.layout import load_layout

    return find_layout(sources) if name is None else (load_layout(name), None)


def _explain(sources: Sequence[str], layout_name: str | None, as_json: bool) -> None:
    """Say where the tracks of one file would go; write nothing."""
    from midigan.files.encode_file import explain

    if len(sources) != 1:
        raise click.UsageError("--explain takes one file")
    layout, reason = _layout(sources, layout_name)
    file = explain(sources[0], layout)
    if as_json:
        click.echo(json.dumps({"layout": layout.name, **file.to_dict()}, indent=2))
    else:
        print_explanation(file, f"{layout.name}: {reason}" if reason else layout.name)


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
