"""Turns of how notes are struck and phrases chosen: swing, looseness, attributes, candidates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from midigan.controls import ATTRIBUTES, BOUNDS, MOST_CANDIDATES, SWING_GRIDS, Controls, Value
from midigan.errors import MidiganError
from midigan.turns.values import Turned, as_number, bounded, check_whole, finite


def turn_swing(controls: Controls, of: str, value: Value, _: int, __: Sequence[str]) -> Turned:
    """What the first note of a pair takes, and of which pairs: `60`, `60%/8`."""
    check_whole("swing", of)
    amount, grid = (*str(value).split("/", 1), "")[:2]
    swing = bounded("swing", amount.removesuffix("%"))
    swing_grid = int(grid) if grid in map(str, SWING_GRIDS) else controls.swing_grid
    if grid and swing_grid != as_number(grid):
        raise MidiganError(f"swing of {grid!r}: legal are /8 (eighths) and /16 (sixteenths)")
    line = f"swing {swing:g}% of {'eighths' if swing_grid == 8 else 'sixteenths'}"
    return Turned(replace(controls, swing=swing, swing_grid=swing_grid), line)


def turn_humanize(controls: Controls, of: str, value: Value, _: int, __: Sequence[str]) -> Turned:
    """How loosely notes are struck, in per cent."""
    check_whole("humanize", of)
    humanize = bounded("humanize", value)
    return Turned(replace(controls, humanize=humanize), f"humanize {humanize:g}%")


def turn_feel(controls: Controls, of: str, value: Value, _: int, __: Sequence[str]) -> Turned:
    """How much of the training music's own timing beside the grid is played, in per cent."""
    check_whole("feel", of)
    feel = bounded("feel", value)
    return Turned(replace(controls, feel=feel), f"feel {feel:g}%")


def turn_attribute(controls: Controls, of: str, value: Value, _: int, __: Sequence[str]) -> Turned:
    """How much more, or below 0 less, of an attribute than usual; with `by` so much more."""
    name, _slash, by = of.partition("/")
    if name not in ATTRIBUTES or by not in ("", "by"):
        legal = ", ".join(f"attribute/{name}" for name in ATTRIBUTES)
        raise MidiganError(f"no control attribute/{of}: legal are {legal}")
    others = dict(controls.attributes)
    before = others.pop(name, 0.0)
    low, high = BOUNDS["attribute"]
    if by:
        now = min(max(round(before + finite(f"attribute/{of}", value), 3), low), high)
    else:
        now = bounded("attribute", value, name)
    turned = others | ({name: now} if now else {})
    return Turned(replace(controls, attributes=tuple(sorted(turned.items()))), f"{name} {now:+.2f}")


def turn_candidates(controls: Controls, of: str, value: Value, _: int, __: Sequence[str]) -> Turned:
    """From how many phrases one is drawn as the critic likes them."""
    check_whole("candidates", of)
    count = finite("candidates", value)
    if count not in range(1, MOST_CANDIDATES + 1):
        raise MidiganError(f"candidates is {count:g}, legal are 1 to {MOST_CANDIDATES}, whole")
    line = f"drawn from {count:g} by the critic" if count > 1 else "no critic"
    return Turned(replace(controls, candidates=int(count)), line)
