"""What is said of a fine-tuned generator at its end: figures, and plainly what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from midigan.training.worth import Worth

#: Learned songs less like the held-out ones than this are too few, or of several styles.
ALIKE = 0.7

#: Less than this share of the way from the base to what the learned songs score is little.
CLOSE = 0.5


def worth_rows(worth: Worth, before: float) -> list[tuple[str, object]]:
    """Rows of a table: how near the generator came to held-out songs, and to learned ones."""
    rows: list[tuple[str, object]] = [
        (
            "like held-out songs",
            f"{before:.2f} before, {worth.quality:.2f} now; the learned songs {worth.ceiling:.2f}",
        )
    ]
    if worth.steps:  # the base itself has learned none of them
        nearer = (
            f"more than held-out ones in {worth.nearness.nearer.value:.0%} of pairs; 50% is new"
        )
        rows.append(("like learned songs", nearer))
    return rows


def warnings(worth: Worth, before: float, base: str) -> list[str]:
    """Plain lines, none longer than 80 columns, for what the figures say against the result."""
    lines = []
    if worth.steps == 0:
        lines.append(f"it came no closer to the held-out songs: {base} itself is kept")
    elif worth.quality - before < CLOSE * (worth.ceiling - before):
        lines.append(f"it is still far from these songs: they are few, or too unlike {base}")
    if worth.ceiling < ALIKE:
        lines.append("the held-out songs are unlike the others: give more songs, all of one style")
    if worth.nearness.copies and worth.steps:
        lines.append("it copies what it learned from: give more songs, or fewer --epochs")
    return lines
