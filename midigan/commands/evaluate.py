"""midigan evaluate: a generator against music it has not seen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from midigan.commands.common import print_table

if TYPE_CHECKING:
    from midigan.evaluation.report import Evaluation


@click.command()
@click.argument("generator", required=False)
@click.option(
    "--reference",
    required=True,
    metavar="SOURCE",
    help="Music that the generator has not seen: a folder, MIDI files or a phrase set.",
)
@click.option("--training", metavar="SOURCE", help="Its training music, for the ceiling.")
@click.option("-n", "count", type=click.IntRange(min=2), default=1000, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def command(
    generator: str | None,
    reference: str,
    training: str | None,
    count: int,
    seed: int,
    as_json: bool,
) -> None:
    """Measure how close GENERATOR comes to real music that it has not seen.

    Each musical measure is taken of every phrase, and its overlapping area with the
    reference's is shown (Yang and Lerch 2020): 1 is alike, 0 is disjoint. The ceiling is
    what real music scores: the training music if given, else one half of the reference
    against the other.
    """
    from midigan.evaluation.report import evaluate
    from midigan.files.encode import open_phrases
    from midigan.generator import Generator
    from midigan.shipped import find_generator

    own = Generator.load(find_generator(generator))
    unseen, _ = open_phrases(reference, own.layout)
    seen = open_phrases(training, own.layout)[0] if training else None
    found = evaluate(own, unseen, training=seen, n=count, seed=seed)
    if as_json:
        click.echo(json.dumps(_plain(found), indent=2))
    else:
        _print(found)


def _plain(found: Evaluation) -> dict[str, object]:
    return {
        "phrases": found.phrases,
        "reference_phrases": found.reference_phrases,
        "mean_overlap": found.generated.mean_overlap,
        "ceiling_mean_overlap": found.ceiling.mean_overlap,
        "duplicates": found.duplicates,
        "metrics": {
            name: {
                "overlap": own.overlap,
                "ceiling": found.ceiling.metrics[name].overlap,
                "mean": own.generated_mean,
                "reference_mean": own.reference_mean,
            }
            for name, own in found.generated.metrics.items()
        },
    }


def _print(found: Evaluation) -> None:
    rows = [
        (
            name,
            f"{own.overlap:.3f}",
            f"{found.ceiling.metrics[name].overlap:.3f}",
            f"{own.generated_mean:.3f}",
            f"{own.reference_mean:.3f}",
        )
        for name, own in found.generated.metrics.items()
    ]
    print_table(("measure", "overlap#", "ceiling#", "mean#", "reference#"), rows)
    click.echo(
        f"mean overlapping area {found.generated.mean_overlap:.3f} "
        f"(ceiling {found.ceiling.mean_overlap:.3f}); "
        f"{found.phrases} phrases against {found.reference_phrases}, "
        f"{found.duplicates:.1%} duplicates"
    )
