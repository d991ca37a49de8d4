"""The report as one web page: figures, distributions, and the phrases nearest to copies.

The page needs nothing but itself: pictures are SVG in it, and there is no script.
"""

from __future__ import annotations

from html import escape
from importlib import resources
from pathlib import Path

from midigan.evaluation.copying import nearly_same
from midigan.evaluation.overlap import Comparison
from midigan.evaluation.page_charts import bar, card, fixed, legend
from midigan.evaluation.page_copies import copies
from midigan.evaluation.report import Evaluation
from midigan.evaluation.rolls import Values
from midigan.saving import whole_file


def write_page(found: Evaluation, path: Path, title: str) -> None:
    """Write the report to `path`, whole or not at all. Raises MidiganError if it cannot."""
    with whole_file(path) as beside:
        beside.write_text(page(found, title), "utf-8")


def page(found: Evaluation, title: str) -> str:
    """The report as HTML; title: the generator's name."""
    own, ceiling = found.generated, found.ceiling
    samples = found.music.samples
    headline = [sample.headline for sample in samples]
    field = [sample.field for sample in samples]
    parts = [
        _head(found, title),
        _tiles(found),
        "<h2>Measures of the headline</h2>",
        "<p>The overlapping area of each measure's density with that of held-out music (Yang and "
        "Lerch 2020): 1 is alike, 0 is disjoint. The tick is the ceiling, what other real music "
        "scores.</p>",
        _table(own.headline, ceiling.headline),
        _charts(own.headline, ceiling.headline, headline),
        "<h2>More measures of the field</h2>",
        "<p>MuseGAN's and MusPy's, and some a track. They are not part of the mean above.</p>",
        _table(own.field, ceiling.field),
        f"<details><summary>Their distributions</summary>"
        f"{_charts(own.field, ceiling.field, field)}</details>",
        copies(found),
    ]
    name = escape(title)
    style = (resources.files("midigan.evaluation") / "page.css").read_text("utf-8")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{name}, evaluated</title><style>{style}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _head(found: Evaluation, title: str) -> str:
    music = found.music
    known = f"{len(music.samples[1]):,} phrases of {len(music.reference.names):,} songs"
    beside = "one half of these songs against the other"
    if music.training is not None:
        training = f"{len(music.training):,} phrases of {len(music.training.names):,} songs"
        beside = f"its training music ({training}) against the same songs"
    return (
        f"<h1>{escape(title)}, beside music it has not seen</h1>"
        f'<p class="quiet">{len(music.generated):,} composed phrases against {known} that it was '
        f"kept from. The ceiling is what real music scores: {beside}.</p>"
    )


def _tiles(found: Evaluation) -> str:
    own, ceiling, copies = found.generated, found.ceiling, found.memorisation
    beside = f"ceiling {ceiling.headline.mean_overlap:.3f}"
    tiles = [
        _tile(
            "Mean overlap",
            f"{own.headline.mean_overlap:.3f}",
            beside,
            f"Overlapping area: 1 is alike. Weakest: {own.headline.weakest}.",
        ),
        _tile(
            "Judge",
            fixed(own.auc),
            f"ceiling {fixed(ceiling.auc)}",
            "ROC area: .5 if it cannot tell composed phrases from real ones, 1 if it always can.",
        ),
        _tile(
            "Coverage",
            fixed(own.spread.coverage),
            f"ceiling {fixed(ceiling.spread.coverage)}",
            "Share of the held-out phrases that have a composed one near by.",
        ),
        _tile(
            "Density",
            fixed(own.spread.density),
            f"ceiling {fixed(ceiling.spread.density)}",
            "How near composed phrases lie to where real ones are dense.",
        ),
        _tile("Duplicates", f"{found.duplicates:.1%}", "", "Composed phrases that equal another."),
    ]
    if copies is not None:
        held = f"held out {copies.fair.nearly_same:.1%}"
        tiles.append(
            _tile(
                "Near copies",
                f"{nearly_same(copies.generated.similarity):.1%}",
                held,
                "Composed phrases that share nine tenths with a training phrase.",
            )
        )
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _tile(name: str, value: str, beside: str, note: str) -> str:
    return (
        f'<div class="tile"><h3>{name}</h3><div class="value">{value}</div>'
        f'<div class="beside">{beside}</div><p class="note">{escape(note)}</p></div>'
    )


def _table(own: Comparison, ceiling: Comparison) -> str:
    rows = []
    for name, likeness in own.metrics.items():
        most = ceiling.metrics[name].overlap if name in ceiling.metrics else None
        difference = likeness.generated_mean - likeness.reference_mean
        rows.append(
            f'<tr><td>{escape(name)}</td><td class="plot">{bar(likeness.overlap, most)}</td>'
            f"<td>{likeness.overlap:.3f}</td><td>{'–' if most is None else f'{most:.3f}'}</td>"
            f'<td class="wideonly">{fixed(likeness.generated_mean)}</td>'
            f'<td class="wideonly">{fixed(likeness.reference_mean)}</td>'
            f'<td class="wideonly">{fixed(difference, "+.3f")}</td></tr>'
        )
    rows.append(
        f'<tr class="mean"><td>mean</td><td class="plot">'
        f"{bar(own.mean_overlap, ceiling.mean_overlap)}</td><td>{own.mean_overlap:.3f}</td>"
        f"<td>{ceiling.mean_overlap:.3f}</td>{3 * '<td class=wideonly></td>'}</tr>"
    )
    return (
        '<div class="wide"><table><thead><tr><th>measure</th><th></th><th>overlap</th>'
        '<th>ceiling</th><th class="wideonly">mean</th><th class="wideonly">held out</th>'
        f'<th class="wideonly">difference</th></tr></thead><tbody>'
        f"{''.join(rows)}</tbody></table></div>"
    )


def _charts(own: Comparison, ceiling: Comparison, values: list[dict[str, Values]]) -> str:
    cards = [
        card(name, f"{likeness.overlap:.3f}", [each[name] for each in values])
        for name, likeness in own.metrics.items()
    ]
    return f'{legend()}<div class="grid">{"".join(cards)}</div>'
