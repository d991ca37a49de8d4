"""What a phrase means: its tracks, its grid and its range of pitches.

A phrase is a bool array `(tracks, bars, steps, pitches)`. The layout beside it says
which instrument each track is, how many steps a bar has and which MIDI pitch index 0
stands for. A pitch index is never a MIDI pitch by itself.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields, replace
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from midigan.errors import FormatError

#: How notes that no track claims are placed: split over all tracks by register, put
#: on the track that fits best, or left out.
Unmatched = Literal["register", "best", "drop"]

#: Which of several pitches a mono track keeps.
Keeps = Literal["highest", "lowest"]

#: Of several source tracks that belong on one track: all of them, or the one with most notes.
Several = Literal["merge", "best"]

#: The note values that a meter may count, as parts of a whole note.
DENOMINATORS = (1, 2, 4, 8, 16, 32, 64)

#: The families of General MIDI's programs, eight programs each (RP-003).
FAMILIES = (
    *("piano", "chromatic percussion", "organ", "guitar", "bass", "strings", "ensemble", "brass"),
    *("reed", "pipe", "synth lead", "synth pad", "synth effects", "ethnic", "percussive"),
    "sound effects",
)


@dataclass(frozen=True)
class Track:
    """One track of a layout, and which source tracks of a file belong on it.

    `program` is 0..127 and `channel` 0..15 (people count both from 1). A mono track
    sounds at most one pitch at a time in a phrase: of several, the one that `keeps` says.
    A drum track's hits last one step and are never transposed. A source track is recognised
    by `names` (words in its own), `channels` (0..15), `programs` (General MIDI's, 0..127),
    `families` of them (see FAMILIES), or if its mean pitch lies in `register`, the lowest and
    the highest MIDI pitch; `several` says what becomes of more than one.
    """

    name: str
    program: int = 0
    channel: int = 0
    mono: bool = False
    drum: bool = False
    keeps: Keeps = "highest"
    names: tuple[str, ...] = ()
    programs: tuple[int, ...] = ()
    channels: tuple[int, ...] = ()
    families: tuple[str, ...] = ()
    register: tuple[int, ...] = ()
    several: Several = "merge"

    def __post_init__(self) -> None:
        _check_range(f"program of track {self.name!r}", self.program, 0, 127)
        _check_range(f"channel of track {self.name!r}", self.channel, 0, 15)
        if self.keeps not in ("highest", "lowest"):
            raise FormatError(f"keeps is {self.keeps!r}, legal are 'highest' and 'lowest'")
        for program in self.programs:
            _check_range(f"programs of track {self.name!r}", program, 0, 127)
        for channel in self.channels:
            _check_range(f"channels of track {self.name!r}", channel, 0, 15)
        for family in self.families:
            if family not in FAMILIES:
                raise FormatError(f"no family {family!r}, legal are {', '.join(FAMILIES)}")
        for pitch in self.register:
            _check_range(f"register of track {self.name!r}", pitch, 0, 127)
        if self.register and (len(self.register) != 2 or self.register[0] > self.register[1]):
            raise FormatError(f"register of track {self.name!r} is not a low and a high pitch")
        if self.several not in ("merge", "best"):
            raise FormatError(f"several is {self.several!r}, legal are 'merge' and 'best'")

    def plays(self, program: int) -> bool:
        """Whether it claims sources of a program, 0..127."""
        return program in self.programs or FAMILIES[program // 8] in self.families


@dataclass(frozen=True)
class Layout:
    """Tracks, grid and range of a phrase; equal layouts mean interchangeable phrases.

    `steps` is the number of steps in a bar and `steps_per_beat` in a quarter note, so
    that the default bar of 16 steps is one of 4/4. Pitch index 0 is MIDI pitch
    `lowest_pitch` (24, C1, as in the MuseGAN paper, arXiv 1709.06298). `denominator` is the
    note value that its meter counts: a bar of 12 steps is 3/4, or 6/8 where it is 8.
    """

    name: str
    tracks: tuple[Track, ...]
    bars: int = 2
    steps: int = 16
    steps_per_beat: int = 4
    denominator: int = 4
    lowest_pitch: int = 24
    pitches: int = 84
    unmatched: Unmatched = "best"

    def __post_init__(self) -> None:
        _check_range("number of tracks", len(self.tracks), 1, 64)
        _check_range("bars", self.bars, 1, 64)
        _check_range("steps", self.steps, 1, 384)
        _check_range("steps_per_beat", self.steps_per_beat, 1, 96)
        if self.denominator not in DENOMINATORS:
            legal = ", ".join(map(str, DENOMINATORS))
            raise FormatError(f"denominator is {self.denominator!r}, legal are {legal}")
        _check_range("pitches", self.pitches, 12, 128)
        _check_range("lowest_pitch", self.lowest_pitch, 0, 128 - self.pitches)
        if self.unmatched not in ("register", "best", "drop"):
            raise FormatError(
                f"unmatched is {self.unmatched!r}, legal are 'register', 'best' and 'drop'"
            )

    def __hash__(self) -> int:
        # Equal layouts have equal names; to hash all that they say takes a hundred times as long.
        return hash(self.name)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Shape of one phrase: (tracks, bars, steps, pitches)."""
        return len(self.tracks), self.bars, self.steps, self.pitches

    @property
    def by_channel(self) -> bool:
        """Whether some track claims sources by their channels, which readers must then tell."""
        return any(track.channels for track in self.tracks)

    @property
    def phrase_steps(self) -> int:
        """Steps in one phrase."""
        return self.bars * self.steps

    @property
    def beats_per_bar(self) -> float:
        """Quarter notes in one bar."""
        return self.steps / self.steps_per_beat

    @property
    def meter(self) -> tuple[int, int]:
        """Its bar as a meter, in the next finer note value if its own does not fill it."""
        for denominator in DENOMINATORS[DENOMINATORS.index(self.denominator) :]:
            numerator, rest = divmod(self.steps * denominator, 4 * self.steps_per_beat)
            if not rest and numerator <= 255:
                return numerator, denominator
        return 4, 4

    @property
    def beat_steps(self) -> int:
        """Steps of a beat: what the meter counts, or three of it where its beats have so many."""
        numerator, denominator = self.meter
        counted = 3 if is_compound(numerator, denominator) else 1
        steps, rest = divmod(4 * counted * self.steps_per_beat, denominator)
        return steps if steps and not rest else self.steps_per_beat

    @property
    def highest_pitch(self) -> int:
        """The highest MIDI pitch that a phrase holds."""
        return self.lowest_pitch + self.pitches - 1

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON or TOML; `from_dict` reads them back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Layout:
        """Build a layout from plain values.

        Raises FormatError for an unknown or missing key, a wrong type or a value that
        is out of range.
        """
        table = dict(values)
        tracks = table.pop("tracks", None)
        if not isinstance(tracks, list | tuple) or not tracks:
            raise FormatError("a layout needs at least one track: add a [[tracks]] table")
        if not all(isinstance(track, Mapping) for track in tracks):
            raise FormatError("each track of a layout is a [[tracks]] table")
        return _build(cls, {**table, "tracks": tuple(_build(Track, dict(t)) for t in tracks)})

    def moved_to(self, lowest_pitch: int | None) -> Layout:
        """The same layout with pitch index 0 at another MIDI pitch; None changes nothing."""
        return self if lowest_pitch is None else replace(self, lowest_pitch=lowest_pitch)


def is_compound(numerator: int, denominator: int) -> bool:
    """Whether a meter's beats have three parts each, as those of 6/8 do and those of 3/4 do not."""
    return denominator >= 8 and numerator > 3 and numerator % 3 == 0


def shipped_layouts() -> list[str]:
    """Names of the layouts that come with midigan, sorted."""
    folder = resources.files("midigan") / "layouts"
    return sorted(
        p.name.removesuffix(".toml") for p in folder.iterdir() if p.name.endswith(".toml")
    )


def load_layout(name: str) -> Layout:
    """A shipped layout by name, or one read from a TOML file by path.

    Raises FormatError if there is neither, or if the file is not a layout.
    """
    if name in shipped_layouts():
        text = (resources.files("midigan") / "layouts" / f"{name}.toml").read_text("utf-8")
        return _parse(text, name)
    path = Path(name)
    if not path.is_file():
        known = ", ".join(shipped_layouts())
        raise FormatError(f"no layout {name!r}: name one of {known}, or a TOML file")
    try:
        return _parse(path.read_text("utf-8"), path.stem)
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"cannot read layout {name}: {error}") from error
    except FormatError as error:
        raise FormatError(f"layout {name}: {error}") from error


def _parse(text: str, name: str) -> Layout:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FormatError(f"not valid TOML: {error}") from error
    return Layout.from_dict({"name": name, **values})


def _build(cls: type[Any], values: dict[str, Any]) -> Any:
    """A dataclass from a table of strings, numbers, booleans and lists of them."""
    known = {f.name: f.default for f in fields(cls)}
    found = {}
    for key, given in values.items():
        if key not in known:
            raise FormatError(f"unknown key {key!r} in a layout, legal are {', '.join(known)}")
        value = tuple(given) if isinstance(given, list) else given
        example = "" if known[key] is MISSING else known[key]
        if key != "tracks" and type(value) is not type(example):
            raise FormatError(f"{key} is {given!r} in a layout, which is of the wrong type")
        found[key] = value
    try:
        return cls(**found)
    except TypeError as error:
        raise FormatError(f"a layout's track needs a name ({error})") from error


def _check_range(what: str, value: int, low: int, high: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise FormatError(f"{what} is {value!r}, legal are {low} to {high}")
