"""A mapped set is the set in the file, whatever its size, and is made again when that changes."""

import shutil

import numpy as np
import pytest
from songs import SATB
from test_columns import many, same_set

from midigan.errors import FormatError
from midigan.sets import mapped
from midigan.sets.mapped import map_set
from midigan.sets.phrase_set import PhraseSet


@pytest.fixture
def path(tmp_path, monkeypatch):
    """A set of twenty songs, which is unpacked a few notes and songs at a time."""
    monkeypatch.setattr(mapped, "SMALL_BYTES", 0)
    monkeypatch.setattr(mapped, "CHUNK", 5)
    monkeypatch.setattr(mapped, "BLOCK_SONGS", 3)
    path = tmp_path / "set.npz"
    PhraseSet.from_songs(many(20), SATB, hop=2, fewest_notes=2).save(path)
    return path


def test_a_mapped_set_is_the_set_in_the_file(path):
    found, expected = map_set(path), PhraseSet.load(path)
    assert same_set(found, expected)
    assert isinstance(found.notes, np.memmap)
    assert np.array_equal(found.phrases(), expected.phrases())
    assert sorted(p.name for p in path.parent.iterdir()) == ["set.columns", "set.npz"]


def test_it_is_made_once_and_again_when_the_file_has_changed(path):
    map_set(path)
    made = (path.parent / "set.columns" / "notes.npy").stat()
    map_set(path)
    assert (path.parent / "set.columns" / "notes.npy").stat().st_ino == made.st_ino
    PhraseSet.from_songs(many(4), SATB).save(path)
    assert same_set(map_set(path), PhraseSet.load(path))


def test_damaged_columns_are_made_again(path):
    map_set(path)
    (path.parent / "set.columns" / "notes.npy").write_bytes(b"")
    assert same_set(map_set(path), PhraseSet.load(path))


@pytest.mark.parametrize("songs", [0, 1])
def test_sets_of_few_songs_can_be_mapped(path, songs):
    PhraseSet.from_songs(many(songs), SATB).save(path)
    assert len(map_set(path).names) == songs


def test_a_small_file_is_read_into_memory(path, monkeypatch):
    monkeypatch.setattr(mapped, "SMALL_BYTES", 1 << 20)
    assert same_set(map_set(path), PhraseSet.load(path))
    assert list(path.parent.iterdir()) == [path]


def test_a_damaged_or_missing_file_is_refused_and_leaves_nothing(path):
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(FormatError, match="damaged"):
        map_set(path)
    assert list(path.parent.iterdir()) == [path]
    path.unlink()
    with pytest.raises(FormatError, match="no file"):
        map_set(path)


def test_where_nothing_can_be_written_the_set_is_in_memory(path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(mapped.tempfile, "mkdtemp", refuse)
    assert same_set(map_set(path), PhraseSet.load(path))
    assert not shutil.os.path.exists(path.parent / "set.columns")


def test_parts_of_a_large_set_are_mapped_and_gone_with_it(path, monkeypatch):
    monkeypatch.setattr("midigan.sets.phrase_set.SMALL_BYTES", 1)
    found, expected = map_set(path), PhraseSet.load(path)
    part = found.subset([3, 1, 7])
    assert isinstance(part.notes, np.memmap)
    assert same_set(part, expected.subset([3, 1, 7]))
    assert same_set(found.in_key("D"), expected.in_key("D"))
    del part
    assert not list((path.parent / "set.columns").glob("part-*"))
