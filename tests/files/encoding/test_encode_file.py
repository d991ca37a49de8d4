"""Files are put on the grid in blocks, and each comes out as if it were alone."""

import numpy as np
import pytest
from midi_bytes import meter, midi, name, notes, off, on

from midigan.files.encoding import encode_file
from midigan.files.encoding.encode import encode
from midigan.files.encoding.encode_file import encode_files
from midigan.files.opening.rules import Rules
from midigan.files.opening.sources import find_sources
from midigan.layout import load_layout

FILES = {
    "a": midi(name("Lead") + notes(16)),
    "b waltz": midi(meter(3, 4), notes(12), notes(8, channel=9)),
    "c text": b"no music",
    "d too late": midi(on(60, after=2**27) + off(60), ppq=1),
    "e off the grid": midi(notes(12, ticks=100)),
    "f": midi(meter(4, 4), notes(40, first=40), ppq=96),
}


@pytest.fixture
def sources(tmp_path):
    for stem, data in FILES.items():
        (tmp_path / f"{stem}.mid").write_bytes(data)
    return find_sources([tmp_path])[0]


@pytest.mark.parametrize("layout", ["band", "satb"])
def test_a_file_in_a_block_is_as_it_is_alone(sources, layout, monkeypatch):
    rules = Rules(load_layout(layout), max_off_grid=0.5)
    together = list(encode_files(sources, rules, None))
    monkeypatch.setattr(encode_file, "_BLOCK_FILES", 1)
    alone = list(encode_files(sources, rules, None))
    assert [report for _, report in together] == [report for _, report in alone]
    for (found, report), (expected, _) in zip(together, alone, strict=True):
        assert len(found) == len(expected) == report.songs
        for song, other in zip(found, expected, strict=True):
            assert song.name == other.name
            assert song.programs == other.programs
            for field in ("notes", "bar_steps", "tempos", "meters"):
                assert np.array_equal(getattr(song, field), getattr(other, field))


def test_a_bad_file_is_lost_alone_wherever_it_fails(tmp_path, sources):
    phrases, report = encode([tmp_path], load_layout("band"), meter="pad", jobs=0, max_off_grid=0.5)
    assert phrases.names == ("a", "b waltz", "f")
    reasons = [reason.split(":")[0] for _, reason in report.skipped]
    assert reasons == [
        "not a MIDI file (no MThd header in its first 4 KB)",
        "all its notes lie after bar 16,384",
        "too far off the grid",
    ]
