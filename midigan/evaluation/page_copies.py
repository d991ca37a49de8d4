"""The part of a report on copies: how near to the training music, and the nearest pairs."""

from __future__ import annotations

from html import escape

import numpy as np

from midigan.evaluation.copying import Memorisation, nearly_same
from midigan.evaluation.page_charts import card, legend
from midigan.evaluation.page_rolls import COLOURS, roll_pair
from midigan.evaluation.pairs import (
    Pair,
    closest_rows,
    generated_pairs,
    held_out_pairs,
    median_row,
)
from midigan.evaluation.report import Evaluation
from midigan.evaluation.sample import spread_index
from midigan.layout import Layout
from midigan.sets.phrase_set import PhraseSet

#: Pairs that are shown of generated phrases, and of held-out ones beside them.
SHOWN, SHOWN_HELD_OUT = 4, 2


def copies(found: Evaluation) -> str:
    """The section as HTML; nothing where no training music was given."""
    near, training = found.memorisation, found.music.training
    if near is None or training is None:
        return ""
    similarities = (near.generated.similarity, near.held_out.similarity, np.full(1, np.nan))
    chart = card("similarity to the nearest training phrase", "", similarities)
    shown = "".join(
        f"<h3>{name}</h3>{''.join(_pair(pair, training.layout) for pair in pairs)}"
        for name, pairs in _groups(found, near, training)
    )
    return (
        f'<h2>Copies</h2>{_verdict(near)}{legend(2)}<div class="grid">{chart}</div>'
        f'{_tracks(training.layout)}<div class="pairs">{shown}</div>'
    )


def _groups(
    found: Evaluation, near: Memorisation, training: PhraseSet
) -> list[tuple[str, list[Pair]]]:
    """What is shown: the nearest composed phrases, a usual one, and the nearest held-out ones."""
    phrases, reference = found.music.generated, found.music.reference
    index = spread_index(len(reference))
    nearest = closest_rows(phrases, near.generated, SHOWN)
    held = closest_rows(reference.phrases(index), near.held_out, SHOWN_HELD_OUT)
    return [
        ("The nearest", generated_pairs(phrases, near.generated, training, nearest)),
        (
            "One in the middle",
            generated_pairs(phrases, near.generated, training, [median_row(near.generated)]),
        ),
        (
            "The nearest of held-out music, for comparison",
            held_out_pairs(reference, index, near.held_out, training, held),
        ),
    ]


def _verdict(found: Memorisation) -> str:
    """In words: how near composed phrases are to the training music, and whether too near."""
    fair, everyone = found.fair, found.beside_all
    own = found.generated
    verdict = (
        f"Each phrase beside its nearest phrase of the training music in any key; the similarity "
        f"is twice the sounding cells that both share over the cells of both. Its median is "
        f"{own.median:.3f} for composed phrases and {everyone.median:.3f} for held-out ones; "
        f"nine tenths and more are shared by {nearly_same(own.similarity):.1%} and "
        f"{everyone.nearly_same:.1%}."
    )
    if found.beside_other_tunes:
        verdict += (
            f" But some held-out songs share a tune with one that was learned from. The "
            f"{fair.songs} of {everyone.songs} that share none are the "
            f"fair measure: a median of {fair.median:.3f}, nine tenths for {fair.nearly_same:.1%}."
        )
    return (
        f"<p>{verdict}</p><p>Of a composed phrase and one of these, the composed one is nearer to "
        f"the training music in {fair.nearer.value:.1%} of pairs (95% interval "
        f"{fair.nearer.low:.1%} to {fair.nearer.high:.1%}). "
        + (
            "<strong>It copies more than chance explains.</strong></p>"
            if fair.copies
            else "It copies no more than chance explains.</p>"
        )
    )


def _tracks(layout: Layout) -> str:
    names = "".join(
        f'<span><i class="track t{i % COLOURS}"></i>{escape(track.name)}</span>'
        for i, track in enumerate(layout.tracks)
    )
    return f'<div class="tracks">{names}<span>pale: only on this side</span></div>'


def _pair(pair: Pair, layout: Layout) -> str:
    rolls = roll_pair(pair.phrase, pair.neighbour, layout)
    figures = "".join(
        f"<figure>{roll}<figcaption>{escape(name)}</figcaption></figure>"
        for roll, name in zip(rolls, (pair.name, pair.neighbour_name), strict=True)
    )
    alike = f'<span class="note">{pair.similarity:.0%} alike</span>'
    return f'<div class="pair">{alike}<div>{figures}</div></div>'
