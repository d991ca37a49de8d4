"""Printed scores come in, and go out again, with every note in its place."""

import re
import zipfile
from xml.etree import ElementTree

import numpy as np
import pytest
from songs import separate_overlaps

from midigan.errors import MidiganError
from midigan.files.encoding.encode import encode
from midigan.files.opening.read import read_scores
from midigan.files.writers.corpora import corpus_folder
from midigan.files.writers.notation import write_musicxml
from midigan.layout import load_layout
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


#: A clarinet in B flat, printed a tone higher than it sounds, and two parts that print nothing
#: where it goes on.
PARTS = """<score-partwise version="4.0"><part-list>
<score-part id="A"><part-name>Clarinet</part-name></score-part>
<score-part id="B"><part-name>Flute</part-name></score-part>
<score-part id="C"><part-name>Oboe</part-name></score-part></part-list>
<part id="A"><measure number="1"><attributes><divisions>1</divisions>
<time><beats>4</beats><beat-type>4</beat-type></time>
<transpose><diatonic>-1</diatonic><chromatic>-2</chromatic></transpose></attributes>
<note><pitch><step>C</step><octave>5</octave></pitch><duration>4</duration></note></measure>
<measure number="2"><note><pitch><step>D</step><octave>5</octave></pitch><duration>4</duration>
</note></measure></part>
<part id="B"><measure number="1"><attributes><divisions>1</divisions></attributes>
<note><pitch><step>C</step><octave>5</octave></pitch><duration>4</duration></note></measure>
<measure number="2"/></part>
<part id="C"><measure number="1"/><measure number="2"/></part></score-partwise>"""

#: A hit on a drum, which has no pitch, and a measure of five beats where the other has four.
ODD_NOTES = PARTS.replace(
    '<part id="C"><measure number="1"/>',
    """<part id="C"><measure number="1"><attributes><divisions>1</divisions></attributes>
<note><unpitched><display-step>F</display-step><display-octave>4</display-octave></unpitched>
<duration>4</duration></note>
<note><pitch><step>C</step><octave>4</octave></pitch><duration>1</duration></note></measure>""",
)


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


@pytest.mark.parametrize(
    ("tonic", "spelled"),
    [
        (60, "C C# D Eb E F F# G G# A Bb B"),
        (68, "Ab A Bb Cb C Db D Eb E F Gb G"),
        (66, "F# F## G# A A# B B# C# C## D# E E#"),
    ],
)
def test_pitches_are_spelled_as_the_key_has_them(tonic, spelled, tmp_path):
    scale = [tonic + p for p in (0, 0, 4, 7, 0, 2, 5, 9, 11, 7, 0, 0)]
    rows = [(4 * i, 4, 0, pitch, 80) for i, pitch in enumerate(scale)]
    rows += [(48 + i, 1, 0, tonic + i, 80) for i in range(12)]
    notes = separate_overlaps(np.array(rows, NOTE))
    write_musicxml(Song("s", notes, np.full(4, 16, np.uint16)), SATB, tmp_path / "s.musicxml")
    printed = list(ElementTree.parse(tmp_path / "s.musicxml").getroot().iter("note"))
    assert not [note for note in printed[:12] if note.find("accidental") is not None]
    found = [
        note.findtext("pitch/step")
        + {"-1": "b", "1": "#", "2": "##"}.get(note.findtext("pitch/alter"), "")
        for note in printed[12:24]
    ]
    assert " ".join(found) == spelled


def test_chords_and_drums_come_back_too(tmp_path):
    rows = [(0, 4, 2, 60, 80), (0, 4, 2, 64, 80), (0, 8, 2, 67, 80), (4, 1, 0, 36, 80)]
    rows += [(0, 1, 0, key, 80) for key in (27, 36, 37, 46, 49, 81)]
    rows += [(6, length, 0, 40 + length, 80) for length in (1, 2, 5)]  # struck at once all the same
    chords = Song("chords", separate_overlaps(np.array(rows, NOTE)), np.full(2, 16, np.uint16))
    write_musicxml(chords, BAND, tmp_path / "chords.musicxml")
    (found,) = encode([tmp_path], BAND)[0].songs()
    # Hits have no length of their own: they are printed as long as drummers read them best.
    for notes in (found.notes, chords.notes):
        notes["length"][notes["track"] == 0] = 1
    assert np.array_equal(found.notes, chords.notes)


def test_parts_come_as_they_sound_however_little_others_print(tmp_path):
    (tmp_path / "parts.musicxml").write_text(PARTS)
    ((_, score),) = read_scores(tmp_path / "parts.musicxml")
    quarter = score.ppq
    assert score.notes[["start", "length", "source", "pitch"]].tolist() == [
        (0, 4 * quarter, 0, 70),
        (4 * quarter, 4 * quarter, 0, 72),
        (0, 4 * quarter, 1, 72),
    ]


def test_notes_that_have_no_place_are_counted(tmp_path):
    (tmp_path / "odd.musicxml").write_text(ODD_NOTES)
    _, report = encode([tmp_path], BAND)
    (file,) = report.files
    assert (file.notes_read, sorted(file.warnings)) == (
        3,
        [
            "notes behind the end of their measure were left out (1x)",
            "notes without a pitch were left out (1x)",
        ],
    )


def test_a_score_for_drums_alone_says_why_it_is_left_out(tmp_path):
    drums = re.sub(r"<pitch>.*?</pitch>", "<unpitched/>", PARTS, flags=re.DOTALL)
    (tmp_path / "drums.musicxml").write_text(drums)
    with pytest.raises(MidiganError, match=r"holds no notes; notes without a pitch .*\(3x\)"):
        encode([tmp_path], BAND)


#: A kit of which two drums are known, a piano of two staves, and a bar of each. The second note
#: is printed where a low tom stands, the third has an instrument that nobody describes.
BEAT = """<score-partwise version="4.0"><part-list>
<score-part id="K"><part-name>Kit</part-name>
<score-instrument id="K-1"><instrument-name>Kick</instrument-name></score-instrument>
<score-instrument id="K-2"><instrument-name>Rim</instrument-name></score-instrument>
<midi-instrument id="K-1"><midi-channel>10</midi-channel><midi-unpitched>37</midi-unpitched>
</midi-instrument><midi-instrument id="K-2"><midi-channel>10</midi-channel>
<midi-unpitched>38</midi-unpitched></midi-instrument></score-part>
<score-part id="P"><part-name>Organ</part-name>
<score-instrument id="P-1"><instrument-name>Church Organ</instrument-name></score-instrument>
<midi-instrument id="P-1"><midi-channel>1</midi-channel><midi-program>20</midi-program>
</midi-instrument></score-part></part-list>
<part id="K"><measure number="1"><attributes><divisions>1</divisions>
<time><beats>4</beats><beat-type>4</beat-type></time></attributes>
<note><unpitched><display-step>F</display-step><display-octave>4</display-octave></unpitched>
<duration>1</duration><instrument id="K-2"/></note>
<note><unpitched><display-step>A</display-step><display-octave>4</display-octave></unpitched>
<duration>1</duration></note>
<note><chord/><unpitched><display-step>G</display-step><display-octave>5</display-octave>
</unpitched><duration>1</duration><instrument id="K-9"/></note>
<note><rest/><duration>1</duration></note>
<note><unpitched/><duration>1</duration></note></measure></part>
<part id="P"><measure number="1"><attributes><divisions>1</divisions><staves>2</staves>
</attributes>
<note><pitch><step>C</step><octave>5</octave></pitch><duration>4</duration><staff>1</staff></note>
<backup><duration>4</duration></backup>
<note><pitch><step>C</step><octave>3</octave></pitch><duration>4</duration><staff>2</staff></note>
</measure></part></score-partwise>"""


def tracks_and_notes(path):
    ((_, score),) = read_scores(path)
    rows = score.notes[["start", "source", "pitch"]].tolist()
    notes = [(start // score.ppq, source, pitch) for start, source, pitch in rows]
    return [(track.name, track.program, track.drum) for track in score.tracks], notes, score


def test_printed_drums_are_what_they_strike_and_parts_have_their_names_and_programs(tmp_path):
    (tmp_path / "beat.musicxml").write_text(BEAT)
    tracks, notes, score = tracks_and_notes(tmp_path / "beat.musicxml")
    assert tracks == [("Kit", 0, True), ("Organ", 19, False), ("Organ", 19, False)]
    assert sorted(notes) == [(0, 0, 37), (0, 1, 72), (0, 2, 48), (1, 0, 42), (1, 0, 43)]
    assert score.warnings == ("notes without a pitch were left out (1x)",)


@pytest.mark.parametrize("code", ["utf-16", "latin-1"])
def test_printed_drums_are_found_in_any_encoding_and_box(code, tmp_path):
    text = f'<?xml version="1.0" encoding="{code}"?>{BEAT}'.encode(code)
    with zipfile.ZipFile(tmp_path / "beat.mxl", "w") as box:
        box.writestr("META-INF/container.xml", "<container/>")
        box.writestr("beat.xml", text)
    _, notes, _ = tracks_and_notes(tmp_path / "beat.mxl")
    assert (0, 0, 37) in notes


def test_a_stroke_among_pitches_makes_no_drums(tmp_path):
    (tmp_path / "odd.musicxml").write_text(ODD_NOTES)
    tracks, _, score = tracks_and_notes(tmp_path / "odd.musicxml")
    assert not any(drum for _, _, drum in tracks)
    assert "notes without a pitch were left out (1x)" in score.warnings


def test_what_a_notation_program_wrote_for_drums_is_read():
    drums, cowbell = (set(), set())
    tracks, notes, score = tracks_and_notes(corpus_folder() / "demos" / "drum_sample.xml")
    for _, source, pitch in notes:
        (drums, cowbell)[source].add(pitch)
    assert tracks == [("Drums", 0, True), ("Cowbell", 0, True)]
    assert (drums, cowbell) == ({36, 38, 42, 49}, {56})
    assert not score.warnings


def test_a_suffix_may_be_in_capitals(tmp_path):
    write_musicxml(song(), SATB, tmp_path / "song.musicxml")
    with zipfile.ZipFile(tmp_path / "SONG.MXL", "w") as box:
        box.write(tmp_path / "song.musicxml", "song.musicxml")
    ((_, plain),) = read_scores(tmp_path / "song.musicxml")
    ((_, packed),) = read_scores(tmp_path / "SONG.MXL")
    assert packed.notes.tolist() == plain.notes.tolist()


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


def test_a_lone_tune_may_be_latin_and_say_nothing_of_lengths(tmp_path):
    (tmp_path / "old.abc").write_bytes("X:1\nT:Caf\u00e9\nK:C\nCDEF GABc|\n".encode("latin-1"))
    (found,) = encode([tmp_path / "old.abc"], SATB, meter="pad")[0].songs()
    assert found.notes["start"].tolist() == list(range(0, 16, 2))


def test_a_tune_of_hardly_any_bar_lines_is_read(tmp_path):
    tune = "X:1\nT:tune\nM:4/4\nL:1/8\nK:D\n|:DFAd fdAF|G2B2 z4:|\n"
    (tmp_path / "tune.abc").write_text(tune)
    (song,) = encode([tmp_path / "tune.abc"], SATB)[0].songs()
    assert song.notes["pitch"].tolist() == [62, 66, 69, 74, 78, 74, 69, 66, 67, 71]
    assert song.notes["start"].tolist() == [0, 2, 4, 6, 8, 10, 12, 14, 16, 20]


def test_a_printed_meter_that_no_midi_file_could_say_is_passed_over(tmp_path):
    (tmp_path / "wide.abc").write_text(ABC.replace("M:4/4", "M:441/8"))
    phrases, report = encode([tmp_path], BAND, meter="pad")
    assert len(phrases.notes) == 9
    assert "a meter that is none was ignored" in report.files[0].warnings


def test_each_tune_of_an_abc_book_is_a_song(tmp_path):
    second = ABC.replace("X:1", "X:7").replace("M:4/4\nL:1/4", "M:2/4\nL:1/8")
    (tmp_path / "book.abc").write_text(f"{ABC}\n{second}\n{ABC}")
    phrases, report = encode([tmp_path], BAND, meter="pad")
    assert phrases.names == ("book-1", "book-7", "book-1-2")
    one, seven, again = phrases.songs()
    assert one.notes.tolist() == again.notes.tolist()
    assert seven.notes["pitch"].tolist() == one.notes["pitch"].tolist()
    assert seven.notes["length"].tolist()[:3] == [2, 2, 2]
    assert seven.meters[["numerator", "denominator"]].tolist() == [(2, 4)]
    (file,) = report.files
    assert (file.songs, file.notes_read, file.warnings) == (3, 27, [])


def test_damaged_tunes_of_a_book_are_left_out_and_named(tmp_path):
    empty = "X:{}\nT:Nothing\nK:C\n\n"
    book = empty.format(1) + ABC.replace("X:1", "X:2") + "\n" + empty.format(3)
    (tmp_path / "book.abc").write_text(book)
    phrases, report = encode([tmp_path], BAND)
    assert phrases.names == ("book-2",)
    (file,) = report.files
    assert [warning[:19] for warning in file.warnings] == [
        "tune 1 was left out",
        "tune 3 was left out",
    ]
    assert not any("\n" in warning for warning in file.warnings)


def test_a_real_tune_book_is_read():
    book = corpus_folder() / "essenFolksong" / "testd.abc"
    scores = dict(read_scores(book))
    assert len(scores) == 8
    assert all(len(score.notes) > 8 for score in scores.values())


@pytest.mark.parametrize(
    ("file", "data", "said"),
    [
        ("bad.mxl", b"PK\3\4 not a zip", "not a compressed MusicXML"),
        ("bad.xml", b"<html>hello</html>", "music21 cannot read it|holds no notes"),
        ("bad.abc", b"X:1\nK:C\n", "music21 cannot read it|holds no notes"),
        ("book.abc", b"X:1\nK:C\n\nX:2\nK:C\n", "none of its 2 tunes can be read; tune 1 was left"),
    ],
)
def test_what_is_no_score_is_refused_in_a_line(tmp_path, file, data, said):
    (tmp_path / file).write_bytes(data)
    with pytest.raises(MidiganError, match=said) as error:
        encode([tmp_path / file], BAND)
    assert "\n" not in str(error.value)
