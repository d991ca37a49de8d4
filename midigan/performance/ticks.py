"""Ticks: how everything that is played counts time. Light: the process that plays reads it."""

from __future__ import annotations

from typing import Any, overload

#: Ticks in a quarter note. Integers, so that two events of the same musical instant are
#: equal; fine enough for a nuance of half a millisecond.
PPQN = 960


@overload
def ticks_of(steps: int, steps_per_beat: int) -> int: ...
@overload
def ticks_of(steps: Any, steps_per_beat: int) -> Any: ...
def ticks_of(steps: Any, steps_per_beat: int) -> Any:
    """Ticks of a number of steps, or of an array of numbers, rounded to the nearest."""
    return (2 * steps * PPQN + steps_per_beat) // (2 * steps_per_beat)
