"""midigan attributes: what can be turned in a generator, and how far it moves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from midigan.commands.common import console, print_table
from midigan.commands.playing import generator_argument

if TYPE_CHECKING:
    from midigan.directions import Direction


@click.command("attributes")
@generator_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.onnx",
    help="Find them anew and write the generator with them; needs midigan[train].",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(generator: str | None, output: Path | None, as_json: bool) -> None:
    """Show which attributes of its music GENERATOR lets you turn: --attribute density=0.5.

    A generator that 'midigan train' made knows them already. For another one, -o finds them
    from its own phrases by regression on its latents, and keeps them in the file; what it
    plays stays the same until one is turned.

    The table has each attribute's mean, and by how many standard deviations that mean moves
    at -1 and 1: with 16 candidates, and by the latents alone, with one.
    """
    from midigan.directions import directions_of
    from midigan.generator import Generator
    from midigan.shipped import find_generator

    path = find_generator(generator)
    found = directions_of(Generator.load(path).info) if output is None else _find(path, output)
    if as_json:
        plain = {name: direction.to_plain() for name, direction in found.items()}
        click.echo(json.dumps({"generator": str(output or path), "attributes": plain}, indent=2))
    else:
        _show(found)


def _find(path: Path, output: Path) -> dict[str, Direction]:
    from midigan.finding import PHRASES
    from midigan.training import require_libraries
    from midigan.training.onnx_metadata import add_directions

    require_libraries()
    with console(stderr=True).status("looking for directions"):
        return add_directions(path, output, PHRASES)


def _show(found: Mapping[str, Direction]) -> None:
    rows = [
        (
            name,
            f"{direction.mean:.3g}",
            f"{direction.deviation:.2g}",
            *(f"{moved:+.2f}" for moved in direction.effect),
            *(f"{moved:+.2f}" if direction.shift else "-" for moved in direction.alone),
        )
        for name, direction in found.items()
    ]
    columns = ("attribute", "mean#", "deviation#", "at -1#", "at 1#", "alone -1#", "alone 1#")
    if rows:
        print_table(columns, rows)
    else:
        click.echo("none known: -o FILE.onnx looks for them")
