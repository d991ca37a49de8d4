"""What evaluate finds, as JSON for programs; what is undefined is null."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from midigan.evaluation.copying import Estimate, Memorisation, Nearness
    from midigan.evaluation.genres import GenresVerdict
    from midigan.evaluation.joins import Joins
    from midigan.evaluation.overlap import Comparison
    from midigan.evaluation.report import Evaluation


def print_json(found: Evaluation, joined: Mapping[int, Joins]) -> None:
    """Print everything as JSON; what is undefined is null."""
    own, ceiling = found.generated, found.ceiling
    _, known, other = found.music.samples
    training = found.music.training
    click.echo(
        json.dumps(
            {
                "phrases": len(found.music.generated),
                "reference_phrases": len(known),
                "reference_songs": len(found.music.reference.names),
                "ceiling_phrases": len(other),
                "training_songs": None if training is None else len(training.names),
                "mean_overlap": own.headline.mean_overlap,
                "ceiling_mean_overlap": ceiling.headline.mean_overlap,
                "auc": _plain(own.auc),
                "ceiling_auc": _plain(ceiling.auc),
                "coverage": _plain(own.spread.coverage),
                "ceiling_coverage": _plain(ceiling.spread.coverage),
                "density": _plain(own.spread.density),
                "ceiling_density": _plain(ceiling.spread.density),
                "duplicates": found.duplicates,
                "memorisation": _memorisation(found.memorisation),
                "joins": _joins(joined),
                "genres": None if found.genres is None else _genres(found.genres),
                "metrics": _metrics(own.headline, ceiling.headline),
                "field_metrics": _metrics(own.field, ceiling.field),
            },
            indent=2,
        )
    )


def _genres(found: GenresVerdict) -> dict[str, object]:
    return {
        "accuracy": found.accuracy,
        "ceiling_accuracy": found.ceiling,
        "chance": found.chance,
        "each": {
            genre.name: {
                "reference_songs": genre.songs,
                "mean_overlap": genre.own.mean_overlap,
                "ceiling_mean_overlap": genre.ceiling.mean_overlap,
                "other_genres_mean_overlap": genre.others,
                "recognised": genre.recognised,
                "ceiling_recognised": genre.real,
                "metrics": _metrics(genre.own, genre.ceiling),
            }
            for genre in found.each
        },
        "halves": [dict(zip(blend.names, blend.shares, strict=True)) for blend in found.blends],
    }


def _metrics(own: Comparison, ceiling: Comparison) -> dict[str, dict[str, float | None]]:
    return {
        name: {
            "overlap": likeness.overlap,
            "ceiling": ceiling.metrics[name].overlap if name in ceiling.metrics else None,
            "mean": _plain(likeness.generated_mean),
            "reference_mean": _plain(likeness.reference_mean),
        }
        for name, likeness in own.metrics.items()
    }


def _joins(joined: Mapping[int, Joins]) -> dict[int, dict[str, float | None]] | None:
    return {
        candidates: {
            "mean_overlap": joins.verdict.headline.mean_overlap,
            "auc": _plain(joins.verdict.auc),
            "coverage": _plain(joins.verdict.spread.coverage),
            "leap": _plain(joins.leap),
            "reference_leap": _plain(joins.reference_leap),
            "leap_overlap": _plain(joins.leap_overlap),
            "held": _plain(joins.held),
            "reference_held": _plain(joins.reference_held),
        }
        for candidates, joins in joined.items()
    } or None


def _memorisation(found: Memorisation | None) -> dict[str, object] | None:
    from midigan.evaluation.copying import nearly_same

    if found is None:
        return None
    return {
        "median": found.generated.median,
        "nearly_same": nearly_same(found.generated.similarity),
        "held_out": _nearness(found.beside_all),
        "held_out_of_other_tunes": (
            _nearness(found.beside_other_tunes) if found.beside_other_tunes else None
        ),
        "more_than_by_chance": found.fair.copies,
    }


def _nearness(held_out: Nearness) -> dict[str, object]:
    return {
        "songs": held_out.songs,
        "median": held_out.median,
        "nearly_same": held_out.nearly_same,
        "nearer": _interval(held_out.nearer),
        "more_nearly_same": _interval(held_out.more_nearly_same),
    }


def _interval(estimate: Estimate) -> dict[str, float]:
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high}


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else value
