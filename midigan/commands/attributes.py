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
    from midigan.generating.directions import Curve, Direction


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
    from its own phrases by regression on its latents, and keeps them in the file, with how
    its latents lead lines over the bar line.

    At 1 the mean moves up by one of its standard deviations, at -1 down, or as far as the
    generator can. The table says how far it can, in standard deviations: with 16 candidates,
    and by the latents alone, with one; and which means that gives from -1 to 1.
    """
    from midigan.generating.directions import directions_of
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
    from midigan.generating.finding import PHRASES
    from midigan.training import require_libraries
    from midigan.training.exporting.onnx_metadata import add_directions

    require_libraries()
    with console(stderr=True).status("looking for directions"):
        return add_directions(path, output, PHRASES)


def _show(found: Mapping[str, Direction]) -> None:
    rows = [
        (
            name,
            f"{direction.mean:.3g}",
            f"{direction.deviation:.2g}",
            _span(direction.drawn),
            _span(direction.alone) if direction.shift else "-",
            " to ".join(f"{value:.3g}" for value in direction.heard),
        )
        for name, direction in found.items()
    ]
    if rows:
        print_table(("attribute", "mean#", "deviation#", "reach#", "alone#", "-1 to 1#"), rows)
    else:
        click.echo("none known: -o FILE.onnx looks for them")


def _span(curve: Curve) -> str:
    return " ".join(f"{moved:+.2f}" for moved in curve.reach)
