import io
import pickle
import zipfile
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midigan.errors import SourceError
from midigan.files.encoding.encode import encode
from midigan.files.readers.jsb import read_jsb
from midigan.layout import load_layout
from midigan.notes import render

SATB = load_layout("satb")


def songs(*lengths, dtype=np.float16):
    chance = np.random.default_rng(0)
    found = []
    for length in lengths:
        song = np.repeat(chance.integers(36, 80, (-(-length // 2), 4)), 2, axis=0)[:length]
        found.append(song.astype(dtype))
    return found


def objects(arrays):
    whole = np.empty(len(arrays), object)
    whole[:] = arrays
    return whole


def npz(protocol=None, **splits):
    """An `.npz` of object arrays, as NumPy or an older Python writes it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in splits.items():
            member = io.BytesIO()
            if protocol is None or not array.dtype.hasobject:
                np.lib.format.write_array(member, array, allow_pickle=True)
            else:
                head = np.lib.format.header_data_from_array_1_0(array)
                np.lib.format.write_array_header_1_0(member, head)
                pickle.dump(array, member, protocol=protocol)
            archive.writestr(f"{name}.npy", member.getvalue())
    return file.getvalue()


@pytest.mark.parametrize("protocol", [None, 2, 3, 4, 5])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64, ">f4"])
def test_songs_are_read_cell_for_cell(protocol, dtype, tmp_path):
    arrays = songs(32, 48, 40, dtype=dtype)
    file = tmp_path / "jsb.npz"
    file.write_bytes(npz(protocol, train=objects(arrays[:2]), valid=objects(arrays[2:])))
    phrases, report = encode([file], SATB)
    assert phrases.names == ("train-000", "train-001", "valid-000")
    assert report.used[0].songs == 3
    for song, array in zip(phrases.songs(), arrays, strict=True):
        roll = render(song.notes, np.arange(0, song.bars * 16, 32)[:1], SATB)[0]
        cells = roll.transpose(1, 2, 0, 3).reshape(32, 4, 84)
        assert np.array_equal(cells.argmax(-1) + 24, array[:32])
        assert np.all(cells.sum(-1) == 1)


def test_rests_are_nan_or_negative_and_held_pitches_are_one_note():
    song = np.array([[72, 65, np.nan, -1]] * 4 + [[72, 64, 50, 40]] * 4)
    ((name, score),) = read_jsb(npz(test=objects([song])))
    assert name == "test-000"
    found = sorted(score.notes[["source", "start", "length", "pitch"]].tolist())
    assert found == [(0, 0, 8, 72), (1, 0, 4, 65), (1, 4, 4, 64), (2, 4, 4, 50), (3, 4, 4, 40)]


def test_plain_arrays_and_single_splits_are_read():
    data = npz(train=np.full((2, 16, 4), 60), test=np.full((16, 4), 61))
    assert [name for name, _ in read_jsb(data)] == ["train-000", "train-001", "test-000"]
    assert [name for name, _ in read_jsb(data, "test")] == ["test-000"]
    with pytest.raises(SourceError, match="no 'valid', only test, train"):
        list(read_jsb(data, "valid"))


class Harmful:
    def __reduce__(self):
        return print, ("never",)


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (objects([Harmful()]), "program"),
        (objects([{"a": 1}]), "program"),
        (objects([np.array(["text"])]), "legal are numbers"),
        (objects([np.zeros((4, 3))]), "legal is"),
        (objects([np.full((4, 4), 60.5)]), "no MIDI pitches"),
        (objects([np.full((4, 4), 200)]), "no MIDI pitches"),
        (objects([np.full((4, 4), np.nan)]), "without notes"),
        (np.array(["text"]), "legal is"),
    ],
)
def test_anything_but_pitches_is_refused_and_nothing_is_run(array, reason, capsys):
    with pytest.raises(SourceError, match=reason):
        list(read_jsb(npz(train=array)))
    assert capsys.readouterr().out == ""


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.integers(0, 255), st.booleans())
def test_damage_is_never_another_error(at, byte, in_pickle):
    array = objects(songs(16, 16))
    member = io.BytesIO()
    np.lib.format.write_array(member, array, allow_pickle=True)
    content = bytearray(member.getvalue())
    if in_pickle:
        content[at % len(content)] = byte
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("train.npy", bytes(content))
    data = bytearray(file.getvalue())
    if not in_pickle:
        data[at % len(data)] = byte
    with suppress(SourceError):
        list(read_jsb(bytes(data)))
