"""MIDI controllers as hands on the music: which one turns what, as a TOML file says.

    [controllers]
    walk = 20                                            # on any channel
    "lock/melody" = { controller = 30, channel = 2 }     # channels count from 1

A knob or fader sets what has a range (walk, amount, attribute, swing, humanize). For a switch
(lock, mute) the upper half of its values is on. A button (reroll, keep, panic, quit) acts when
it comes up into the upper half.

A program change, on any channel, picks the generator of its number: programs count from 1.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from midigan.controls import BOUNDS, Turn
from midigan.errors import FormatError
from midigan.live.sounding import CONTROL_CHANGE, PROGRAM_CHANGE

_SWITCHES = ("lock", "mute")
_BUTTONS = ("reroll", "keep", "panic", "quit")
_HALF = 64


class Knob(NamedTuple):
    """A controller 0..127, on a channel 0..15, or None for any."""

    controller: int
    channel: int | None = None


class Knobs:
    """Turns what controllers send into turns."""

    def __init__(self, knobs: Mapping[str, Knob]) -> None:
        self._knobs = dict(knobs)
        self._up: dict[str, bool] = {}

    def turns(self, message: Sequence[int]) -> list[Turn]:
        """The turns that a MIDI message means; none for one that is no controller of ours."""
        if len(message) == 2 and message[0] & 0xF0 == PROGRAM_CHANGE:
            return [Turn("generator", message[1] + 1)]
        if len(message) != 3 or message[0] & 0xF0 != CONTROL_CHANGE:
            return []
        status, controller, value = message
        channel = status & 0x0F
        found = []
        for control, knob in self._knobs.items():
            if knob.controller == controller and knob.channel in (None, channel):
                found += self._turn(control, value)
        return found

    def _turn(self, control: str, value: int) -> list[Turn]:
        kind = control.partition("/")[0]
        if kind in BOUNDS:
            return [Turn(control, _within(*BOUNDS[kind], value))]
        up, was_up = value >= _HALF, self._up.get(control)
        self._up[control] = up
        if kind in _BUTTONS:
            return [Turn(control)] if up and not was_up else []
        return [Turn(control, int(up))] if up != was_up else []


def default_map() -> str:
    """The map that ships with midigan, as TOML."""
    return (resources.files("midigan.live.hands") / "knobs.toml").read_text("utf-8")


def load_knobs(path: Path | None) -> dict[str, Knob]:
    """Read a map, or the one that ships for None.

    Raises FormatError if the file is missing or no map.
    """
    try:
        return parse_knobs(default_map() if path is None else path.read_text("utf-8"))
    except OSError as error:
        raise FormatError(f"cannot read {path}: {error.strerror or error}") from error
    except (FormatError, ValueError) as error:
        raise FormatError(f"{path} is no map of controllers: {error}") from error


def parse_knobs(text: str) -> dict[str, Knob]:
    """Read a map. Raises FormatError or ValueError, in a few words, if it is none."""
    table = tomllib.loads(text).get("controllers")
    if not isinstance(table, dict):
        raise FormatError("it has no [controllers]")
    return {control: _knob(control, value) for control, value in table.items()}


def write_knobs(knobs: Mapping[str, Knob]) -> str:
    """A map as TOML, which `parse_knobs` reads back."""
    lines = ["# Which MIDI controller turns what. Channels count from 1.", "", "[controllers]"]
    for control, (controller, channel) in knobs.items():
        here = f"{{ controller = {controller}, channel = {(channel or 0) + 1} }}"
        lines.append(f'"{control}" = {controller if channel is None else here}')
    return "\n".join(lines) + "\n"


def _within(low: float, high: float, value: int) -> float:
    """A controller's value 0..127 between two bounds; 64 is the middle of what has one at 0."""
    share = max(value - 1, 0) / 126 if low == -high else value / 127
    return round(low + (high - low) * share, 3)


def _knob(control: str, value: Any) -> Knob:
    kind = control.partition("/")[0]
    if kind not in (*BOUNDS, *_SWITCHES, *_BUTTONS) or control.endswith("/by"):
        legal = ", ".join((*BOUNDS, *_SWITCHES, *_BUTTONS))
        raise FormatError(f"no controller can turn {control!r}, legal are {legal}")
    known = value if isinstance(value, dict) else {"controller": value}
    if not known.keys() <= {"controller", "channel"}:
        raise FormatError(f"{control!r} has a controller and a channel, nothing else")
    controller = _integer(f"controller of {control!r}", known.get("controller"), 0, 127)
    if "channel" not in known:
        return Knob(controller)
    return Knob(controller, _integer(f"channel of {control!r}", known["channel"], 1, 16) - 1)


def _integer(what: str, value: Any, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise FormatError(f"{what} is {value!r}, legal are {low} to {high}")
    return value
