"""Whole pictures: a roll in systems, wrapped like a score, or a contact sheet of phrases.

Drawn with matplotlib's Figure alone, without pyplot, so that nothing global is touched and
no window is opened. All tracks share one axis of pitches; drums have rows of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from midigan.errors import MidiganError
from midigan.files.roll import Roll, roll_of_notes
from midigan.layout import Layout
from midigan.pictures.looks import DARK, INNER, LEFT, LIGHT, SHEET, WIDTH, Scale, colour
from midigan.pictures.systems import draw_system
from midigan.saving import whole_file
from midigan.song import NOTE, Notes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LONGEST_NAME = 28

#: Quarter notes in a system, and bars in a picture unless told otherwise.
_SYSTEM_QUARTERS = 32.0
MOST_BARS = 64


def draw_roll(roll: Roll, *, most_bars: int = MOST_BARS, dark: bool = False) -> Figure:
    """Draw the first `most_bars` bars of a roll, in systems of about eight bars of 4/4."""
    shown = min(most_bars, roll.bars)
    remark = roll.remark
    if shown < roll.bars:
        remark += f" · the first {shown} are shown"
    scale = Scale.of(roll, DARK if dark else LIGHT, shown)
    systems = roll.systems(shown, _SYSTEM_QUARTERS)
    figure, top = _page(roll, scale, remark, len(systems))
    longest = max(roll.bar_lines[stop] - roll.bar_lines[first] for first, stop in systems)
    for number, bars in enumerate(systems):
        share = (roll.bar_lines[bars[1]] - roll.bar_lines[bars[0]]) / longest
        place = (LEFT, top + number * scale.step, INNER * share)
        draw_system(figure, place, roll, scale, bars)
    return figure


def draw_phrases(
    phrases: Sequence[Notes],
    layout: Layout,
    *,
    title: str = "",
    remark: str = "",
    captions: Sequence[str] = (),
    dark: bool = False,
) -> Figure:
    """Draw a contact sheet of phrases: NOTE arrays whose steps count from each phrase.

    captions: a few words over each phrase; its number, from 1 on, if none are given.
    """
    together = np.concatenate([np.empty(0, NOTE), *phrases])
    roll = roll_of_notes(together, layout, layout.bars, title, remark)
    scale = Scale.of(roll, DARK if dark else LIGHT, layout.bars, SHEET)
    columns = max(1, min(len(phrases), round(8 / layout.bars)))
    figure, top = _page(roll, scale, remark, -(-len(phrases) // columns))
    for number, notes in enumerate(phrases):
        row, column = divmod(number, columns)
        left = LEFT + column * INNER / columns
        place = (left, top + row * scale.step, INNER / columns - 0.15)
        own = roll_of_notes(notes, layout, layout.bars)
        caption = captions[number] if number < len(captions) else f"{number + 1}"
        draw_system(figure, place, own, scale, (0, layout.bars), caption, labels=column == 0)
    return figure


def save_picture(figure: Figure, path: Path, *, dpi: int = 130) -> None:
    """Write a figure as PNG, or as what the suffix says (.svg, .pdf); whole or not at all.

    Raises MidiganError for another suffix.
    """
    kind = path.suffix[1:].lower() or "png"
    if kind not in (legal := sorted(figure.canvas.get_supported_filetypes())):
        raise MidiganError(f"no picture can be written as {path.name}: use {', '.join(legal)}")
    with whole_file(path) as beside:
        figure.savefig(beside, dpi=dpi, format=kind)


def _page(roll: Roll, scale: Scale, remark: str, rows: int) -> tuple[Figure, float]:
    """An empty page with title and legend, and where its first system begins, in inches."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    sounding = set(roll.notes["track"].tolist())
    names = [
        track.name[:_LONGEST_NAME] + ("" if i in sounding else " (silent)")
        for i, track in enumerate(roll.tracks)
    ]
    columns = max(1, int(INNER / (0.5 + 0.08 * max(map(len, names)))))
    top = 1.05 + 0.22 * -(-len(names) // columns)
    height = top + max(rows, 1) * scale.step - scale.inches.gap + 0.3
    figure = Figure(figsize=(WIDTH, height), facecolor=scale.theme.paper)
    x, ink, quiet = LEFT / WIDTH, scale.theme.ink, scale.theme.quiet
    figure.text(x, 1 - 0.42 / height, roll.title, fontsize=15, weight="bold", color=ink)
    figure.text(x, 1 - 0.66 / height, remark, fontsize=9, color=quiet)
    figure.legend(
        [Patch(color=colour(i)) for i in range(len(roll.tracks))],
        names,
        loc="upper left",
        bbox_to_anchor=(x, 1 - 0.76 / height),
        ncols=columns,
        frameon=False,
        fontsize=9,
        labelcolor=ink,
        borderaxespad=0,
        borderpad=0.2,
        handlelength=1,
        handleheight=0.8,
    )
    return figure, top
