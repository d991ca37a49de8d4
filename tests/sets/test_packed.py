from pathlib import PurePosixPath

import pytest

from midigan.sets.packed import BLOCK, Packed


@pytest.fixture
def packed():
    """Paths, some of names that are not text, over two blocks and a bit."""
    paths = Packed(str, PurePosixPath)
    for number in range(2 * BLOCK + 7):
        paths.append(PurePosixPath(f"music/{number}-\udce9"))
    return paths


def numbers(paths):
    return [int(path.name.partition("-")[0]) for path in paths]


def test_values_come_back_as_they_were(packed):
    assert packed[BLOCK - 1] == PurePosixPath(f"music/{BLOCK - 1}-\udce9")
    assert packed[-1] == packed[2 * BLOCK + 6]
    assert numbers(packed) == list(range(2 * BLOCK + 7)) == list(range(len(packed)))
    with pytest.raises(IndexError):
        packed[len(packed)]


@pytest.mark.parametrize(
    "part",
    [
        slice(BLOCK + 3, None),
        slice(None, None, 500),
        slice(3, 3),
        slice(None, None, -1),
        slice(-9, -1),
    ],
)
def test_a_slice_is_a_view_of_a_part(packed, part):
    expected = list(range(len(packed)))[part]
    assert numbers(packed[part]) == expected
    assert numbers(packed[part][1:]) == expected[1:]
    assert len(packed[part]) == len(expected)


def test_two_may_go_through_it_at_once(packed):
    ahead = iter(packed)
    for _ in range(BLOCK):
        next(ahead)
    assert [(a.name, b.name) for a, b in zip(ahead, packed, strict=False)] == [
        (f"{n + BLOCK}-\udce9", f"{n}-\udce9") for n in range(BLOCK + 7)
    ]


def test_very_many_take_little_memory():
    paths = Packed(str, str)
    for number in range(BLOCK * 40):
        paths.append(f"/home/somebody/music/lakh/{number // 1000:04}/{number:06}.mid")
    assert sum(map(len, paths._blocks)) < 12 * len(paths)
