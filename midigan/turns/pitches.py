"""Turns of what may be heard: key, scale and harmony, ranges and muted tracks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from midigan.controls import Controls, Value
from midigan.harmony.keys import parse_key
from midigan.harmony.pitches import class_name, parse_chord, parse_range, pitch_name
from midigan.harmony.scales import scale_name
from midigan.turns.values import Turned, check_whole, find_track, switched

#: The control by which a harmony begins with the next bar, and what tells it from the other.
HARMONY_NEXT = "harmony/next"
_NEXT = HARMONY_NEXT.partition("/")[2]


def turn_mute(controls: Controls, of: str, value: Value, _: int, tracks: Sequence[str]) -> Turned:
    """A track that is silent, or plays again."""
    track = find_track(of, tracks)
    muted = switched("mute", value, track in controls.muted)
    others = set(controls.muted) - {track}
    now = tuple(sorted(others | {track} if muted else others))
    return Turned(replace(controls, muted=now), f"{tracks[track]} {'muted' if muted else 'plays'}")


def turn_range(controls: Controls, of: str, value: Value, _: int, tracks: Sequence[str]) -> Turned:
    """From which pitch to which a track plays."""
    track = find_track(of, tracks)
    others = [row for row in controls.ranges if row[0] != track]
    if not value:
        line = f"{tracks[track]} plays its whole range"
        return Turned(replace(controls, ranges=tuple(others)), line)
    low, high = parse_range(str(value))
    ranges = tuple(sorted([*others, (track, low, high)]))
    line = f"{tracks[track]} plays {pitch_name(low)} to {pitch_name(high)}"
    return Turned(replace(controls, ranges=ranges), line)


def turn_key(controls: Controls, of: str, value: Value, _: int, __: Sequence[str]) -> Turned:
    """The key, or no value for the generator's own."""
    check_whole("key", of)
    key = str(parse_key(str(value))) if value else ""
    return Turned(replace(controls, key=key), f"key {key or 'as the generator has it'}")


def turn_scale(controls: Controls, of: str, value: Value, _: int, __: Sequence[str]) -> Turned:
    """The scale, or no value for none."""
    check_whole("scale", of)
    scale = scale_name(str(value)) if value else ""
    return Turned(replace(controls, scale=scale), f"scale {scale or 'free'}")


def turn_harmony(controls: Controls, of: str, value: Value, _: int, __: Sequence[str]) -> Turned:
    """The pitches to play in instead of a scale, or no value for none."""
    if of != _NEXT:
        check_whole("harmony", of)
    harmony = parse_chord(str(value)) if value is not None else ()
    names = " ".join(class_name(pitch) for pitch in harmony)
    when = " from the next bar" if of else ""
    return Turned(replace(controls, harmony=harmony), f"harmony {names or 'free'}{when}")
