"""One system of a picture: some bars of a roll, its pitches above and its drums below."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from midigan.files.roll import Roll, drum_name, in_unison, pitch_name, round_boxes
from midigan.pictures.looks import ROUND, WIDTH, Scale, Theme, colour
from midigan.song import Notes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection
    from matplotlib.figure import Figure

_BLACK_KEYS = (1, 3, 6, 8, 10)


def draw_system(
    figure: Figure,
    place: tuple[float, float, float],
    roll: Roll,
    scale: Scale,
    bars: tuple[int, int],
    caption: str = "",
    labels: bool = True,
) -> None:
    """Draw bars `bars[0]` to `bars[1]`; place: left, top and width in inches."""
    left, top, width = place
    begin, end = roll.bar_lines[list(bars)]
    notes = roll.notes[(roll.notes["start"] < end) & (roll.notes["end"] > begin)]
    drum = roll.is_drum(notes)
    total = figure.get_figheight()
    upper = None
    for height, lane in zip(scale.heights, ("pitches", "drums"), strict=True):
        if not height:
            continue
        box = (left / WIDTH, 1 - (top + height) / total, width / WIDTH, height / total)
        axes = figure.add_axes(box, facecolor=scale.theme.paper, xlim=(begin, end))
        upper = upper or axes
        _draw_lines(axes, roll, bars, scale.theme)
        rule = _rule_pitches if lane == "pitches" else _rule_drums
        rule(axes, scale, labels)
        inch = ((end - begin) / width, np.ptp(axes.get_ylim()) / height)
        lane_notes = notes[drum] if lane == "drums" else notes[~drum]
        _draw_notes(axes, lane_notes, scale, inch, drums=lane == "drums")
        top += height
    if upper is not None:
        _number_bars(upper, roll, bars, scale.theme, caption)


def _draw_lines(axes: Axes, roll: Roll, bars: tuple[int, int], theme: Theme) -> None:
    axes.tick_params(length=0, labelsize=7, labelcolor=theme.quiet, pad=4)
    axes.set_xticks([])
    for name, spine in axes.spines.items():
        spine.set_visible(name in ("left", "right"))
        spine.set(color=theme.bars, linewidth=0.8)
    first, stop = bars
    for bar in range(first, stop):
        begin, end = roll.bar_lines[bar : bar + 2]
        for beat in np.arange(begin + roll.beats[bar], end - 1e-6, roll.beats[bar]):
            axes.axvline(beat, color=theme.beats, linewidth=0.6, zorder=1)
        axes.axvline(begin, color=theme.bars, linewidth=0.8, zorder=1.5)


def _number_bars(axes: Axes, roll: Roll, bars: tuple[int, int], theme: Theme, caption: str) -> None:
    """Bar numbers over the bar lines, as in scores; or a caption in their place."""
    words = [caption] if caption else [str(bar + 1) for bar in range(*bars)]
    for bar, text in zip(range(*bars), words, strict=False):
        where = (roll.bar_lines[bar], axes.get_ylim()[1])
        axes.annotate(
            text,
            where,
            (1, 3),
            textcoords="offset points",
            fontsize=7,
            color=theme.quiet,
            annotation_clip=False,
        )


def _rule_pitches(axes: Axes, scale: Scale, labels: bool) -> None:
    """Shade the black keys and name the Cs; middle C, MIDI pitch 60, is C4."""
    low, high = scale.pitches or (0, 1)
    axes.set_ylim(low - 0.5, high - 0.5)
    for pitch in range(low, high):
        if pitch % 12 in _BLACK_KEYS:
            axes.axhspan(pitch - 0.5, pitch + 0.5, color=scale.theme.black_keys, lw=0, zorder=0)
    named = [pitch for pitch in range(low, high) if pitch % 12 == 0] or [low + 2]
    for pitch in named:
        axes.axhline(pitch - 0.5, color=scale.theme.beats, linewidth=0.6, zorder=1)
    axes.set_yticks(named, [pitch_name(pitch) for pitch in named] if labels else [""] * len(named))


def _rule_drums(axes: Axes, scale: Scale, labels: bool) -> None:
    """Name the rows; drums of one name, such as two snares, share a row."""
    axes.set_ylim(-0.5, len(scale.drums) - 0.5)
    axes.axhline(len(scale.drums) - 0.5, color=scale.theme.bars, linewidth=0.8)
    # Where there are too many rows to name, some are named.
    inches = scale.inches
    each = max(1, round(len(scale.drums) * inches.drum_row / inches.drums + 0.3))
    names = [name if labels and i % each == 0 else "" for i, name in enumerate(scale.drums)]
    axes.set_yticks(range(len(names)), names)


def _draw_notes(
    axes: Axes, notes: Notes, scale: Scale, inch: tuple[float, float], drums: bool
) -> None:
    """One collection of rounded bars a track, called `track N`; loud notes are darker.

    inch: quarter notes and rows in an inch. A gap before the next note shows its onset; a
    note in unison with one of an earlier track is thinner, so that both can be seen.
    """
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import to_rgb

    half = np.where(in_unison(notes), 0.2, 0.45)
    paper = np.array(to_rgb(scale.theme.paper))
    for track in np.unique(notes["track"]).tolist():
        which = notes["track"] == track
        own = notes[which]
        rows = _drum_rows(own, scale) if drums else own["pitch"].astype(int)
        ends = own["start"] + 0.09 * inch[0] if drums else own["end"]
        right = np.maximum(ends - 0.012 * inch[0], own["start"] + 0.05 * inch[0])
        boxes = (own["start"], right, rows - half[which], rows + half[which])
        shapes = round_boxes(*boxes, ROUND * inch[0], ROUND * inch[1])
        strength = np.minimum(0.3 + 0.7 * own["velocity"] / 96, 1)[:, None]
        colours = strength * np.array(to_rgb(colour(track))) + (1 - strength) * paper
        bars: PolyCollection = PolyCollection(list(shapes), facecolors=colours, zorder=3)
        bars.set_gid(f"track {track}")
        axes.add_collection(bars, autolim=False)


def _drum_rows(notes: Notes, scale: Scale) -> NDArray[np.int64]:
    """The row of each note of drums, `(n,)`."""
    row = {name: i for i, name in enumerate(scale.drums)}
    return np.array([row[drum_name(pitch)] for pitch in notes["pitch"].tolist()], np.int64)
