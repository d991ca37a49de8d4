import pytest
from hypothesis import given
from hypothesis import strategies as st

from midigan.controls import Controls, Turn
from midigan.errors import FormatError, MidiganError
from midigan.live.hands.desk import ACTIONS
from midigan.live.hands.knobs import Knob, Knobs, default_map, load_knobs, parse_knobs, write_knobs
from midigan.turns import turned

TRACKS = ("A", "B", "C", "D")


def touch(knobs, controller, *values, channel=0):
    return [t for v in values for t in knobs.turns([0xB0 | channel, controller, v])]


def test_a_knob_sets_what_has_a_range():
    knobs = Knobs({"walk": Knob(20), "swing": Knob(21)})
    assert touch(knobs, 20, 0, 127) == [Turn("walk", 0.0), Turn("walk", 1.0)]
    around = Knobs({"attribute/density": Knob(27)})
    levels = [turn.value for turn in touch(around, 27, 0, 1, 64, 127)]
    assert levels == [-1.0, -1.0, 0.0, 1.0]  # the middle of a knob is 64
    assert touch(knobs, 21, 0, 127) == [Turn("swing", 50.0), Turn("swing", 75.0)]
    assert touch(knobs, 22, 5) == []


def test_a_switch_is_on_in_its_upper_half_and_says_so_when_it_changes():
    knobs = Knobs({"lock/melody": Knob(20)})
    assert touch(knobs, 20, 127, 100, 64, 63, 0, 127) == [
        Turn("lock/melody", 1),
        Turn("lock/melody", 0),
        Turn("lock/melody", 1),
    ]


def test_a_button_acts_when_it_is_pressed():
    knobs = Knobs({"reroll/all": Knob(20), "keep": Knob(21)})
    assert touch(knobs, 20, 127, 127, 0, 127) == [Turn("reroll/all")] * 2
    assert touch(knobs, 21, 0, 64, 0) == [Turn("keep")]


def test_a_channel_may_be_asked_for():
    knobs = Knobs({"walk": Knob(20, 2)})
    assert touch(knobs, 20, 127, channel=1) == []
    assert touch(knobs, 20, 127, channel=2) == [Turn("walk", 1.0)]


@given(st.lists(st.integers(0, 255), max_size=4))
def test_any_other_message_is_nothing(message):
    knobs = Knobs({"walk": Knob(20)})
    controls = len(message) == 3 and message[0] & 0xF0 == 0xB0 and message[1] == 20
    program = len(message) == 2 and message[0] & 0xF0 == 0xC0
    assert bool(knobs.turns(message)) == (controls or program)


def test_the_map_that_ships_turns_things_that_there_are():
    knobs = load_knobs(None)
    assert knobs == parse_knobs(default_map())
    assert len({knob.controller for knob in knobs.values()}) == len(knobs) > 20
    player = Knobs(knobs)
    for knob in knobs.values():
        for turn in touch(player, knob.controller, 0, 127):
            if turn.control not in ACTIONS:
                assert turned(Controls(), turn, 0, TRACKS).line


def test_a_map_is_written_and_read_back(tmp_path):
    knobs = {"walk": Knob(20), "reroll/melody/lead": Knob(0, 15), "mute/1": Knob(127, 0)}
    (tmp_path / "map.toml").write_text(write_knobs(knobs), "utf-8")
    assert load_knobs(tmp_path / "map.toml") == knobs


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "controllers"),
        ("controllers = 3", "controllers"),
        ("[controllers", "map.toml"),
        ("[controllers]\nwarp = 3", "'warp'"),
        ('[controllers]\n"walk/by" = 3', "walk/by"),
        ("[controllers]\nwalk = 128", "0 to 127"),
        ("[controllers]\nwalk = true", "0 to 127"),
        ('[controllers]\nwalk = "x"', "0 to 127"),
        ("[controllers]\nwalk = {controller = 1, channel = 0}", "1 to 16"),
        ("[controllers]\nwalk = {controller = 1, note = 0}", "nothing else"),
    ],
)
def test_what_is_no_map_is_refused(text, word, tmp_path):
    (tmp_path / "map.toml").write_text(text, "utf-8")
    with pytest.raises(MidiganError, match=word):
        load_knobs(tmp_path / "map.toml")


def test_a_map_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FormatError, match="cannot read"):
        load_knobs(tmp_path / "map.toml")
