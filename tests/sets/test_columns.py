"""Columns on disk: the same timeline as in memory, at any state that was committed."""

import numpy as np
import pytest
from songs import SATB, same_song, song

from midigan.errors import MidiganError
from midigan.sets import columns
from midigan.sets.blocks import Block, Part
from midigan.sets.columns import Column, ColumnGatherer, ColumnWriter, open_counts
from midigan.sets.phrase_set import PhraseSet
from midigan.sets.timeline import lay_songs
from midigan.sets.windows import Looks
from midigan.song import METER, TEMPO


def many(count):
    return [
        song(
            f'song "{i}"\n',
            1 + i % 4,
            *((3 * n, 2 + n, n % 4, 40 + (i + n) % 40) for n in range(1 + i % 5)),
            tempos=np.array([(0, 90.0 + i)], TEMPO),
            meters=np.array([(0, 4, 4)] * (i % 2), METER),
            programs=(1, 2, 3, 4) if i % 3 else (),
        )
        for i in range(count)
    ]


def same_set(one, other):
    arrays = ("first_bar", "notes", "bar_steps", "tempos", "meters", "programs", "keys")
    return (
        (one.layout, one.names, one.looks) == (other.layout, other.names, other.looks)
        and all(np.array_equal(getattr(one, n), getattr(other, n)) for n in arrays)
        and all(np.array_equal(getattr(one, n), getattr(other, n)) for n in ("windows", "spans"))
    )


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks of three songs, so that a few songs make several."""
    monkeypatch.setattr(columns, "BLOCK_SONGS", 3)


def test_a_column_is_a_npy_at_any_length_and_can_be_cut(tmp_path):
    path = tmp_path / "c.npy"
    column = Column(path, "<i8", (2,))
    column.settle()
    assert np.load(path).shape == (0, 2)
    for _ in range(3):
        column.append(np.arange(6).reshape(3, 2))
        column.settle()
    assert np.load(path).tolist() == [[0, 1], [2, 3], [4, 5]] * 3
    column.cut(4)
    column.append(np.array([[9, 9]]))
    column.settle()
    column.file.close()
    assert np.load(path).tolist() == [[0, 1], [2, 3], [4, 5], [0, 1], [9, 9]]
    again = Column(path, "<i8", (2,))
    assert again.count == 5
    with pytest.raises(ValueError, match="shorter"):
        again.cut(6)
    again.file.close()


@pytest.mark.parametrize("count", [0, 1, 3, 20])
def test_songs_written_in_blocks_are_the_set_of_all_songs(tmp_path, small_blocks, count):
    writer = ColumnWriter(tmp_path / "set", SATB, Looks(2))
    for one in many(count):
        writer.add(one)
    writer.close()
    mapped = PhraseSet.open_folder(tmp_path / "set")
    expected = PhraseSet.from_songs(many(count), SATB, hop=2)
    assert same_set(mapped, expected)
    assert np.array_equal(mapped.phrases(), expected.phrases())
    assert all(same_song(a, b) for a, b in zip(mapped.songs(), expected.songs(), strict=True))
    assert isinstance(mapped.notes, np.memmap)


def test_a_writer_goes_on_from_what_was_committed(tmp_path, small_blocks):
    songs = many(20)
    writer = ColumnWriter(tmp_path, SATB, Looks())
    for one in songs[:8]:
        writer.add(one)
    counts = writer.commit()
    for one in songs[12:]:
        writer.add(one)
    # As if it was killed: what waited is lost, what was written behind the commit stays.
    writer.release()
    writer = ColumnWriter(tmp_path, SATB, Looks())
    writer.cut_back(counts)
    for one in songs[8:]:
        writer.add(one)
    writer.close()
    assert same_set(PhraseSet.open_folder(tmp_path), PhraseSet.from_songs(songs, SATB))


def test_a_mapped_set_is_saved_as_the_one_in_memory(tmp_path, small_blocks, monkeypatch):
    monkeypatch.setattr("midigan.sets.set_file.CHUNK", 5)
    writer = ColumnWriter(tmp_path / "set", SATB, Looks())
    for one in many(20):
        writer.add(one)
    writer.close()
    PhraseSet.open_folder(tmp_path / "set").save(tmp_path / "mapped.npz")
    PhraseSet.from_songs(many(20), SATB).save(tmp_path / "whole.npz")
    assert (tmp_path / "mapped.npz").read_bytes() == (tmp_path / "whole.npz").read_bytes()


def test_more_bars_than_a_timeline_has_room_for_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("midigan.sets.timeline.MAX_STEPS", 200)
    writer = ColumnWriter(tmp_path, SATB, Looks())
    for one in many(4):
        writer.add(one)
    writer.flush()
    writer.add(many(1)[0])
    with pytest.raises(MidiganError, match="more than one phrase set holds"):
        writer.flush()
    writer.release()


@pytest.mark.parametrize("cuts", [[], [0], [2, 3], [7], [0, 2, 4, 6]])
def test_parts_of_blocks_are_written_like_the_songs_in_them(tmp_path, cuts):
    """cuts: which songs of a block are left out, as copies are."""
    songs, looks = many(16), Looks()
    writer = ColumnWriter(tmp_path / "set", SATB, looks, counted=True)
    gatherer = ColumnGatherer(SATB, looks)
    kept = []
    for own in (songs[:8], songs[8:]):
        block = Block.on(lay_songs(own, SATB), looks, counted=True)
        for i in range(8):
            if i not in cuts:
                kept.append(own[i])
                writer.take(Part(block, i, i + 1))
                gatherer.take(Part(block, i, i + 1))
            writer.take(())
    writer.take(songs[:2])
    gatherer.take(songs[:2])
    writer.close()
    gathered, windows, spans, counts = gatherer.finish()
    expected = PhraseSet.from_songs([*kept, *songs[:2]], SATB)
    for found in (
        PhraseSet.open_folder(tmp_path / "set"),
        PhraseSet(**vars(gathered), looks=looks, windows=windows, spans=spans),
    ):
        assert same_set(found, expected)
    written = open_counts(tmp_path / "set")
    assert written.hashes.tobytes() == counts.hashes.tobytes() == expected.hashes().tobytes()
    assert written.songs.tobytes() == counts.songs.tobytes()
