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
    progress_bar,
    with_way_for_meters,
)
from midigan.commands.encode_report import print_explanation, print_report
from midigan.commands.encode_target import checked_target, default_target, save
from midigan.errors import MidiganError
from midigan.saving import whole_file

if TYPE_CHECKING:
    from midigan.files.aligning.align import Align
    from midigan.files.encoding.report import EncodeReport
    from midigan.layout import Layout


def _checked_meter(_: click.Context, __: click.Parameter, meter: str) -> str:
    # To import what a meter is takes as long as a small folder, and the workers wait meanwhile.
    if meter in ("auto", "only", "pad", "native"):
        return meter
    from midigan.files.aligning.meters import is_meter_rule

    if not is_meter_rule(meter):
        raise click.BadParameter(f"{meter!r} is not auto, only, pad, native or a meter such as 3/4")
    return meter


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
    callback=_checked_meter,
    default="auto",
    show_default=True,
    metavar="auto|only|pad|native|N/D",
    help="Songs in other meters than the layout's: leave them out ('only'), or pad their bars with "
    "silence; or use those in one meter, with bars of its length: 'native' is the most "
    "frequent one, or name it: 3/4. 'auto' is 'only', but 'native' where no song is in the "
    "layout's.",
)
@click.option(
    "--align",
    type=click.Choice(["auto", "file"]),
    default="auto",
    show_default=True,
    help="Bar lines of MIDI files: found in the notes where the file's are not credible, or "
    "always the file's.",
)
@click.option("--pedal", is_flag=True, help="Notes last as long as the sustain pedal holds them.")
@click.option(
    "--repeats",
    type=click.Choice(["gap", "held"]),
    default="gap",
    show_default=True,
    help="In a .npy, as many onsets as can be told, a pitch struck again after a step of silence; "
    "or what sounds, as if held.",
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
    "--min-notes",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="Leave out phrases in which fewer notes sound; 1 keeps all but silent ones.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Processes that read. [default: one for each core]",
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
    meter: str,
    align: Align,
    pedal: bool,
    repeats: Literal["gap", "held"],
    max_off_grid: float,
    keep_duplicates: bool,
    min_notes: int,
    jobs: int | None,
    explain: bool,
    report_file: Path | None,
    verbose: bool,
    as_json: bool,
) -> None:
    """Turn MIDI files and folders into phrases to learn from.

    SOURCE is a file, a folder, a pattern such as '*.mid', or an .npz of JSB chorales
    (FILE.npz:train for a part of it). Files that cannot be used are skipped and named, and
    so are copies: files of the same bytes, or of the same notes, as an earlier one. A run
    that was stopped is taken up by the same command.
    """
    if explain:
        _explain(sources, layout_name, align, pedal, as_json)
        return
    target = checked_target(output or default_target(sources[0]), sources)

    from midigan.files.encoding.workers import start_early

    # On another core, while this process imports its part.
    start_early()
    from midigan.files.encoding.encode import encode
    from midigan.files.encoding.journal import working_folder
    from midigan.files.opening.limits import usable_cores

    jobs = jobs or usable_cores()
    layout, reason = _layout(sources, layout_name, jobs)
    try:
        with working_folder(target) as folder, progress_bar(quiet=as_json) as bar:
            task = bar.add_task("encoding", total=None)
            phrases, report = encode(
                sources,
                layout.moved_to(lowest_pitch),
                hop=hop,
                meter=meter,
                align=align,
                pedal=pedal,
                max_off_grid=max_off_grid,
                keep_duplicates=keep_duplicates,
                fewest_notes=min_notes,
                jobs=jobs,
                workspace=folder,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
                tell=lambda line: click.echo(line, err=True),
            )
            report.layout_reason = reason
            bar.update(task, description="writing", total=None)
            save(phrases, target, repeats)
            del phrases
            bar.stop()
            _tell(report, sources, target, report_file, verbose=verbose, as_json=as_json)
    except MidiganError as error:
        raise MidiganError(with_way_for_meters(str(error))) from error
    except KeyboardInterrupt as interrupt:
        raise MidiganError("stopped: the same command goes on from there") from interrupt


def _tell(
    report: EncodeReport,
    sources: Sequence[str],
    target: Path,
    report_file: Path | None,
    *,
    verbose: bool,
    as_json: bool,
) -> None:
    """Say what became of the files, a file at a time."""
    if report_file:
        with whole_file(report_file) as beside, beside.open("w", encoding="utf-8") as file:
            file.writelines(report.json(output=str(target)))
            file.write("\n")
    if as_json:
        for piece in report.json(output=str(target)):
            click.echo(piece, nl=False)
        click.echo()
    else:
        print_report(report, sources, target, verbose=verbose)


def _layout(sources: Sequence[str], name: str | None, jobs: int = 0) -> tuple[Layout, str | None]:
    """The layout of that name, or one that suits the sources and why it does."""
    from midigan.files.encoding.choose import find_layout
    from midigan.layout import load_layout

    return find_layout(sources, jobs) if name is None else (load_layout(name), None)


def _explain(
    sources: Sequence[str], layout_name: str | None, align: Align, pedal: bool, as_json: bool
) -> None:
    """Say where the tracks of one file would go; write nothing."""
    from midigan.files.encoding.encode_file import explain
    from midigan.files.opening.read import Reading

    if len(sources) != 1:
        raise click.UsageError("--explain takes one file")
    layout, reason = _layout(sources, layout_name)
    file = explain(sources[0], layout, Reading(pedal=pedal, align=align))
    if as_json:
        click.echo(json.dumps({"layout": layout.name, **file.to_dict()}, indent=2))
    else:
        print_explanation(file, f"{layout.name}: {reason}" if reason else layout.name)
