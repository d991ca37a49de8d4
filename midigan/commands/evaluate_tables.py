"""What evaluate finds, as tables for people."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from midigan.commands.common import print_facts, print_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from midigan.evaluation.copying import Memorisation
    from midigan.evaluation.genres import GenresVerdict
    from midigan.evaluation.joins import Joins
    from midigan.evaluation.overlap import Comparison
    from midigan.evaluation.report import Evaluation, Music, Verdict

#: Where windows of one song would be compared with each other.
_TOO_FEW = "cannot be told of a single held-out song"


def print_tables(found: Evaluation) -> None:
    """Print the measures of the headline, more measures, and what else was found."""
    own, ceiling = found.generated, found.ceiling
    _print_measures("The headline's measures", own.headline, ceiling.headline)
    _print_measures("More measures of the field", own.field, ceiling.field)
    if found.genres is not None:
        _print_genres(found.genres)
    print_facts(
        [
            ("phrases", _sizes(found.music)),
            (
                "mean overlap",
                f"{own.headline.mean_overlap:.3f} (ceiling {ceiling.headline.mean_overlap:.3f}); "
                f"weakest: {own.headline.weakest}",
            ),
            ("judge", _judge(own, ceiling)),
            ("coverage", _coverage(own, ceiling)),
            ("duplicates", f"{found.duplicates:.1%} of the phrases equal an earlier one"),
            ("copies", _copies(found.memorisation)),
            *_heard(found.genres),
        ]
    )


def _judge(own: Verdict, ceiling: Verdict) -> str:
    if math.isnan(own.auc):
        return _TOO_FEW
    return (
        f"area under the ROC curve {own.auc:.3f} (.5 cannot tell, 1 always can; "
        f"ceiling {_number(ceiling.auc)})"
    )


def _coverage(own: Verdict, ceiling: Verdict) -> str:
    if math.isnan(own.spread.coverage):
        return _TOO_FEW
    return (
        f"{own.spread.coverage:.3f} (ceiling {_number(ceiling.spread.coverage)}), "
        f"density {own.spread.density:.3f} ({_number(ceiling.spread.density)})"
    )


def _sizes(music: Music) -> str:
    """How many phrases were compared with how many."""
    words = f"{len(music.generated)} composed, {len(music.samples[1])} of "
    words += _held_out(len(music.reference.names))
    if music.training is not None:
        words += f", {len(music.training)} of {len(music.training.names)} songs learned from"
    return words


def _held_out(songs: int) -> str:
    return f"{songs} held-out song{'' if songs == 1 else 's'}"


def _print_measures(title: str, own: Comparison, ceiling: Comparison) -> None:
    rows = [
        (
            name,
            f"{likeness.overlap:.3f}",
            f"{ceiling.metrics[name].overlap:.3f}" if name in ceiling.metrics else "-",
            _mean(likeness.generated_mean),
            _mean(likeness.reference_mean),
            _mean(likeness.generated_mean - likeness.reference_mean, "+"),
        )
        for name, likeness in own.metrics.items()
    ]
    rows.append(("mean", f"{own.mean_overlap:.3f}", f"{ceiling.mean_overlap:.3f}", "", "", ""))
    columns = ("measure", "overlap#", "ceiling#", "mean#", "held out#", "difference#")
    print_table(columns, rows, title)


def _print_genres(found: GenresVerdict) -> None:
    rows = [
        (
            genre.name,
            genre.songs,
            f"{genre.own.mean_overlap:.3f}",
            f"{genre.ceiling.mean_overlap:.3f}",
            f"{genre.others:.3f}",
            f"{genre.recognised:.0%}",
            f"{genre.real:.0%}",
        )
        for genre in found.each
    ]
    columns = ("genre", "songs#", "overlap#", "ceiling#", "others#", "known#", "real known#")
    print_table(columns, rows, "Each genre beside its own held-out songs")


def _heard(found: GenresVerdict | None) -> list[tuple[str, str]]:
    """How often a judge that learned genres from real music knows those of composed phrases."""
    if found is None:
        return []
    words = f"known in {found.accuracy:.0%} of the composed phrases, in {found.ceiling:.0%} of the "
    words += f"held-out ones (by chance {found.chance:.0%})"
    for blend in found.blends:
        (first, second), (one, two) = blend.names, blend.shares
        words += f"; half {first}, half {second}: {one:.0%} and {two:.0%} taken for them"
    return [("genres", words)]


def _copies(found: Memorisation | None) -> str:
    from midigan.evaluation.copying import nearly_same

    if found is None:
        return "not looked for: give the training music with --training"
    fair, own = found.fair, found.generated
    tunes = "of other tunes " if found.beside_other_tunes else ""
    return (
        f"nearest training phrase in any key, median {own.median:.3f} of 1 "
        f"({_held_out(fair.songs)} {tunes}{fair.median:.3f}, all {found.beside_all.songs} "
        f"{found.beside_all.median:.3f}); .9 and more for {nearly_same(own.similarity):.1%} "
        f"({fair.nearly_same:.1%}, {found.beside_all.nearly_same:.1%}). A generated phrase is "
        f"nearer than one of theirs in {fair.nearer.value:.1%} of pairs "
        f"({fair.nearer.low:.1%} to {fair.nearer.high:.1%}): "
        + ("it copies more" if fair.copies else "it copies no more")
        + " than chance explains"
    )


def print_joins(found: Evaluation, joined: Mapping[int, Joins]) -> None:
    """Print how phrases join, by the number of candidates, beside real music."""
    rows = [
        (
            f"candidates {candidates}",
            f"{joins.verdict.headline.mean_overlap:.3f}",
            _number(joins.verdict.auc),
            _number(joins.verdict.spread.coverage),
            f"{joins.leap:.2f}",
            _percent(joins.held),
        )
        for candidates, joins in joined.items()
    ]
    if rows:
        ceiling, (first, *_) = found.ceiling, joined.values()
        real = (
            "real music",
            f"{ceiling.headline.mean_overlap:.3f}",
            _number(ceiling.auc),
            _number(ceiling.spread.coverage),
            f"{first.reference_leap:.2f}",
            _percent(first.reference_held),
        )
        over = ("semitones over the bar line#", "same pitch held over it#")
        columns = ("windows", "overlap#", "judge#", "coverage#", *over)
        print_table(columns, [*rows, real], "Joins of phrases composed one after the other")


def _mean(value: float, sign: str = "") -> str:
    """A mean, or that nothing had one: tunes have no dissonance, silent tracks no pitch."""
    return "-" if math.isnan(value) else f"{value:{sign}.3f}"


def _number(value: float) -> str:
    return "undefined" if math.isnan(value) else f"{value:.3f}"


def _percent(value: float) -> str:
    return "undefined" if math.isnan(value) else f"{value:.1%}"
