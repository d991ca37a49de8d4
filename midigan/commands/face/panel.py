"""What stands around the roll: where the music is, how it is made, and what was said."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from midigan.commands.face.look import Look
from midigan.commands.face.scene import Scene
from midigan.controls import NOISES, Controls
from midigan.harmony.pitches import class_name

#: Columns of a gauge.
_GAUGE = 6
#: Bars have at most so many beats that are drawn one by one.
_MOST_BEATS = 12

Row = list[Segment]


def header(scene: Scene, width: int, look: Look) -> Row:
    """Bar and beat, tempo, who leads, and whether the next phrase is there."""
    bar, rest = divmod(scene.tick, scene.bar_ticks)
    beats, beat = -(-scene.bar_ticks // scene.beat_ticks), rest // scene.beat_ticks
    dots = f"{beat + 1}/{beats}"
    if beats <= _MOST_BEATS:
        dots = " ".join("●" if i == beat and scene.rolling else "○" for i in range(beats))
    left = [
        Segment(" ► ", look.good) if scene.rolling else Segment(" ■ ", look.warning),
        Segment(f"bar {bar + 1:<4}", look.strong),
        Segment(f"{dots}   "),
        Segment(f"{scene.tempo_bpm:g}", look.strong),
        Segment(" bpm   "),
        Segment(_leader(scene), look.faint if scene.rolling else look.warning),
    ]
    ready = scene.number + 1 in scene.phrases
    word = Segment("ready", look.good) if ready else Segment("composing", look.warning)
    return _apart(left, [Segment("next ", look.faint), word], width)


def _leader(scene: Scene) -> str:
    if scene.leader:
        return f"{'follows' if scene.rolling else 'waits for'} {scene.leader}"
    return "sends clock" if scene.sends_clock else ""


def knobs(scene: Scene, width: int, look: Look) -> Row:
    """How fast the music walks, and each noise: the share that it takes, or its lock."""
    rows = (_knobs(scene, columns, look) for columns in (_GAUGE, _GAUGE // 2, 2))
    found = next((row for row in rows if sum(s.cell_length for s in row) < width), None)
    return fitted(found or _knobs(scene, 2, look), width)


def _knobs(scene: Scene, columns: int, look: Look) -> Row:
    """With gauges of so many columns."""
    controls = scene.controls
    row = [Segment(" walk ", look.faint), *_gauge(controls.walk, columns, look)]
    row.append(Segment(f" {controls.walk:.2f}"))
    for name in NOISES:
        noise = controls.noise(name)
        row.append(Segment(f"  {name} ", look.faint))
        if noise.locked:
            row.append(Segment("locked" if columns == _GAUGE else "■" * columns, look.warning))
        else:
            row += _gauge(noise.amount, columns, look)
    return row


def _gauge(value: float, columns: int, look: Look) -> Row:
    full = round(value * columns)
    return [Segment("━" * full, look.good), Segment("╌" * (columns - full), look.faint)]


def settings(scene: Scene, width: int, look: Look) -> Row:
    """Key, scale and harmony, feel, candidates, and the attributes that are not as usual."""
    controls = scene.controls
    swing = f"{controls.swing:g}%" + ("/8" if controls.swing_grid == 8 else "")
    total = sum(weight for _, weight in controls.genre)
    blend = ", ".join(f"{name} {weight / total:.0%}" for name, weight in controls.genre if weight)
    told = {
        "key": controls.key,
        "scale": controls.scale,
        "harmony": " ".join(map(class_name, controls.harmony)),
        "swing": swing if controls.swing > 50 else "",
        "humanize": f"{controls.humanize:g}%" if controls.humanize else "",
        "candidates": str(controls.candidates) if controls.candidates > 1 else "",
        **({"feel": f"{controls.feel:g}%"} if controls.feel != Controls.feel else {}),
        **({"genre": blend} if blend else {}),
        **{name: f"{value:+.2f}" for name, value in controls.attributes if value},
    }
    row = _told(told, look)
    if sum(segment.cell_length for segment in row) > width:
        row = _told({name: value for name, value in told.items() if value}, look)
    return fitted(row, width)


def _told(told: Mapping[str, str], look: Look) -> Row:
    row: Row = []
    for name, value in told.items():
        row.append(Segment(f"{' ' if row else ''} {name} ", look.faint))
        row.append(Segment(value or "–", look.plain if value else look.faint))
    return row


def footer(scene: Scene, width: int, look: Look) -> Row:
    """What plays where and how late, and the keys that lead to all others."""
    keys = "? keys  q stop" if scene.keys else "Ctrl-C stops"
    late = ""
    if scene.late_p99_ms is not None:
        late = f"p99 late {scene.late_p99_ms:.{2 if scene.late_p99_ms < 100 else 0}f} ms   "
    left = [
        Segment(f" {scene.name} → {scene.port}", look.faint),
        *([Segment(" away", look.warning)] if scene.away else []),
        Segment(f"   seed {scene.seed}", look.faint),
    ]
    right = [Segment(late + keys, look.faint)]
    if sum(segment.cell_length for segment in (*left, *right)) + len(scene.priority) + 5 < width:
        left.append(Segment(f"   {scene.priority}", look.faint))
    return _apart(left, right, width)


def messages(scene: Scene, width: int, rows: int, look: Look) -> list[Row]:
    """The newest of what was said, at the bottom of `rows` rows, long lines in several."""
    found: list[tuple[str, Style]] = []
    for said in scene.said:
        if "\n" not in said.text:
            style = look.plain if said.fresh else look.faint
            found += [(line, style) for line in textwrap.wrap(said.text, max(width - 2, 1)) or [""]]
    shown: list[Row] = [[Segment(f" {text}", style)] for text, style in found[-rows:]]
    return [[] for _ in range(rows - len(shown))] + [fitted(row, width) for row in shown]


def card(scene: Scene, width: int, look: Look) -> list[Row]:
    """Several lines that were said last, with room around them; none if there are none."""
    if not scene.said or "\n" not in scene.said[-1].text:
        return []
    lines = [line.strip() for line in scene.said[-1].text.splitlines()]
    framed = ["", *lines, ""]
    return [[Segment(set_cell_size(f" {line}", width), look.plain)] for line in framed]


def fitted(row: Sequence[Segment], width: int) -> Row:
    """A row of exactly `width` columns: cut with an ellipsis, or filled up."""
    if sum(segment.cell_length for segment in row) > width:
        cut: Row = []
        left = width - 1
        for text, style, _ in row:
            cut.append(Segment(set_cell_size(text, min(cell_len(text), left)), style))
            left -= cut[-1].cell_length
        return [*cut, Segment("…")]
    return Segment.adjust_line_length(list(row), width)


def _apart(left: Row, right: Row, width: int) -> Row:
    """Two rows at both ends of one; what is at the left is cut where both do not fit."""
    room = width - 2 - sum(segment.cell_length for segment in right)
    if room < width // 3:
        return fitted(left, width)
    return [*fitted(left, room), Segment(" "), *right, Segment(" ")]
