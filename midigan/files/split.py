"""Which songs are learned from, and which are kept back to judge by: always whole songs.

Windows on one song share bars, and settings of one tune share more, so that a split of phrases
would let a judge meet what was learned by heart.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from midigan.errors import MidiganError
from midigan.files.melody import melody_key, melody_track
from midigan.genres import count_genres, labels_of
from midigan.sets.phrase_set import PhraseSet

#: With fewer songs than this none is held out: each is needed for training.
FEWEST_SONGS = 3


def split_by_song(
    phrases: PhraseSet, share: float, seed: int, *, by_genre: bool = False
) -> tuple[PhraseSet, PhraseSet | None]:
    """The songs to train on, and those held out: at least one, unless there are too few.

    share: of the songs, 0..0.5; 0 holds none out. The same seed makes the same choice.
    by_genre: hold the share out of each genre, so that each can be measured.
    """
    groups = [np.arange(len(phrases.names))]
    if by_genre:
        genres = list(count_genres(phrases.names))
        labels = labels_of(phrases.names, genres)
        groups = [np.flatnonzero(labels == number) for number in range(len(genres))]
    held = [song for songs in groups for song in _drawn(songs, share, seed)]
    if not held:
        return phrases, None
    kept = sorted(set(range(len(phrases.names))) - set(held))
    training, out = phrases.subset(kept), phrases.subset(sorted(held))
    return (training, out) if len(training) and len(out) else (phrases, None)


def _drawn(songs: NDArray[np.int64], share: float, seed: int) -> list[int]:
    """Which of some songs are held out; none of too few."""
    if share == 0 or len(songs) < FEWEST_SONGS:
        return []
    order = np.random.default_rng([seed, len(songs)]).permutation(len(songs))
    found: list[int] = songs[order[: max(1, round(share * len(songs)))]].tolist()
    return found


def split_by_name(phrases: PhraseSet, names: Collection[str]) -> tuple[PhraseSet, PhraseSet | None]:
    """The songs to train on, and those of these names; None if there are none of them.

    A name without folders means a song of that name in any folder, unless one has it as it is.
    A song whose melody (that of the first track that is not of drums, whatever its key) begins
    like that of a held-out one is neither trained on nor measured by. Raises MidiganError if
    nothing is left.
    """
    track = melody_track(phrases.layout)
    melodies = [melody_key(song.notes, track) for song in phrases.songs()]
    wanted = set(names)
    anywhere = wanted - set(phrases.names)
    held = [
        i for i, name in enumerate(phrases.names) if name in wanted or Path(name).name in anywhere
    ]
    # Songs that are silent there have no melody, which is none that they share.
    known = {melodies[i] for i in held} - {()}
    kept = [i for i, melody in enumerate(melodies) if i not in held and melody not in known]
    if not kept:
        raise MidiganError("every song is held out by name: give others to train on")
    return phrases.subset(kept), phrases.subset(held) if held else None
