"""Piano-roll pictures: notes as rounded bars, one colour a track, wrapped like a score.

Drawn with matplotlib's Figure alone, without pyplot, so that nothing global is touched and
no window is opened. All tracks share one axis of pitches; drums have rows of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from midigan.errors import MidiganError
from midigan.files.roll import (
    Roll,
    drum_name,
    in_unison,
    pitch_name,
    roll_of_notes,
    round_boxes,
)
from midigan.layout import Layout
from midigan.saving import whole_file
from midigan.song import NOTE, Notes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection
    from matplotlib.figure import Figure

#: Okabe and Ito's colours, which people see apart whatever their colour vision.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6BB1", "#8A8A8A")


@dataclass(frozen=True)
class _Theme:
    paper: str
    black_keys: str
    beats: str
    bars: str
    quiet: str
    ink: str


_LIGHT = _Theme("#FFFFFF", "#F4F5F7", "#E8EAED", "#B4B9C1", "#7B828C", "#22262B")
_DARK = _Theme("#16181C", "#1C1F24", "#262A31", "#4A505A", "#8B929D", "#E8EAED")

#: Inches. A semitone and a drum row are high enough to tell neighbours apart.
_WIDTH, _LEFT = 13.0, 0.8
_INNER = _WIDTH - _LEFT - 0.35
_LONGEST_NAME = 28
_SEMITONE, _DRUM_ROW, _GAP = 0.08, 0.14, 0.42
_ROUND = 0.025
_LEAST_HEIGHT, _DRUMS_HEIGHT = 0.9, 2.6

#: Quarter notes in a system, and bars in a picture unless told otherwise.
_SYSTEM_QUARTERS = 32.0
MOST_BARS = 64

_BLACK_KEYS = (1, 3, 6, 8, 10)


@dataclass(frozen=True)
class _Scale:
    """What all systems of a picture share: their pitches and rows of drums, and the theme."""

    pitches: tuple[int, int] | None
    drums: tuple[int, ...]
    theme: _Theme

    @classmethod
    def of(cls, roll: Roll, theme: _Theme, bars: int) -> _Scale:
        """The scale that shows all notes of a roll's first bars."""
        notes = roll.notes[roll.notes["start"] < roll.bar_lines[bars]]
        drum = roll.is_drum(notes)
        pitched = notes["pitch"][~drum].astype(int)
        drums = tuple(int(pitch) for pitch in np.unique(notes["pitch"][drum]))
        if len(pitched):
            return cls((int(pitched.min()) - 2, int(pitched.max()) + 3), drums, theme)
        return cls(None if drums else (57, 75), drums, theme)

    @property
    def heights(self) -> tuple[float, float]:
        """Inches of the lane of pitches and of that of drums."""
        low, high = self.pitches or (0, 0)
        pitched = max((high - low) * _SEMITONE, _LEAST_HEIGHT) if self.pitches else 0.0
        return pitched, min(len(self.drums) * _DRUM_ROW, _DRUMS_HEIGHT)


def draw_notes(
    notes: Notes, layout: Layout, *, bars: int, title: str = "", dark: bool = False
) -> Figure:
    """Draw a NOTE array of `bars` bars, see `draw_roll`."""
    return draw_roll(roll_of_notes(notes, layout, bars, title), most_bars=bars, dark=dark)


def draw_roll(roll: Roll, *, most_bars: int = MOST_BARS, dark: bool = False) -> Figure:
    """Draw the first `most_bars` bars of a roll, in systems of about eight bars of 4/4."""
    shown = min(most_bars, roll.bars)
    remark = roll.remark
    if shown < roll.bars:
        remark += f" · the first {shown} are shown"
    scale = _Scale.of(roll, _DARK if dark else _LIGHT, shown)
    systems = roll.systems(shown, _SYSTEM_QUARTERS)
    figure, top = _page(roll, scale, remark, len(systems))
    longest = max(roll.bar_lines[stop] - roll.bar_lines[first] for first, stop in systems)
    for number, bars in enumerate(systems):
        share = (roll.bar_lines[bars[1]] - roll.bar_lines[bars[0]]) / longest
        place = (_LEFT, top + number * _system_step(scale), _INNER * share)
        _draw_system(figure, place, roll, scale, bars)
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
    scale = _Scale.of(roll, _DARK if dark else _LIGHT, layout.bars)
    columns = max(1, min(len(phrases), round(8 / layout.bars)))
    figure, top = _page(roll, scale, remark, -(-len(phrases) // columns))
    for number, notes in enumerate(phrases):
        row, column = divmod(number, columns)
        left = _LEFT + column * _INNER / columns
        place = (left, top + row * _system_step(scale), _INNER / columns - 0.15)
        own = roll_of_notes(notes, layout, layout.bars)
        caption = captions[number] if number < len(captions) else f"{number + 1}"
        _draw_system(figure, place, own, scale, (0, layout.bars), caption, labels=column == 0)
    return figure


def save_picture(figure: Figure, path: Path, *, dpi: int = 130) -> None:
    """Write a figure as PNG, or as what the suffix says (.svg, .pdf); whole or not at all."""
    kind = path.suffix[1:].lower() or "png"
    if kind not in (legal := sorted(figure.canvas.get_supported_filetypes())):
        raise MidiganError(f"no picture can be written as {path.name}: use {', '.join(legal)}")
    with whole_file(path) as beside:
        figure.savefig(beside, dpi=dpi, format=kind)


def _system_step(scale: _Scale) -> float:
    """Inches from the top of one system to that of the next."""
    return sum(scale.heights) + _GAP


def _page(roll: Roll, scale: _Scale, remark: str, rows: int) -> tuple[Figure, float]:
    """An empty page with title and legend, and where its first system begins, in inches."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    sounding = set(roll.notes["track"].tolist())
    names = [
        track.name[:_LONGEST_NAME] + ("" if i in sounding else " (silent)")
        for i, track in enumerate(roll.tracks)
    ]
    columns = max(1, int(_INNER / (0.5 + 0.08 * max(map(len, names)))))
    top = 1.05 + 0.22 * -(-len(names) // columns)
    height = top + max(rows, 1) * _system_step(scale) - _GAP + 0.3
    figure = Figure(figsize=(_WIDTH, height), facecolor=scale.theme.paper)
    x, ink, quiet = _LEFT / _WIDTH, scale.theme.ink, scale.theme.quiet
    figure.text(x, 1 - 0.42 / height, roll.title, fontsize=15, weight="bold", color=ink)
    figure.text(x, 1 - 0.66 / height, remark, fontsize=9, color=quiet)
    figure.legend(
        [Patch(color=_colour(i)) for i in range(len(roll.tracks))],
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


def _draw_system(
    figure: Figure,
    place: tuple[float, float, float],
    roll: Roll,
    scale: _Scale,
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
        box = (left / _WIDTH, 1 - (top + height) / total, width / _WIDTH, height / total)
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


def _draw_lines(axes: Axes, roll: Roll, bars: tuple[int, int], theme: _Theme) -> None:
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


def _number_bars(
    axes: Axes, roll: Roll, bars: tuple[int, int], theme: _Theme, caption: str
) -> None:
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


def _rule_pitches(axes: Axes, scale: _Scale, labels: bool) -> None:
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


def _rule_drums(axes: Axes, scale: _Scale, labels: bool) -> None:
    """Name the rows; a drum's row is its place among the drums that are used."""
    axes.set_ylim(-0.5, len(scale.drums) - 0.5)
    axes.axhline(len(scale.drums) - 0.5, color=scale.theme.bars, linewidth=0.8)
    names = [drum_name(pitch) for pitch in scale.drums]
    # Where there are too many rows to name, some are named.
    each = max(1, round(len(names) * _DRUM_ROW / _DRUMS_HEIGHT + 0.3))
    names = [name if labels and i % each == 0 else "" for i, name in enumerate(names)]
    axes.set_yticks(range(len(names)), names)


def _draw_notes(
    axes: Axes, notes: Notes, scale: _Scale, inch: tuple[float, float], drums: bool
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
        rows = np.searchsorted(scale.drums, own["pitch"]) if drums else own["pitch"].astype(int)
        ends = own["start"] + 0.09 * inch[0] if drums else own["end"]
        right = np.maximum(ends - 0.012 * inch[0], own["start"] + 0.05 * inch[0])
        boxes = (own["start"], right, rows - half[which], rows + half[which])
        shapes = round_boxes(*boxes, _ROUND * inch[0], _ROUND * inch[1])
        strength = np.minimum(0.3 + 0.7 * own["velocity"] / 96, 1)[:, None]
        colours = strength * np.array(to_rgb(_colour(track))) + (1 - strength) * paper
        bars: PolyCollection = PolyCollection(list(shapes), facecolors=colours, zorder=3)
        bars.set_gid(f"track {track}")
        axes.add_collection(bars, autolim=False)


def _colour(track: int) -> str:
    return COLOURS[track % len(COLOURS)]
