import numpy as np
import pytest

from midigan.sets.parts import offsets, sums_of_parts


def test_offsets_say_where_parts_begin_and_the_last_one_ends():
    assert offsets([2, 0, 3]).tolist() == [0, 2, 2, 5]
    assert offsets([]).tolist() == [0]


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64, np.uint64])
def test_sums_of_parts_are_those_of_slices(dtype):
    values = np.array([200, 3, 100, 50, 120, 7], dtype)
    found = sums_of_parts(values, np.array([1, 1, 3, 3, 5, 5]))
    assert found.tolist() == [0, 103, 0, 170, 0]
    assert found.itemsize == 8
    assert sums_of_parts(values, np.array([0, 6])).tolist() == [480]
    assert sums_of_parts(values[:0], np.array([0, 0])).tolist() == [0]
