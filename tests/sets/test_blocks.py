"""A block can be cut between any of its songs: each part is as if it had been made alone."""

from dataclasses import fields

import numpy as np
import pytest
from songs import SATB, song

from midigan.sets.blocks import Block, Part
from midigan.sets.timeline import lay_songs
from midigan.sets.windows import Looks
from midigan.song import METER, TEMPO


def made(numbers):
    """Songs with notes held over bar lines and to their ends, rests, and no notes at all."""
    return [
        song(
            str(i),
            bars := 2 + i % 5,
            *(
                (3 * n, min(2 + n % 17, 16 * bars - 3 * n), n % 4, 40 + (i + n) % 40)
                for n in range(min(3 * i % 23, 10))
            ),
            tempos=np.array([(0, 90.0 + i)] * (i % 3), TEMPO),
            meters=np.array([(0, 4, 4)] * (i % 2), METER),
        )
        for i in numbers
    ]


def block_of(numbers, looks):
    return Block.on(lay_songs(made(numbers), SATB), looks, counted=True)


def same(one, other):
    """Whether two trees of dataclasses hold the same arrays."""
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.tobytes() == other.tobytes()
    if one is None or isinstance(one, tuple) or one is SATB:
        return one == other
    return all(same(getattr(one, f.name), getattr(other, f.name)) for f in fields(one))


@pytest.mark.parametrize("looks", [Looks(), Looks(2), Looks(1, 5)])
def test_a_part_of_a_block_is_the_block_of_its_songs(looks):
    whole = block_of(range(12), looks)
    assert len(whole.windows) > 12
    assert len(set(whole.counts.hashes.tolist())) > 6
    for first in range(12):
        for stop in range(first + 1, 13):
            assert same(Part(whole, first, stop).cut(), block_of(range(first, stop), looks))


def test_the_whole_of_a_block_is_the_block_itself():
    whole = block_of(range(3), Looks())
    assert Part(whole, 0, 3).cut() is whole


def test_what_nobody_counts_has_no_counts():
    songs = lay_songs(made(range(4)), SATB)
    block = Block.on(songs, Looks(), counted=False)
    assert block.counts is None
    assert block.part(1, 3).counts is None
