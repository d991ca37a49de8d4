import numpy as np
import pytest

from midigan.sets.maps import part_of, parts_of
from midigan.song import NOTE


@pytest.mark.parametrize("dtype", ["<i8", NOTE])
@pytest.mark.parametrize("shape", [(0,), (10,), (10, 2)])
def test_a_map_gives_the_parts_that_an_array_gives(tmp_path, dtype, shape):
    array = np.random.default_rng(0).integers(0, 100, shape).astype(dtype)
    np.save(tmp_path / "a.npy", array)
    for found in (array, np.load(tmp_path / "a.npy", mmap_mode="r")):
        assert np.array_equal(part_of(found, 2, 5), array[2:5])
        parts = list(parts_of(found, 4))
        assert [len(part) for part in parts] == ([4, 4, 2] if len(array) else [])
        assert all(type(part) is np.ndarray for part in parts)
        assert not parts or np.array_equal(np.concatenate(parts), array)
