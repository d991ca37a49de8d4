"""midigan evaluate: a generator against music it has not seen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from midigan.commands.common import console
from midigan.errors import MidiganError

if TYPE_CHECKING:
    from collections.abc import Callable

    from midigan.evaluation.joins import Joins
    from midigan.evaluation.report import Evaluation
    from midigan.generator import Generator
    from midigan.sets.phrase_set import PhraseSet


@click.command()
@click.argument("generator", required=False)
@click.option(
    "--reference",
    metavar="SOURCE",
    help="Music that the generator has not seen: a folder, MIDI files or a phrase set. "
    "Not needed for a run folder, which has its own.",
)
@click.option(
    "--training",
    metavar="SOURCE",
    help="Its training music, for the ceiling and to find copies.",
)
@click.option(
    "--held-out",
    is_flag=True,
    help="Of the reference take only the songs that the generator was kept from; those that it "
    "learned from are its training music.",
)
@click.option("-n", "count", type=click.IntRange(min=2), default=1000, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option(
    "--own-keys",
    is_flag=True,
    help="Compare in the songs' own keys, and phrases in such keys as 'midigan generate' gives "
    "its clips, instead of all in the generator's key.",
)
@click.option(
    "--joins",
    is_flag=True,
    help="Judge as well how phrases join that are composed one after the other, as they play: "
    "alone, and drawn from candidates.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="REPORT.html",
    help="Write a page with distributions and the phrases nearest to training music.",
)
def command(
    generator: str | None,
    reference: str | None,
    training: str | None,
    held_out: bool,
    count: int,
    seed: int,
    own_keys: bool,
    joins: bool,
    as_json: bool,
    output: Path | None,
) -> None:
    """Measure how close GENERATOR comes to real music that it has not seen.

    Each musical measure is taken of every phrase, and its overlapping area with the
    reference's is shown (Yang and Lerch 2020): 1 is alike, 0 is disjoint. The ceiling is
    what real music scores: the training music if given, else one half of the reference
    against the other. A judge learns to tell generated phrases from real ones (the area
    under its ROC curve: .5 if it cannot), coverage says how much of the reference's variety
    is met, and memorisation how near the phrases are to training music, in any key. Real
    phrases count if they sound from end to end: the rests before an upbeat and after a last
    chord are not music to be like.
    """
    from midigan.commands.evaluate_json import print_json
    from midigan.commands.evaluate_tables import print_joins, print_tables
    from midigan.evaluation.report import evaluate
    from midigan.generator import Generator
    from midigan.shipped import find_generator

    if held_out and training is not None:
        raise click.UsageError("--held-out finds the training music itself: leave --training out")
    if own_keys and joins:
        raise click.UsageError("--joins are judged in the generator's key: leave --own-keys out")
    if output is not None and output.suffix.lower() not in (".html", ".htm"):
        raise click.UsageError(f"the report is a web page: name it {output.with_suffix('.html')}")
    own = Generator.load(find_generator(generator))
    if own_keys and own.song_keys is None:
        raise MidiganError(f"{own.path} does not know the keys of its songs: leave --own-keys out")
    with console(stderr=True).status("reading") as status:
        unseen, seen = _music(own, reference, training, held_out)
        found = evaluate(
            own,
            unseen,
            training=seen,
            n=count,
            seed=seed,
            own_keys=own_keys,
            progress=status.update,
        )
        joined = _joins(own, found, count, seed, status.update) if joins else {}
    if as_json:
        print_json(found, joined)
    else:
        print_tables(found)
        print_joins(found, joined)
    if output is not None:
        from midigan.evaluation.page import write_page

        write_page(found, output, title=generator or own.path.parent.name)
        click.echo(f"{output}: written", err=as_json)


def _joins(
    own: Generator, found: Evaluation, count: int, seed: int, progress: Callable[[str], None]
) -> dict[int, Joins]:
    """How phrases join, by the number of candidates: one, and as many as are usual."""
    import numpy as np

    from midigan.controls import Controls
    from midigan.evaluation.joins import judge_joins
    from midigan.generating.candidates import default_controls
    from midigan.generating.compose import tied_tracks
    from midigan.generating.lines import draw_stream

    judged = {}
    for controls in dict.fromkeys((Controls(), default_controls(own))):
        progress(f"composing on, {controls.candidates} candidates a phrase")
        phrases = draw_stream(own, seed, count, controls)
        tied = np.array([tied_tracks(own, seed, number, controls) for number in range(count)])
        judged[controls.candidates] = judge_joins(phrases, tied, own, found)
    return judged


def _music(
    own: Generator, reference: str | None, training: str | None, held_out: bool
) -> tuple[PhraseSet, PhraseSet | None]:
    """The held-out music, and the training music if it is known."""
    from midigan.evaluation.held_out import own_phrases, split_like_training
    from midigan.files.aligning.meters import ONLY
    from midigan.files.encoding.encode import open_phrases

    source: str | Path | None = reference
    if reference is None:
        source, held_out = own_phrases(own), True
    if source is None:
        raise click.UsageError(
            "Missing option '--reference': music that the generator has not seen."
        )
    unseen, _ = open_phrases(source, own.layout, meter=ONLY)
    if held_out:
        seen, unseen = split_like_training(own, unseen)
        return unseen, seen
    return unseen, open_phrases(training, own.layout, meter=ONLY)[0] if training else None
