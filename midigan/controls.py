"""What a player of the generator has in hand: one value that says how phrases are made.

A `Controls` never changes; a `Turn` of a knob makes another one (see `turns`). A generator, a
seed, a phrase number and the controls in force decide every note.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, NamedTuple

from midigan.errors import FormatError

#: The four kinds of noise behind a phrase, and those that have a vector for each track.
NOISES = ("chords", "style", "melody", "groove")
NOISES_OF_TRACKS = ("melody", "groove")

#: What a phrase can have more or less of, if its generator's directions say how.
ATTRIBUTES = ("density", "polyphony", "register", "activity", "dissonance")

#: Legal values of the controls that are numbers: lowest and highest.
BOUNDS = {
    "walk": (0.0, 1.0),
    "amount": (0.0, 1.0),
    "attribute": (-1.0, 1.0),
    "swing": (50.0, 75.0),
    "humanize": (0.0, 100.0),
    "feel": (0.0, 100.0),
    "genre": (0.0, 1.0),
}
#: The most candidates that can be composed before their phrase is due.
MOST_CANDIDATES = 32

#: Notes of this value are what swing delays: eighths or sixteenths.
SWING_GRIDS = (8, 16)


#: The most lines of single tracks that are remembered as drawn anew, one over the other.
MOST_LINES = 8

Value = float | str | None


class Line(NamedTuple):
    """A track's own line drawn anew: from which rolls of its noise the critic chooses.

    melody, groove: the first and the last roll, or () for what was chosen before.
    melody_led, groove_led: what is added to its noise where that is not new with every phrase,
        at the position where noise is `led`; () for nothing.
    """

    track: int
    melody: tuple[int, ...] = ()
    groove: tuple[int, ...] = ()
    melody_led: tuple[float, ...] = ()
    groove_led: tuple[float, ...] = ()

    def with_rolls(self, name: str, rolls: tuple[int, ...], led: tuple[float, ...] = ()) -> Line:
        """The same line with other rolls of its melody or its groove, by name."""
        changed: dict[str, Any] = {name: rolls, f"{name}_led": led}
        return self._replace(**changed)

    @property
    def spans(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The rolls of its melody and of its groove."""
        return self.melody, self.groove


class Turn(NamedTuple):
    """A control by name, and what it is set to; None where it needs no value. See `turns`."""

    control: str
    value: Value = None


@dataclass(frozen=True)
class Noise:
    """Where one kind of noise is on its walk.

    since, position: at phrase `since` it is at `position` of the walk, a number of points.
    amount: how much of the walk's speed it takes part in, 0..1.
    locked: it stays at `position`.
    rolls: how often each of its vectors was drawn anew, by track for melody and groove; a
        missing number is 0.
    candidates: whose vectors they are where they are not new with every phrase; of two, halfway
        between those of the point before and the point after; () for the first.
    led, led_at: what is added to each of its vectors at a position, and ever less beside it; ()
        for nothing. See `leading`.
    """

    since: int = 0
    position: float = 0.0
    amount: float = 1.0
    locked: bool = False
    rolls: tuple[int, ...] = ()
    candidates: tuple[int, ...] = ()
    led: tuple[tuple[float, ...], ...] = ()
    led_at: float = 0.0

    def speed(self, walk: float) -> float:
        """Points a phrase, in a walk of speed `walk`."""
        return 0.0 if self.locked else walk * self.amount

    def position_at(self, number: int, walk: float) -> float:
        """Where it is at phrase `number`, in a walk of speed `walk`; may be below 0."""
        return self.position + (number - self.since) * self.speed(walk)

    def roll(self, vector: int) -> int:
        """How often vector 0, or that of a track, was drawn anew."""
        return self.rolls[vector] if vector < len(self.rolls) else 0


@dataclass(frozen=True)
class Controls:
    """How phrases are made. The default leaves everything to the generator.

    walk: how far the noise drifts from a phrase to the next: 1 makes phrases independent, 0
        repeats the same one for ever.
    chords, style, melody, groove: each noise on that walk.
    key: name of the key to play in, "" for the generator's own.
    scale: name of the scale that pitches are held to, with the key's tonic; "" for none.
    harmony: pitch classes 0..11 that pitches are held to instead of a scale; () for none.
    ranges: `(track, lowest, highest)` MIDI pitches, both legal, of tracks held to a range.
    muted: tracks that are silent.
    attributes: `(name, -1..1)` of each attribute that is to be less or more than usual, by name.
    swing: per cent of a pair of notes that its first one takes: 50 straight, 75 dotted.
    swing_grid: whose pairs: 8 for eighths, 16 for sixteenths.
    humanize: per cent of the jitter of a careless player, in time and loudness.
    feel: per cent of how far beside the grid the generator's training music was played.
    candidates: from how many phrases one is drawn as the critic likes them; 1 asks no critic.
    lines: tracks whose own lines were drawn anew, each over what those before it had left.
    genre: `(name, weight)` of the genres that are blended, weights relative to each other; ()
        for one that the seed draws, as often as the generator's music had it.
    """

    walk: float = 1.0
    chords: Noise = field(default_factory=Noise)
    style: Noise = field(default_factory=Noise)
    melody: Noise = field(default_factory=Noise)
    groove: Noise = field(default_factory=Noise)
    key: str = ""
    scale: str = ""
    harmony: tuple[int, ...] = ()
    ranges: tuple[tuple[int, int, int], ...] = ()
    muted: tuple[int, ...] = ()
    attributes: tuple[tuple[str, float], ...] = ()
    swing: float = 50.0
    swing_grid: int = 16
    humanize: float = 0.0
    feel: float = 100.0
    candidates: int = 1
    lines: tuple[Line, ...] = ()
    genre: tuple[tuple[str, float], ...] = ()

    def noise(self, name: str) -> Noise:
        """One of the NOISES, by name."""
        noise: Noise = getattr(self, name)
        return noise

    def with_noise(self, name: str, noise: Noise) -> Controls:
        """The same controls with another one of the NOISES."""
        changed: dict[str, Any] = {name: noise}
        return replace(self, **changed)

    def to_plain(self) -> dict[str, Any]:
        """Plain values, for JSON; `from_plain` reads them back."""
        return asdict(self)

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Controls:
        """Read what `to_plain` wrote. Raises FormatError if it is damaged or newer."""
        known = {f.name for f in fields(cls)}
        try:
            if not values.keys() <= known:
                raise FormatError(f"controls {sorted(values.keys() - known)} are unknown here")
            found = {name: values[name] for name in values.keys() - set(NOISES)}
            for name in values.keys() & set(NOISES):
                noise = values[name]
                lists = {key: tuple(noise.get(key, ())) for key in ("rolls", "candidates")}
                led = tuple(tuple(map(float, row)) for row in noise.get("led", ()))
                found[name] = Noise(**{**noise, **lists, "led": led})
            found["ranges"] = tuple(tuple(row) for row in found.get("ranges", ()))
            found["attributes"] = tuple(tuple(row) for row in found.get("attributes", ()))
            lines = found.get("lines", ())
            found["lines"] = tuple(Line(t, *map(tuple, rows)) for t, *rows in lines)
            found["harmony"] = tuple(found.get("harmony", ()))
            found["muted"] = tuple(found.get("muted", ()))
            found["genre"] = tuple((str(n), float(w)) for n, w in found.get("genre", ()))
            return cls(**found)
        except (AttributeError, TypeError, ValueError) as error:
            raise FormatError(f"controls are damaged ({error})") from error
