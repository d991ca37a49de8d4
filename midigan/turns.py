"""Turning a knob: one kind of event for every hand, and the one place where it takes effect.

Keys, OSC messages and MIDI controllers all become a `Turn`; `turned` makes new controls of
it, and says in words what changed. It is pure, so that a log of turns is a log of the music.

    walk                      0..1      walk/by: so much faster or slower
    amount/chords ... groove  0..1      the share of the walk's speed that this noise takes
    lock/chords ... groove    0 or 1    no value: the other way round
    reroll/chords ... groove  [track]   anew; melody and groove also for one track alone
    reroll/all                          everything that is not locked
    mute/TRACK                0 or 1    no value: the other way round
    range/TRACK               C2-G4     no value: the whole range
    key                       D         no value: the generator's own
    scale                     dorian    no value: none
    harmony                   C E G     instead of the scale; no value: none
    swing                     50..75    after it /8 or /16: of eighths or sixteenths
    humanize                  0..100
    candidates                1..16     phrases that the critic chooses from

TRACK is a track's name in any case, or its number from 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from midigan.controls import (
    BOUNDS,
    MOST_CANDIDATES,
    NOISES,
    NOISES_OF_TRACKS,
    SWING_GRIDS,
    Controls,
    Turn,
    Value,
)
from midigan.errors import MidiganError
from midigan.keys import parse_key
from midigan.pitches import class_name, parse_chord, parse_range, pitch_name
from midigan.scales import scale_name


class Turned(NamedTuple):
    """Controls after a turn, and in words what changed."""

    controls: Controls
    line: str


def turned(controls: Controls, turn: Turn, number: int, tracks: Sequence[str]) -> Turned:
    """The controls after a turn, while phrase `number` of `tracks` by name is heard.

    Raises MidiganError for a control that is none, or a value that it cannot have.
    """
    kind, _, of = turn.control.strip("/").lower().partition("/")
    found = _KINDS.get(kind)
    if found is None:
        raise MidiganError(f"no control {turn.control!r}: legal are {', '.join(_KINDS)}")
    return found(controls, of, turn.value, number, tracks)


def all_turned(controls: Controls, turns: Iterable[Turn], tracks: Sequence[str]) -> Controls:
    """The controls after several turns before anything was heard. Raises as `turned` does."""
    for turn in turns:
        controls = turned(controls, turn, 0, tracks).controls
    return controls


def _walk(controls: Controls, of: str, value: Value, number: int, _: Sequence[str]) -> Turned:
    if of not in ("", "by"):
        raise MidiganError(f"no control walk/{of}: legal are walk and walk/by")
    low, high = BOUNDS["walk"]
    if of:
        walk = min(max(round(controls.walk + _finite("walk/by", value), 3), low), high)
    else:
        walk = _bounded("walk", value)
    here = _anchored(controls, NOISES, number)
    return Turned(replace(here, walk=walk), f"walk {walk:.2f}")


def _amount(controls: Controls, of: str, value: Value, number: int, _: Sequence[str]) -> Turned:
    _check_noise("amount", of)
    here = _anchored(controls, [of], number)
    noise = replace(here.noise(of), amount=_bounded("amount", value))
    return Turned(here.with_noise(of, noise), f"{of} walks at {noise.amount:.2f} of the speed")


def _lock(controls: Controls, of: str, value: Value, number: int, _: Sequence[str]) -> Turned:
    _check_noise("lock", of)
    here = _anchored(controls, [of], number)
    locked = _switched("lock", value, here.noise(of).locked)
    noise = replace(here.noise(of), locked=locked)
    return Turned(here.with_noise(of, noise), f"{of} {'locked' if locked else 'unlocked'}")


def _reroll(controls: Controls, of: str, value: Value, _: int, tracks: Sequence[str]) -> Turned:
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


def _mute(controls: Controls, of: str, value: Value, _: int, tracks: Sequence[str]) -> Turned:
    track = find_track(of, tracks)
    muted = _switched("mute", value, track in controls.muted)
    others = set(controls.muted) - {track}
    now = tuple(sorted(others | {track} if muted else others))
    return Turned(replace(controls, muted=now), f"{tracks[track]} {'muted' if muted else 'plays'}")


def _range(controls: Controls, of: str, value: Value, _: int, tracks: Sequence[str]) -> Turned:
    track = find_track(of, tracks)
    others = [row for row in controls.ranges if row[0] != track]
    if not value:
        line = f"{tracks[track]} plays its whole range"
        return Turned(replace(controls, ranges=tuple(others)), line)
    low, high = parse_range(str(value))
    ranges = tuple(sorted([*others, (track, low, high)]))
    line = f"{tracks[track]} plays {pitch_name(low)} to {pitch_name(high)}"
    return Turned(replace(controls, ranges=ranges), line)


def _key(controls: Controls, of: str, value: Value, _: int, __: Sequence[str]) -> Turned:
    _check_whole("key", of)
    key = str(parse_key(str(value))) if value else ""
    return Turned(replace(controls, key=key), f"key {key or 'as the generator has it'}")


def _scale(controls: Controls, of: str, value: Value, _: int, __: Sequence[str]) -> Turned:
    _check_whole("scale", of)
    scale = scale_name(str(value)) if value else ""
    return Turned(replace(controls, scale=scale), f"scale {scale or 'free'}")


def _harmony(controls: Controls, of: str, value: Value, _: int, __: Sequence[str]) -> Turned:
    _check_whole("harmony", of)
    harmony = parse_chord(str(value)) if value is not None else ()
    names = " ".join(class_name(pitch) for pitch in harmony)
    return Turned(replace(controls, harmony=harmony), f"harmony {names or 'free'}")


def _swing(controls: Controls, of: str, value: Value, _: int, __: Sequence[str]) -> Turned:
    _check_whole("swing", of)
    amount, grid = (*str(value).split("/", 1), "")[:2]
    swing = _bounded("swing", amount.removesuffix("%"))
    swing_grid = int(grid) if grid in map(str, SWING_GRIDS) else controls.swing_grid
    if grid and swing_grid != _number(grid):
        raise MidiganError(f"swing of {grid!r}: legal are /8 (eighths) and /16 (sixteenths)")
    line = f"swing {swing:g}% of {'eighths' if swing_grid == 8 else 'sixteenths'}"
    return Turned(replace(controls, swing=swing, swing_grid=swing_grid), line)


def _humanize(controls: Controls, of: str, value: Value, _: int, __: Sequence[str]) -> Turned:
    _check_whole("humanize", of)
    humanize = _bounded("humanize", value)
    return Turned(replace(controls, humanize=humanize), f"humanize {humanize:g}%")


def _candidates(controls: Controls, of: str, value: Value, _: int, __: Sequence[str]) -> Turned:
    _check_whole("candidates", of)
    count = _finite("candidates", value)
    if count not in range(1, MOST_CANDIDATES + 1):
        raise MidiganError(f"candidates is {count:g}, legal are 1 to {MOST_CANDIDATES}, whole")
    line = f"the critic chooses from {count:g}" if count > 1 else "no critic"
    return Turned(replace(controls, candidates=int(count)), line)


_KINDS: dict[str, Callable[[Controls, str, Value, int, Sequence[str]], Turned]] = {
    "walk": _walk,
    "amount": _amount,
    "lock": _lock,
    "reroll": _reroll,
    "mute": _mute,
    "range": _range,
    "key": _key,
    "scale": _scale,
    "harmony": _harmony,
    "swing": _swing,
    "humanize": _humanize,
    "candidates": _candidates,
}


def find_track(wanted: float | str, tracks: Sequence[str]) -> int:
    """The index of a track by its name in any case, or by its number from 1.

    Raises MidiganError if there is no such track, with those that there are.
    """
    names = [name.casefold() for name in tracks]
    text = str(wanted).strip().casefold()
    number = _number(wanted)
    if text in names:
        return names.index(text)
    if number in range(1, len(tracks) + 1):
        return int(number) - 1
    known = ", ".join(tracks)
    raise MidiganError(f"no track {wanted!r}: legal are {known}, or 1 to {len(tracks)}")


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


def _check_whole(kind: str, of: str) -> None:
    if of:
        raise MidiganError(f"no control {kind}/{of}: it is {kind} alone")


def _switched(name: str, value: Value, now: bool) -> bool:
    return not now if value is None or value == "" else _finite(name, value) > 0


def _bounded(name: str, value: Value) -> float:
    low, high = BOUNDS[name]
    found = _finite(name, value)
    if not low <= found <= high:
        raise MidiganError(f"{name} is {found:g}, legal are {low:g} to {high:g}")
    return found


def _finite(name: str, value: Value) -> float:
    number = _number(value)
    if not math.isfinite(number):
        raise MidiganError(f"{name} is {value!r}, which is no number")
    return number


def _number(value: Value) -> float:
    """The number that a value is; not a number if it is none."""
    try:
        return float(value) if value is not None else math.nan
    except ValueError:
        return math.nan
