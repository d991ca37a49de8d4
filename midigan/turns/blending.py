"""Turns of the genres that are blended, where a generator has any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from midigan.controls import Controls, Value
from midigan.genres import in_words, parse_blend
from midigan.turns.values import Turned, bounded


def turn_genre(controls: Controls, of: str, value: Value, _: int, __: Sequence[str]) -> Turned:
    """All genres at once as text, or the weight of one; whether there is such a one, music says.

    Where no weight is left above 0, it is the genre that the seed draws.
    """
    if not of:
        blend = parse_blend(str(value)) if value else ()
    elif value is None or value == "":
        blend = ((of, 1.0),)
    else:
        others = {name: weight for name, weight in controls.genre if name.lower() != of}
        weights = others | {of: bounded("genre", value)}
        blend = tuple((name, weight) for name, weight in weights.items() if weight)
    return Turned(replace(controls, genre=blend), f"genre {in_words(blend) or 'drawn'}")
