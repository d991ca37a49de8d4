"""Turns of the walk through the noise: its speed, and what is locked or drawn anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from midigan.controls import (
    BOUNDS,
    MOST_LINES,
    NOISES,
    NOISES_OF_TRACKS,
    Controls,
    Line,
    Value,
)
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
    """Noises drawn anew, of all tracks or of one; `line` is one track's melody and groove."""
    name, track = (*of.split("/", 1), "")[:2]
    if name == "all":
        free = [noise for noise in NOISES if not controls.noise(noise).locked]
        for noise in free:
            controls = _rolled(controls, noise, tracks)
        return Turned(controls, f"{', '.join(free) or 'nothing'} drawn anew")
    if name != "line":
        _check_noise("reroll", name, "reroll/line")
    wanted: Value = track or value
    if name == "line":
        chosen = find_track("" if wanted is None else wanted, tracks)
        free = [noise for noise in NOISES_OF_TRACKS if not controls.noise(noise).locked]
        line = f"line of {tracks[chosen]} {'drawn anew' if free else 'is locked'}"
        return Turned(_with_line(controls, chosen, free) if free else controls, line)
    if name not in NOISES_OF_TRACKS or wanted is None or wanted == "":
        return Turned(_rolled(controls, name, tracks), f"{name} drawn anew")
    chosen = find_track(wanted, tracks)
    return Turned(_with_line(controls, chosen, [name]), f"{name} of {tracks[chosen]} drawn anew")


def _anchored(controls: Controls, names: Sequence[str], number: int) -> Controls:
    """The same walk, counted from phrase `number` on, so that a new speed begins there."""
    for name in names:
        noise = controls.noise(name)
        here = replace(noise, since=number, position=noise.position_at(number, controls.walk))
        controls = controls.with_noise(name, here)
    return controls


def _rolled(controls: Controls, name: str, tracks: Sequence[str]) -> Controls:
    """A noise drawn anew for all tracks: what one of them had of its own of it is over."""
    noise = controls.noise(name)
    vectors = range(len(tracks)) if name in NOISES_OF_TRACKS else range(1)
    rolls = tuple(noise.roll(vector) + 1 for vector in vectors)
    if name in NOISES_OF_TRACKS:
        lines = (line.with_rolls(name, ()) for line in controls.lines)
        controls = replace(controls, lines=tuple(line for line in lines if any(line.spans)))
    return controls.with_noise(name, replace(noise, rolls=rolls, led=()))


def _with_line(controls: Controls, track: int, names: Sequence[str]) -> Controls:
    """A track's own noise drawn anew, as many times over as the critic may choose from.

    What no longer counts is left out: a line that nothing was drawn over and that is drawn anew.
    """
    spans: dict[str, tuple[int, ...]] = {}
    for name in names:
        own = (getattr(line, name) for line in controls.lines if line.track == track)
        used = max((span[-1] for span in own if span), default=0)
        fresh = controls.noise(name).speed(controls.walk) == 1
        spans[name] = used + 1, used + (controls.candidates if fresh else 1)
    lines, new = controls.lines, Line(track, **spans)
    if (
        lines
        and lines[-1].track == track
        and all(now or not before for now, before in zip(new.spans, lines[-1].spans, strict=True))
    ):
        lines = lines[:-1]
    return replace(controls, lines=(*lines, new)[-MOST_LINES:])


def _check_noise(kind: str, of: str, *more: str) -> None:
    if of not in NOISES:
        legal = ", ".join((*(f"{kind}/{name}" for name in NOISES), *more))
        raise MidiganError(f"no control {kind}/{of}: legal are {legal}")
