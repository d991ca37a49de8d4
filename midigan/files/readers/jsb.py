"""The JSB chorales as arrays: `.npz` files with `train`, `valid` and `test` of pitches.

Each song is an array `(steps, 4)` of MIDI pitches, soprano first, one row a sixteenth;
NaN and negative numbers are rests. The format has no onsets: a pitch that goes on is one
note. Boulanger-Lewandowski et al. (ICML 2012), split into voices by C.-Z. A. Huang et al.
(github.com/czhuang/JSB-Chorales-dataset).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from midigan.errors import SourceError
from midigan.files.readers.object_array import arrays_in_npy
from midigan.files.score import Score, SourceTrack, tick_notes
from midigan.sets.damage import DAMAGED_ARRAYS

_STEPS_PER_BEAT = 4
_VELOCITY = 80
_VOICES = ("Soprano", "Alto", "Tenor", "Bass")
_CHOIR = 52

#: The most bytes that one array of the file may unpack to.
_MAX_BYTES = 256 * 2**20


def read_jsb(data: bytes, split: str | None = None) -> Iterator[tuple[str, Score]]:
    """The songs of an `.npz`, each with a name such as `train-000`.

    split: read this array only. Raises SourceError if the file holds anything but arrays
    of four voices, or has no such split.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            members = {info.filename.removesuffix(".npy"): info for info in file.infolist()}
            if "header" in members:
                raise SourceError("it is a phrase set already: use it as it is")
            chosen = [split] if split else sorted(members, key=_by_use)
            for name in chosen:
                if name not in members:
                    raise SourceError(f"it has no {name!r}, only {', '.join(sorted(members))}")
                if members[name].file_size > _MAX_BYTES:
                    raise SourceError(f"{name!r} is larger than {_MAX_BYTES >> 20} MB")
                songs = arrays_in_npy(file.read(members[name]))
                for number, song in enumerate(songs):
                    yield f"{name}-{number:03}", _score(song, name)
    except DAMAGED_ARRAYS as error:
        raise SourceError("not an .npz of chorales, or damaged") from error


def _by_use(name: str) -> tuple[int, str]:
    order = ("train", "valid", "test")
    return (order.index(name) if name in order else len(order), name)


def _score(song: NDArray[np.generic], name: str) -> Score:
    """Rows of pitches as notes: one for each stretch of the same pitch in a voice."""
    if song.ndim != 2 or song.shape[1] != len(_VOICES) or song.dtype.kind not in "fiu":
        raise SourceError(f"{name!r} holds an array {song.shape}, legal is (steps, 4) of pitches")
    rows = np.nan_to_num(song.astype(np.float64), nan=-1, posinf=-1, neginf=-1)
    if rows.max(initial=0) > 127 or np.any(rows != np.floor(rows)):
        raise SourceError(f"{name!r} holds numbers that are no MIDI pitches")
    steps = np.maximum(rows, -1).astype(np.int64)
    edge = np.full((1, len(_VOICES)), -1)
    padded = np.concatenate([edge, steps, edge])
    changes, sounds = padded[1:] != padded[:-1], steps >= 0
    voice, begin = np.nonzero((changes[:-1] & sounds).T)
    stop = np.nonzero((changes[1:] & sounds).T)[1] + 1
    notes = tick_notes(begin, stop - begin, voice, steps[begin, voice], _VELOCITY)
    if len(notes) == 0:
        raise SourceError(f"{name!r} holds a song without notes")
    tracks = tuple(SourceTrack(voice, _CHOIR) for voice in _VOICES)
    return Score(_STEPS_PER_BEAT, tracks, notes)
