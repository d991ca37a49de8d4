"""Printed scores come in, and go out again, with every note in its place."""

import numpy as np
import pytest

from midigan.errors import MidiganError
from midigan.files.encode import encode
from midigan.files.notation import write_musicxml
from midigan.layout import load_layout
from midigan.notes import separate_overlaps
from midigan.song import METER, NOTE, TEMPO, Song

SATB, BAND = load_layout("satb"), load_layout("band")

ABC = """X:1
T:Scale
M:4/4
L:1/4
K:D
D E F G | A B c d | d4 |]
"""
KERN = "**kern\t**kern\n*M4/4\t*M4/4\n4c\t4e\n4d\t4f\n2e\t2g\n=\t=\n1c\t1c\n*-\t*-\n"


def song():
    """Four voices with ties over bar lines, a rest, dotted and syncopated notes, 4/4 then 3/4."""
    rows = [
        *((0, 6, 0, 72, 80), (6, 2, 0, 74, 80), (10, 10, 0, 76, 80), (32, 12, 0, 77, 80)),
        *((0, 16, 1, 65, 80), (16, 16, 1, 65, 80), (32, 12, 1, 69, 80)),
        *((3, 3, 2, 60, 80), (12, 8, 2, 58, 80), (32, 12, 2, 60, 80)),
        *((0, 1, 3, 41, 80), (1, 1, 3, 43, 80), (15, 17, 3, 45, 80), (32, 12, 3, 41, 80)),
    ]
    return Song(
        "song",
        separate_overlaps(np.array(rows, NOTE)),
        np.array([16, 16, 12], np.uint16),
        np.array([(0, 96.0)], TEMPO),
        np.array([(0, 4, 4), (2, 3, 4)], METER),
    )


def test_musicxml_comes_back_as_it_went_with_named_staves(tmp_path):
    write_musicxml(song(), SATB, tmp_path / "song.musicxml")
    text = (tmp_path / "song.musicxml").read_text("utf-8")
    for track in SATB.tracks:
        assert f"<part-name>{track.name}</part-name>" in text
    assert "<fifths>-1</fifths>" in text
    (found,) = encode([tmp_path], SATB, meter="pad")[0].songs()
    for field in ("notes", "bar_steps", "tempos", "meters"):
        assert np.array_equal(getattr(found, field), getattr(song(), field)), field


def test_chords_and_drums_come_back_too(tmp_path):
    rows = [(0, 4, 2, 60, 80), (0, 4, 2, 64, 80), (0, 8, 2, 67, 80), (4, 1, 0, 36, 80)]
    chords = Song("chords", separate_overlaps(np.array(rows, NOTE)), np.full(2, 16, np.uint16))
    write_musicxml(chords, BAND, tmp_path / "chords.musicxml")
    (found,) = encode([tmp_path], BAND)[0].songs()
    assert np.array_equal(found.notes, chords.notes)


def test_abc_and_humdrum_are_read(tmp_path):
    (tmp_path / "scale.abc").write_text(ABC)
    (tmp_path / "two.krn").write_text(KERN)
    phrases, report = encode([tmp_path], BAND)
    assert phrases.names == ("scale", "two")
    scale, two = phrases.songs()
    assert scale.notes["pitch"].tolist() == [62, 64, 66, 67, 69, 71, 73, 74, 74]
    assert scale.notes["start"].tolist() == [*range(0, 32, 4), 32]
    assert sorted(two.notes["pitch"].tolist()) == [60, 60, 60, 62, 64, 64, 65, 67]
    assert report.off_grid_share == 0


@pytest.mark.parametrize(
    ("file", "data", "said"),
    [
        ("bad.mxl", b"PK\3\4 not a zip", "not a compressed MusicXML"),
        ("bad.xml", b"<html>hello</html>", "music21 cannot read it|holds no notes"),
        ("book.abc", (ABC + "\n" + ABC).encode(), "a book of 2 tunes"),
    ],
)
def test_what_is_no_score_is_refused_in_a_line(tmp_path, file, data, said):
    (tmp_path / file).write_bytes(data)
    with pytest.raises(MidiganError, match=said) as error:
        encode([tmp_path / file], BAND)
    assert "\n" not in str(error.value)
