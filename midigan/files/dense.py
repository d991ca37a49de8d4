"""Dense phrase arrays: the `.npy` of -1 and +1 that other MuseGAN code reads."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap

from midigan.errors import FormatError
from midigan.notes import Phrases
from midigan.saving import whole_file
from midigan.sets.damage import DAMAGED_ARRAYS

#: How many phrases are converted at a time.
_BLOCK = 256


def save_dense(phrases: Phrases, path: Path) -> None:
    """Write phrases, bool `(n, tracks, bars, steps, pitches)`, as int8 -1 and +1."""
    blocks = (phrases[i : i + _BLOCK] for i in range(0, len(phrases), _BLOCK))
    save_dense_blocks(blocks, phrases.shape, path)


def save_dense_blocks(blocks: Iterable[Phrases], shape: tuple[int, ...], path: Path) -> None:
    """Like `save_dense`, from blocks of phrases that together have `shape`.

    Only one block is in memory at a time. Raises MidiganError if the disk is full.
    """
    header = {"descr": "|i1", "fortran_order": False, "shape": tuple(shape)}
    with whole_file(path) as beside, beside.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for block in blocks:
            file.write(np.where(block, np.int8(1), np.int8(-1)).tobytes())


def load_dense(path: Path) -> Phrases:
    """Read phrases: bool `(n, tracks, bars, steps, pitches)`, true where a number is over 0.

    Legal are arrays of five axes, or of four for a single phrase, of any numbers or of booleans:
    -1 and +1, 0 and 1, or a network's raw output. Raises FormatError for anything else.
    """
    try:
        array = open_memmap(path, mode="r")
    except FileNotFoundError as error:
        raise FormatError(f"no file {path}") from error
    except DAMAGED_ARRAYS as error:
        raise FormatError(f"{path} is not an array of phrases, or it is damaged") from error
    if array.ndim not in (4, 5) or array.dtype.kind not in "biuf":
        raise FormatError(
            f"{path} is an array {array.shape} of {array.dtype}, legal are numbers of shape "
            "(phrases, tracks, bars, steps, pitches), or without phrases for a single one"
        )
    found = array[None] if array.ndim == 4 else array
    phrases = np.empty(found.shape, np.bool_)
    for i in range(0, len(found), _BLOCK):
        phrases[i : i + _BLOCK] = found[i : i + _BLOCK] > 0
    return phrases
