"""A whole picture of a live session, for a terminal of any size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment

from midigan.commands.face import panel, roll
from midigan.commands.face.look import look_of
from midigan.commands.face.roll import NAMES, Row, Window
from midigan.commands.face.scene import Scene

#: Parts of the picture but for header and lanes, in the order in which they get a row.
_PARTS = ("message", "ruler", "footer", "knobs", "settings")
#: A lane is no higher than that: notes would lie too far apart.
_LANE_ROWS = 10
#: A roll narrower than that says nothing.
_LEAST_COLUMNS = 8


@dataclass(frozen=True)
class Plan:
    """How many rows each part of a picture has; `gaps` are empty ones between parts."""

    lanes: int
    lane_rows: int
    parts: frozenset[str]
    gaps: int
    messages: int


def plan(tracks: int, height: int) -> Plan:
    """Share a height out: all lanes first, then the parts in their order, then higher lanes."""
    left = max(height - 1, 0)
    lanes = min(tracks, left)
    left -= lanes
    parts = _PARTS[:left]
    left -= len(parts)
    more = min(1, left // lanes) if lanes else 0
    left -= more * lanes
    gaps = min(2, left)
    left -= gaps
    higher = min(left // lanes, _LANE_ROWS - 1 - more) if lanes else 0
    left -= higher * lanes
    messages = min(1 + left, 6) if "message" in parts else 0
    return Plan(lanes, 1 + more + higher, frozenset(parts), gaps, messages)


class Frame:
    """The picture of a scene, as rich draws it: it fills width and height that it is given."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it."""
        width, height = options.max_width, options.height or console.height
        for number, row in enumerate(self.rows(width, height, console.color_system)):
            if number:
                yield Segment.line()
            yield from panel.fitted(row, width)

    def rows(self, width: int, height: int, colors: str | None) -> list[Row]:
        """Exactly `height` rows, from above; `colors` as rich's `color_system`."""
        scene = self.scene
        look = look_of(colors, len(scene.parts))
        of = plan(len(scene.parts), height)
        rows = [panel.header(scene, width, look), *self._roll(width, of, colors)]
        card = panel.card(scene, width, look)[-(len(rows) - 1) :]
        if card:
            rows[-len(card) :] = card
        if of.gaps:
            rows.append([])
        if "knobs" in of.parts:
            rows.append(panel.knobs(scene, width, look))
        if "settings" in of.parts:
            rows.append(panel.settings(scene, width, look))
        if of.gaps > 1:
            rows.append([])
        rows += panel.messages(scene, width, of.messages, look)
        footer = [panel.footer(scene, width, look)] if "footer" in of.parts else []
        rows += [[]] * (height - len(rows) - len(footer))
        return (rows + footer)[:height]

    def _roll(self, width: int, of: Plan, colors: str | None) -> Iterator[Row]:
        scene = self.scene
        columns = roll_columns(width)
        look = look_of(colors, len(scene.parts))
        if columns < _LEAST_COLUMNS:
            return
        window = Window(scene, columns)
        if "ruler" in of.parts:
            yield roll.ruler(scene, window, look)
        for track in range(of.lanes):
            yield from roll.lane(scene, track, of.lane_rows, window, look)


def roll_columns(width: int) -> int:
    """Columns of the roll in a terminal of that width."""
    return width - NAMES - 1
