"""Genres: the sub-folders of somebody's music as labels of songs, and blends of them.

A song is called by where it lay in what was encoded, and the first folder of its name is its
genre: `jazz/ballads/one` is of `jazz`. A song of a flat folder has none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from midigan.errors import MidiganError

#: Genres by name with their weights, 0 and above, which count relative to each other.
Blend = tuple[tuple[str, float], ...]


def genre_of(song: str) -> str:
    """The genre of a song by its name, "" for none."""
    return song.partition("/")[0] if "/" in song else ""


def count_genres(songs: Iterable[str]) -> dict[str, int]:
    """How many songs there are of each genre, sorted by name; those of none count as ""."""
    return dict(sorted(Counter(map(genre_of, songs)).items()))


def labels_of(songs: Sequence[str], genres: Sequence[str]) -> NDArray[np.int64]:
    """Int64 `(songs,)`: the place of each song's genre among the genres, -1 for another one."""
    place = {genre: number for number, genre in enumerate(genres)}
    return np.array([place.get(genre_of(song), -1) for song in songs], np.int64)


def parse_blend(text: str) -> Blend:
    """`jazz=0.6,baroque=0.4`, or `jazz` alone, as a blend. Raises MidiganError for another text."""
    found: dict[str, float] = {}
    for part in text.split(","):
        name, equals, number = part.rpartition("=") if "=" in part else (part, "", "")
        try:
            weight = float(number) if equals else 1.0
        except ValueError:
            weight = -1.0
        if not name.strip() or not 0 <= weight < float("inf"):
            raise MidiganError(f"genre {text!r}: write genres and weights, like jazz=0.6,folk=0.4")
        found[name.strip()] = weight
    if not any(found.values()):
        raise MidiganError(f"genre {text!r}: give one of them a weight above 0")
    return tuple(found.items())


def find_genre(wanted: str, genres: Sequence[str]) -> str:
    """A genre by its name in any case.

    Raises MidiganError with the legal ones, or if there are none at all.
    """
    if not genres:
        raise MidiganError(
            "this generator has no genres: 'midigan train --genres' makes one that has"
        )
    for genre in genres:
        if genre.casefold() == wanted.strip().casefold():
            return genre
    raise MidiganError(f"no genre {wanted!r}: legal are {', '.join(genres)}")


def weights_of(blend: Blend, genres: Sequence[str]) -> NDArray[np.float32]:
    """A blend as the generator takes it: float32 `(genres,)` of sum 1.

    Raises MidiganError for a genre that is none of them, or if no weight is above 0.
    """
    weights = np.zeros(len(genres))
    for name, weight in blend:
        weights[list(genres).index(find_genre(name, genres))] += weight
    if not weights.sum() > 0:
        raise MidiganError(f"no genre has a weight above 0: legal are {', '.join(genres)}")
    return (weights / weights.sum()).astype(np.float32)


def songs_each(songs: Iterable[str]) -> str:
    """How many songs there are of each genre, for people: `baroque 12, jazz 30`."""
    return ", ".join(f"{name or '(none)'} {n:,}" for name, n in count_genres(songs).items())


def in_words(blend: Blend) -> str:
    """A blend for people: `jazz 60%, baroque 40%`."""
    total = sum(weight for _, weight in blend)
    return ", ".join(f"{name} {weight / total:.0%}" for name, weight in blend if weight)
