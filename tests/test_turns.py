import math

import pytest

from midigan.controls import Controls, Line, Turn
from midigan.errors import FormatError, MidiganError
from midigan.turns import turned
from midigan.turns.values import find_track

TRACKS = ("Drums", "Bass", "Chords", "Lead")


def turn(control, value=None, controls=None, number=0):
    return turned(controls or Controls(), Turn(control, value), number, TRACKS)


@pytest.mark.parametrize(
    ("control", "value", "field", "expected", "line"),
    [
        ("walk", 0.25, "walk", 0.25, "walk 0.25"),
        ("walk/by", -0.1, "walk", 0.9, "walk 0.90"),
        ("walk/by", 0.1, "walk", 1.0, "walk 1.00"),
        ("attribute/density", "0.5", "attributes", (("density", 0.5),), "density +0.50"),
        ("attribute/Register", 0, "attributes", (), "register +0.00"),
        ("attribute/register/by", -0.25, "attributes", (("register", -0.25),), "register -0.25"),
        ("/Mute/bass", 1, "muted", (1,), "Bass muted"),
        ("mute/2", None, "muted", (1,), "Bass muted"),
        ("range/LEAD", "C4-C5", "ranges", ((3, 60, 72),), "Lead plays C4 to C5"),
        ("key", "d", "key", "D major", "key D major"),
        ("key", "", "key", "", "key as the generator has it"),
        ("scale", "Harmonic-Minor", "scale", "harmonic minor", "scale harmonic minor"),
        ("harmony", "G C4 52", "harmony", (0, 4, 7), "harmony C E G"),
        ("harmony", "", "harmony", (), "harmony free"),
        ("harmony", None, "harmony", (), "harmony free"),
        ("swing", "66%", "swing", 66.0, "swing 66% of sixteenths"),
        ("swing", "58/8", "swing_grid", 8, "swing 58% of eighths"),
        ("candidates", 4.0, "candidates", 4, "drawn from 4 by the critic"),
        ("candidates", "1", "candidates", 1, "no critic"),
        ("humanize", "30", "humanize", 30.0, "humanize 30%"),
        ("feel", 50, "feel", 50.0, "feel 50%"),
        ("genre", "Folk", "genre", (("Folk", 1.0),), "genre Folk 100%"),
        ("genre", "a=3,b=1", "genre", (("a", 3.0), ("b", 1.0)), "genre a 75%, b 25%"),
        ("genre", None, "genre", (), "genre drawn"),
        ("genre/jazz", None, "genre", (("jazz", 1.0),), "genre jazz 100%"),
        ("genre/jazz", 0.0, "genre", (), "genre drawn"),
    ],
)
def test_a_turn_sets_its_control_and_says_so(control, value, field, expected, line):
    after, said = turn(control, value)
    assert getattr(after, field) == expected
    assert said == line


@pytest.mark.parametrize(("control", "value"), [("mute/bass", None), ("lock/melody", None)])
def test_a_turn_without_a_value_goes_back_and_forth(control, value):
    once = turn(control, value)
    twice = turn(control, value, once.controls)
    assert once.controls != Controls()
    assert twice.controls == Controls()
    assert once.line != twice.line


def test_what_a_turn_takes_back_is_gone():
    held = turn("range/bass", "C1-C3").controls
    assert turn("range/bass", None, held).controls == Controls()
    assert turn("mute/bass", 0).controls == Controls()
    assert turn("scale", "", turn("scale", "blues").controls).controls == Controls()


@pytest.mark.parametrize(
    ("control", "value", "word"),
    [
        ("", None, "legal are walk"),
        ("warp", 1, "'warp'"),
        ("walk", 2, "0 to 1"),
        ("walk", math.nan, "no number"),
        ("walk", math.inf, "no number"),
        ("walk", None, "no number"),
        ("walk/to", 1, "walk/to"),
        ("walk/by", "x", "no number"),
        ("amount/bass", 1, "amount/chords"),
        ("lock/all", 1, "lock/chords"),
        ("lock/melody", "x", "no number"),
        ("reroll", None, "reroll/chords"),
        ("reroll/lines", None, "reroll/line"),
        ("reroll/melody", "flute", "Drums, Bass"),
        ("reroll/melody/5", None, "1 to 4"),
        ("reroll/line", None, "1 to 4"),
        ("reroll/line/flute", None, "Drums, Bass"),
        ("attribute/loudness", 1, "attribute/density"),
        ("attribute/density/to", 1, "attribute/density"),
        ("attribute/density", 1.5, "-1 to 1"),
        ("attribute/density", None, "no number"),
        ("mute/0", 1, "1 to 4"),
        ("mute/2.5", 1, "1 to 4"),
        ("mute", 1, "Drums"),
        ("range/bass", "C5-C1", "falls"),
        ("range/bass", "high", "no range"),
        ("key", "H", "no key"),
        ("key/minor", 1, "key/minor"),
        ("scale", "loud", "dorian"),
        ("harmony", "C H", "no pitch"),
        ("swing", 49, "50 to 75"),
        ("swing", "60/4", "/8"),
        ("candidates", 0, "1 to 32"),
        ("candidates", 1.5, "1 to 32"),
        ("humanize", -1, "0 to 100"),
    ],
)
def test_a_turn_that_cannot_be_says_what_can(control, value, word):
    with pytest.raises(MidiganError, match=word) as caught:
        turn(control, value)
    assert "\n" not in str(caught.value)


def test_a_track_of_its_own_is_drawn_anew_by_path_or_value():
    by_path = turn("reroll/melody/lead").controls
    assert by_path == turn("reroll/melody", 4).controls == turn("reroll/melody", "Lead").controls
    assert by_path.lines == (Line(3, (1, 1), ()),)
    assert by_path.melody.rolls == ()
    of_all = turn("reroll/melody", None, by_path).controls
    assert of_all.melody.rolls == (1, 1, 1, 1)
    assert of_all.lines == ()
    assert turn("reroll/line/lead").controls.lines == (Line(3, (1, 1), (1, 1)),)


def test_tracks_are_found_by_name_before_number():
    assert find_track("2", ["2", "1"]) == 0
    assert find_track(" lead ", TRACKS) == 3


@pytest.mark.parametrize(
    "values", [{"warp": 1}, {"chords": 1}, {"chords": {"warp": 1}}, {"ranges": [1]}, None]
)
def test_damaged_controls_are_refused(values):
    with pytest.raises(FormatError):
        Controls.from_plain(values)


def test_a_knob_turns_one_genre_beside_the_others():
    blended = turn("genre", "Folk=0.5").controls
    blended = turn("genre/jazz", 0.25, blended).controls
    assert blended.genre == (("Folk", 0.5), ("jazz", 0.25))
    blended = turn("genre/folk", 1, blended).controls
    assert dict(blended.genre) == {"jazz": 0.25, "folk": 1.0}
    assert turn("genre/jazz", 0, blended).controls.genre == (("folk", 1.0),)
    assert Controls.from_plain(blended.to_plain()) == blended
    with pytest.raises(MidiganError, match="genre is 2, legal are 0 to 1"):
        turn("genre/jazz", 2)
