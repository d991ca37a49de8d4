"""What is said to the composer, and what it says: which music is wanted, and the music.

Times are musical, in ticks (see `clock`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from midigan.controls import Turn
from midigan.performance.ticks import PPQN


class Load(NamedTuple):
    """To the composer: which generator to load, what to draw from it, and how to begin.

    others: generators that can be picked while it plays, numbered from 2 on. bars: where the
    music ends, None for never; of what begins there nothing is heard, however early it is played.
    """

    generator: str
    seed: int
    turns: Sequence[Turn]
    others: Sequence[str] = ()
    bars: int | None = None


class Part(NamedTuple):
    """One track as the player and the recorder see it; channel 0..15, program 0..127."""

    name: str
    channel: int
    program: int


class Loaded(NamedTuple):
    """From the composer: ready, and this is the shape of its music.

    sha256 is the generator's; controls are `Controls` as plain values; beat_ticks are those of
    the note value that the meter counts.
    """

    tempo_bpm: float
    bar_ticks: int
    phrase_ticks: int
    sha256: str
    controls: Mapping[str, Any]
    parts: Sequence[Part]
    beat_ticks: int = PPQN


class Told(NamedTuple):
    """From the composer: what a Turn changed, in words; controls None if it changed nothing."""

    line: str
    controls: Mapping[str, Any] | None


class Ask(NamedTuple):
    """From the player to the composer: phrase `number` will be needed."""

    number: int


class Heard(NamedTuple):
    """To the composer: phrase `number` is where the music is, and sounds if that rolls.

    What waits for a bar line waits for the one that `line` bars of that phrase lie before.
    """

    number: int
    rolling: bool
    line: int = 1


class Note(NamedTuple):
    """One note of a phrase; `start` is counted from the beginning of the phrase.

    One that is `tied` is not struck if its track's same pitch sounds up to the phrase's beginning:
    that goes on instead, until this note's end.
    """

    start: int
    length: int
    track: int
    pitch: int
    velocity: int
    tied: bool = False


class Phrase(NamedTuple):
    """From the composer to the player: the notes of phrase `number`."""

    number: int
    notes: Sequence[Note]
