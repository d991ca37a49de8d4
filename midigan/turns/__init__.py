"""Turning a knob: one kind of event for every hand, and the one place where it takes effect.

Keys, OSC messages and MIDI controllers all become a `Turn`; `turned` makes new controls of
it, and says in words what changed. It is pure, so that a log of turns is a log of the music.

    walk                      0..1      walk/by: so much faster or slower
    amount/chords ... groove  0..1      the share of the walk's speed that this noise takes
    lock/chords ... groove    0 or 1    no value: the other way round
    reroll/chords ... groove  [track]   anew; melody and groove also for one track alone
    reroll/line               track     one track's melody and groove, what is not locked of them
    reroll/all                          everything that is not locked
    attribute/density ...     -1..1     less or more than usual: see `attributes`
    attribute/density/by      -2..2     so much less or more
    mute/TRACK                0 or 1    no value: the other way round
    range/TRACK               C2-G4     no value: the whole range
    key                       D         no value: the generator's own
    scale                     dorian    no value: none
    harmony                   C E G     instead of the scale; no value: none
    harmony/next              C E G     the same, from the next bar on
    swing                     50..75    after it /8 or /16: of eighths or sixteenths
    humanize                  0..100
    feel                      0..100    of the timing of its training music
    candidates                1..32     phrases of which one is drawn as the critic likes them
    genre                     jazz=.6,folk=.4   no value: one that the seed draws
    genre/NAME                0..1      its weight beside the others'; no value: it alone

TRACK is a track's name in any case, or its number from 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from midigan.controls import Controls, Turn, Value
from midigan.errors import MidiganError
from midigan.turns.blending import turn_genre
from midigan.turns.pitches import turn_harmony, turn_key, turn_mute, turn_range, turn_scale
from midigan.turns.playing import (
    turn_attribute,
    turn_candidates,
    turn_feel,
    turn_humanize,
    turn_swing,
)
from midigan.turns.values import Turned
from midigan.turns.walking import turn_amount, turn_lock, turn_reroll, turn_walk


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


_KINDS: dict[str, Callable[[Controls, str, Value, int, Sequence[str]], Turned]] = {
    "walk": turn_walk,
    "amount": turn_amount,
    "lock": turn_lock,
    "reroll": turn_reroll,
    "attribute": turn_attribute,
    "mute": turn_mute,
    "range": turn_range,
    "key": turn_key,
    "scale": turn_scale,
    "harmony": turn_harmony,
    "swing": turn_swing,
    "humanize": turn_humanize,
    "feel": turn_feel,
    "candidates": turn_candidates,
    "genre": turn_genre,
}
