"""Coverage and density on points on a line."""

import numpy as np
import pytest

from midigan.evaluation.coverage import NEIGHBOURS, spread


def column(*values):
    return np.array(values, float)[:, None]


REAL = column(*range(12))
EACH = np.arange(12)


def test_real_music_covers_itself():
    found = spread(REAL, REAL, EACH)
    assert found.coverage == 1
    # Inside, five neighbours reach 3 to either side: a ball holds those at 0, 1 and 2.
    inside = np.array([5, 4, 3, 3, 3, 3, 3, 3, 3, 3, 4, 5])
    counts = sum((abs(REAL - REAL[i]) < inside[i]).sum() for i in range(12))
    assert found.density == pytest.approx(counts / (NEIGHBOURS * 12))


def test_a_generator_that_repeats_itself_covers_little_however_dense_it_is():
    found = spread(column(*[5.0] * 40), REAL, EACH)
    assert found.coverage == pytest.approx(5 / 12)
    assert found.density == 1
    assert spread(column(500.0), REAL, EACH).coverage == 0


def test_neighbours_are_of_other_songs():
    crowd = np.concatenate([REAL, REAL + 0.01])
    by_song, by_row = (spread(column(3.4), crowd, s) for s in (np.tile(EACH, 2), np.arange(24)))
    assert by_song.coverage > by_row.coverage


def test_few_songs():
    assert spread(column(1.0), column(0, 1, 2), np.arange(3)).coverage == 1
    assert np.isnan(spread(column(1.0), column(0, 1, 2), np.zeros(3, int)).coverage)
