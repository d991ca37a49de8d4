"""What a generator's file says of itself: JSON in its metadata, under the key `midigan`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from midigan.errors import FormatError
from midigan.layout import Layout

#: Key of the metadata entry, and version of what is in it.
METADATA_KEY = "midigan"
FORMAT = 1


@dataclass(frozen=True)
class GeneratorInfo:
    """What a player must know about a generator.

    layout: tracks, grid and range of its phrases.
    key: the key that its phrases are in ("C major"), or "" where it speaks all keys.
    song_keys: which keys its training music is in, and how high tracks lie there, as
        `song_keys.SongKeys` has it in plain values; {} where that is not known.
    tempo_bpm: a typical tempo of its training music, quarter notes a minute.
    restrike: `tracks` rows of `steps` probabilities that a pitch which is held from the
        step before is struck again at that step of the bar; () for never.
    velocity: `tracks` rows of `steps` mean velocities 1..127; () for a plain 80.
    late, spread: `tracks` rows of `steps` means and standard deviations of how far after the
        grid notes are struck, as shares of a step; () for on the grid.
    genres: names of the labels, in the order of the optional input `genre`.
    directions: of its latents, by attribute, as `directions.Direction` has them in plain values.
    leading: where lines begin and end by the latents, as `leading.Leading` has it in plain values.
    genre_shares: the share of its training music that each of them had, of sum 1; () for alike.
    training: what it was trained on and how, for people.
    held_out_songs: names of the songs of its source that it was kept from, to measure it by.
    licence: terms of the weights.
    version: of the midigan that exported it.
    """

    layout: Layout
    key: str = ""
    song_keys: Mapping[str, Any] = field(default_factory=dict)
    tempo_bpm: float = 100.0
    restrike: tuple[tuple[float, ...], ...] = ()
    velocity: tuple[tuple[float, ...], ...] = ()
    late: tuple[tuple[float, ...], ...] = ()
    spread: tuple[tuple[float, ...], ...] = ()
    genres: tuple[str, ...] = ()
    genre_shares: tuple[float, ...] = ()
    directions: Mapping[str, Any] = field(default_factory=dict)
    leading: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    held_out_songs: tuple[str, ...] = ()
    licence: str = ""
    version: str = ""

    def to_json(self) -> str:
        """The metadata entry; `from_json` reads it back."""
        values = asdict(self)
        if not self.genres:
            del values["genre_shares"]
        return json.dumps({"format": FORMAT, **values})

    @classmethod
    def from_json(cls, text: str) -> GeneratorInfo:
        """Read the metadata entry. Raises FormatError if it is damaged or newer."""
        try:
            values = json.loads(text)
            if values["format"] > FORMAT:
                raise FormatError("exported by a newer midigan: upgrade midigan")
            known = {f.name: values[f.name] for f in fields(cls) if f.name in values}
            for table in ("restrike", "velocity", "late", "spread"):
                known[table] = tuple(tuple(row) for row in known.get(table, ()))
            for names in ("genres", "genre_shares", "held_out_songs"):
                known[names] = tuple(known.get(names, ()))
            return cls(**{**known, "layout": Layout.from_dict(known["layout"])})
        except (KeyError, TypeError, ValueError) as error:
            raise FormatError("its midigan metadata is damaged: export it again") from error
