import numpy as np
import pytest
from midi_bytes import meter, midi, notes, tempo

from midigan.files.encoding.encode import encode
from midigan.layout import load_layout
from midigan.sets import columns

BAND = load_layout("band")


@pytest.fixture
def music(tmp_path):
    """Songs of several lengths, meters and tempos, two of them copies, and one that is none."""
    folder = tmp_path / "music"
    folder.mkdir()
    for number in range(9):
        conductor = tempo(400_000 + 10_000 * number) + meter(3 + number % 2, 4)
        data = midi(conductor, notes(8 + 20 * number, first=40 + number))
        (folder / f"{number}.mid").write_bytes(data)
    (folder / "5.mid").write_text("text")
    (folder / "7.mid").write_bytes((folder / "2.mid").read_bytes())
    return folder


@pytest.mark.parametrize("block", [(1 << 15, 256), (1 << 15, 2), (50, 256), (1, 256)])
def test_songs_in_memory_are_those_that_a_journal_writes(music, tmp_path, monkeypatch, block):
    written, told = encode([music], BAND, meter="pad", hop=2, workspace=tmp_path / "work")
    monkeypatch.setattr(columns, "BLOCK_NOTES", block[0])
    monkeypatch.setattr(columns, "BLOCK_SONGS", block[1])
    gathered, report = encode([music], BAND, meter="pad", hop=2)
    assert (gathered.names, gathered.looks) == (written.names, written.looks)
    for name, array in vars(written).items():
        if isinstance(array, np.ndarray):
            own = getattr(gathered, name)
            assert own.dtype == array.dtype, name
            assert np.array_equal(own, array), name
            assert not isinstance(own, np.memmap), name
    assert "".join(report.json()) == "".join(told.json())
    assert (len(gathered.names), report.copies, len(report.files)) == (7, 1, 9)


def test_blocks_hold_all_songs_in_order_and_no_more_than_they_may(music, monkeypatch):
    phrases, _ = encode([music], BAND, meter="pad")
    monkeypatch.setattr("midigan.sets.phrase_set.BLOCK_NOTES", 100)
    monkeypatch.setattr("midigan.sets.phrase_set.BLOCK_SONGS", 2)
    blocks = list(phrases.blocks())
    assert sum((block.names for block in blocks), ()) == phrases.names
    assert sum(len(block.notes) for block in blocks) == len(phrases.notes)
    assert all(len(b.names) == 1 or len(b.notes) <= 100 for b in blocks)
    assert max(len(block.names) for block in blocks) == 2
    assert max(len(block.notes) for block in blocks) > 100
