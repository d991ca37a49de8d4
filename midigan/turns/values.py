"""What turns of all kinds share: their outcome, and how their values are read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from midigan.controls import BOUNDS, Controls, Value
from midigan.errors import MidiganError


class Turned(NamedTuple):
    """Controls after a turn, and in words what changed."""

    controls: Controls
    line: str


def find_track(wanted: float | str, tracks: Sequence[str]) -> int:
    """The index of a track by its name in any case, or by its number from 1.

    Raises MidiganError if there is no such track, with those that there are.
    """
    names = [name.casefold() for name in tracks]
    text = str(wanted).strip().casefold()
    number = as_number(wanted)
    if text in names:
        return names.index(text)
    if number in range(1, len(tracks) + 1):
        return int(number) - 1
    known = ", ".join(tracks)
    raise MidiganError(f"no track {wanted!r}: legal are {known}, or 1 to {len(tracks)}")


def check_whole(kind: str, of: str) -> None:
    """Raises MidiganError if something follows the name of a control that has no parts."""
    if of:
        raise MidiganError(f"no control {kind}/{of}: it is {kind} alone")


def switched(name: str, value: Value, now: bool) -> bool:
    """On or off, as a value above 0 or not says; without one the other of what it is `now`."""
    return not now if value is None or value == "" else finite(name, value) > 0


def bounded(name: str, value: Value, called: str = "") -> float:
    """The number that a value is, for a control of BOUNDS. Raises MidiganError beyond them.

    called: how people call it, if not by that name.
    """
    low, high = BOUNDS[name]
    found = finite(called or name, value)
    if not low <= found <= high:
        raise MidiganError(f"{called or name} is {found:g}, legal are {low:g} to {high:g}")
    return found


def finite(name: str, value: Value) -> float:
    """The number that a value is. Raises MidiganError if it is none."""
    number = as_number(value)
    if not math.isfinite(number):
        raise MidiganError(f"{name} is {value!r}, which is no number")
    return number


def as_number(value: Value) -> float:
    """The number that a value is; not a number if it is none."""
    try:
        return float(value) if value is not None else math.nan
    except ValueError:
        return math.nan
