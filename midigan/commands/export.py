"""midigan export: a run folder to generator.onnx and critic.onnx, checked against PyTorch."""

from __future__ import annotations

from pathlib import Path

import click

from midigan.commands.common import console, print_table


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.onnx",
    help="Where the generator goes; RUN/generator.onnx if not given. Its critic goes beside it.",
)
@click.option(
    "--licence", default="", metavar="TEXT", help="Terms of the weights, kept in the file."
)
def command(run: Path, output: Path | None, licence: str) -> None:
    """Export the best weights of RUN for playing without PyTorch.

    Generator and critic are compared with PyTorch on random noise; if a cell differs by more
    than 0.0001, nothing is written.
    """
    from midigan.training import require_libraries

    require_libraries()
    from midigan.training.export import export_run
    from midigan.training.run import open_run

    opened = open_run(run)
    with console(stderr=True).status("exporting"):
        written = export_run(opened, output or opened.generator, licence)
    rows = [
        (file.path, f"{file.path.stat().st_size / 1e6:.1f} MB", f"{file.largest_difference:.1e}")
        for file in written
    ]
    print_table(("exported", "size#", "largest difference from PyTorch#"), rows)
