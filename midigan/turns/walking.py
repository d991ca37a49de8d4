"""Turns of the walk through the noise: its speed, and what is locked or drawn anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from midigan.controls import BOUNDS, NOISES, NOISES_OF_TRACKS, Controls, Value
from midigan.errors import MidiganError
from midigan.turns.values import Turned, bounded, find_track, finite, switched


def turn_walk(controls: Controls, of: str, value: Value, number: int, _: Sequence[str]) -> Turned:
    """The speed of the walk, or with `by` so much faster or slower."""
    if of not in ("", "by"):
        raise MidiganError(f"no control walk/{of}: legal are walk and walk/by")
    low, high = BOUNDS["walk"]
    if of:
        walk = min(max(round(controls.walk + finite("walk/by", value), 3), low), high)
    else:
        walk = bounded("walk", value)
    here = _anchored(controls, NOISES, number)
    return Turned(replace(here, walk=walk), f"walk {walk:.2f}")


def turn_amount(controls: Controls, of: str, value: Value, number: int, _: Sequence[str]) -> Turned:
    """The share of the walk's speed that a noise takes."""
    _check_noise("amount", of)
    here = _anchored(controls, [of], number)
    noise = replace(here.noise(of), amount=bounded("amount", value))
    return Turned(here.with_noise(of, noise), f"{of} walks at {noise.amount:.2f} of the speed")


def turn_lock(controls: Controls, of: str, value: Value, number: int, _: Sequence[str]) -> Turned:
    """A noise that stays where it is, or goes on."""
    _check_noise("lock", of)
    here = _anchored(controls, [of], number)
    locked = switched("lock", value, here.noise(of).locked)
    noise = replace(here.noise(of), locked=locked)
    return Turned(here.with_noise(of, noise), f"{of} {'locked' if locked else 'unlocked'}")


def turn_reroll(controls: Controls, of: str, value: Value, _: int, tracks: Sequence[str]) -> Turned:
    """Noises drawn anew, of all tracks or of one."""
    name, track = (*of.split("/", 1), "")[:2]
    if name == "all":
        free = [noise for noise in NOISES if not controls.noise(noise).locked]
        for noise in free:
            controls = _rolled(controls, noise, _vectors(noise, tracks))
        return Turned(controls, f"{', '.join(free) or 'nothing'} drawn anew")
    _check_noise("reroll", name)
    wanted: Value = track or value
    if name not in NOISES_OF_TRACKS or wanted is None or wanted == "":
        return Turned(_rolled(controls, name, _vectors(name, tracks)), f"{name} drawn anew")
    chosen = find_track(wanted, tracks)
    line = f"{name} of {tracks[chosen]} drawn anew"
    return Turned(_rolled(controls, name, [chosen]), line)


def _anchored(controls: Controls, names: Sequence[str], number: int) -> Controls:
    """The same walk, counted from phrase `number` on, so that a new speed begins there."""
    for name in names:
        noise = controls.noise(name)
        here = replace(noise, since=number, position=noise.position_at(number, controls.walk))
        controls = controls.with_noise(name, here)
    return controls


def _vectors(name: str, tracks: Sequence[str]) -> Sequence[int]:
    return range(len(tracks)) if name in NOISES_OF_TRACKS else range(1)


def _rolled(controls: Controls, name: str, vectors: Sequence[int]) -> Controls:
    noise = controls.noise(name)
    count = max(len(noise.rolls), *(vector + 1 for vector in vectors))
    rolls = tuple(noise.roll(vector) + (vector in vectors) for vector in range(count))
    return controls.with_noise(name, replace(noise, rolls=rolls))


def _check_noise(kind: str, of: str) -> None:
    if of not in NOISES:
        legal = ", ".join(f"{kind}/{name}" for name in NOISES)
        raise MidiganError(f"no control {kind}/{of}: legal are {legal}")
