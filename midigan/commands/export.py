"""midigan export: a run folder, or the weights of the book's MuseGAN, to a file that plays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from midigan.commands.common import console, layout_option, lowest_pitch_option, print_table

if TYPE_CHECKING:
    from midigan.training.exporting.export import Exported

#: What a file of weights is called by PyTorch's users.
WEIGHTS = (".pth", ".pt")


@click.command()
@click.argument("source", metavar="RUN|WEIGHTS.pth", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.onnx|FILE.pt2",
    help="Where the generator goes: RUN/generator.onnx or WEIGHTS.onnx if not given.",
)
@click.option(
    "--licence", default="", metavar="TEXT", help="Terms of the weights, kept in the file."
)
@layout_option
@lowest_pitch_option
def command(
    source: Path,
    output: Path | None,
    licence: str,
    layout_name: str | None,
    lowest_pitch: int | None,
) -> None:
    """Export the best weights of RUN for playing without PyTorch, its critic beside them.

    A FILE.pt2 is the generator alone, as a program that PyTorch runs without midigan.

    WEIGHTS.pth is a generator's state dict as the PyTorch book's MuseGAN saves it
    (MuseGAN_G.pth). Its tracks are four voices and its lowest pitch is MIDI note 0, unless
    --layout and --lowest-pitch, which are for such files only, say otherwise.

    What is written is compared with PyTorch on random noise; if a cell differs by more than
    0.0001, and not because rounding decided a choice, nothing is written.
    """
    from midigan.training import require_libraries

    require_libraries()
    if output is not None and output.suffix not in (".onnx", ".pt2"):
        raise click.UsageError(f"-o {output} is neither FILE.onnx nor FILE.pt2")
    foreign = source.suffix in WEIGHTS and not source.is_dir()
    if not foreign and (layout_name or lowest_pitch is not None):
        raise click.UsageError("a run keeps its layout: --layout is for WEIGHTS.pth")
    with console(stderr=True).status("exporting"):
        if foreign:
            written = _export_weights(source, output, licence, layout_name, lowest_pitch)
        else:
            written = _export_run(source, output, licence)
    rows = [
        (file.path, f"{file.path.stat().st_size / 1e6:.1f} MB", f"{file.largest_difference:.1e}")
        for file in written
    ]
    print_table(("exported", "size#", "largest difference from PyTorch#"), rows)


def _export_run(folder: Path, output: Path | None, licence: str) -> Sequence[Exported]:
    from midigan.training.exporting.export import export_run
    from midigan.training.exporting.generator_file import PROGRAM, export_program
    from midigan.training.runs.run import open_run

    run = open_run(folder)
    if output is not None and output.suffix == PROGRAM:
        return [export_program(run, output, licence)]
    return export_run(run, output or run.generator, licence)


def _export_weights(
    weights: Path,
    output: Path | None,
    licence: str,
    layout_name: str | None,
    lowest_pitch: int | None,
) -> Sequence[Exported]:
    from midigan.layout import load_layout
    from midigan.training.exporting.generator_file import (
        BOOK_LAYOUT,
        BOOK_LOWEST_PITCH,
        export_book,
    )

    layout = load_layout(layout_name or BOOK_LAYOUT)
    if lowest_pitch is None and layout_name is None:
        lowest_pitch = BOOK_LOWEST_PITCH
    return [
        export_book(
            weights, output or weights.with_suffix(".onnx"), layout.moved_to(lowest_pitch), licence
        )
    ]
