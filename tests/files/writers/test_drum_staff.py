from xml.etree import ElementTree

import numpy as np
import pytest

from midigan.files.writers.notation import write_musicxml
from midigan.layout import load_layout
from midigan.song import NOTE, Song

BAND = load_layout("band")

#: What the schema of MusicXML has in a note, in its order.
ORDER = (
    *("chord", "unpitched", "rest", "duration", "tie", "instrument", "voice", "type", "dot"),
    *("accidental", "time-modification", "stem", "notehead", "staff", "beam", "notations"),
)


@pytest.fixture
def printed(tmp_path):
    """A bar of kick and closed hi-hat together, snare, and a bass note, as MusicXML."""
    rows = [(0, 1, 0, 36, 80), (0, 1, 0, 42, 80), (6, 1, 0, 38, 80), (0, 8, 1, 37, 80)]
    song = Song("beat", np.sort(np.array(rows, NOTE)), np.full(1, 16, np.uint16))
    write_musicxml(song, BAND, tmp_path / "beat.musicxml")
    return ElementTree.parse(tmp_path / "beat.musicxml").getroot()


def test_drums_are_printed_where_drummers_look_for_them(printed):
    (drums,) = [part for part in printed.iter("part") if part.find(".//unpitched") is not None]
    assert drums is printed.find("part")
    found = {
        (
            note.findtext("unpitched/display-step"),
            note.findtext("unpitched/display-octave"),
            note.findtext("notehead"),
        )
        for note in drums.iter("note")
        if note.find("rest") is None
    }
    assert found == {("F", "4", None), ("G", "5", "x"), ("C", "5", None)}
    assert drums.findtext(".//clef/sign") == "percussion"
    assert drums.find(".//key") is None
    assert drums.find(".//pitch") is None


def test_hits_last_until_the_next_ones_or_the_end_of_their_beat(printed):
    drums, quarter = printed.find("part"), int(printed.findtext(".//divisions"))
    found = [
        (
            note.find("rest") is None,
            note.find("chord") is not None,
            4 * int(note.findtext("duration")) // quarter,
        )
        for note in drums.iter("note")
    ]
    # Kick and hi-hat for a beat, a rest of half a one, a snare for the other half, and silence.
    assert found[:4] == [(True, False, 4), (True, True, 4), (False, False, 2), (True, False, 2)]
    assert not any(sounds for sounds, _, _ in found[4:])
    assert sum(steps for _, chord, steps in found if not chord) == 16


def test_each_drum_is_an_instrument_of_its_own_on_the_channel_of_drums(printed):
    described = printed.find("part-list/score-part")
    struck = list(described.iter("score-instrument"))
    names = {each.get("id"): each.findtext("instrument-name") for each in struck}
    keys = {
        names[each.get("id")]: (each.findtext("midi-channel"), each.findtext("midi-unpitched"))
        for each in described.iter("midi-instrument")
    }
    assert keys == {
        "Bass Drum 1": ("10", "37"),
        "Acoustic Snare": ("10", "39"),
        "Closed Hi Hat": ("10", "43"),
    }
    used = {each.get("id") for each in printed.find("part").iter("instrument")}
    assert used == set(names)


def test_what_a_note_says_is_in_the_order_of_the_schema(printed):
    for note in printed.find("part").iter("note"):
        tags = [child.tag for child in note]
        assert tags == sorted(tags, key=ORDER.index)


def test_parts_with_pitches_stay_as_they_are(printed):
    bass = printed.findall("part")[1]
    assert [note.findtext("pitch/step") for note in bass.iter("note")][:1] == ["C"]
    assert bass.find(".//key") is not None
