import pytest

from midigan.commands.face.keyboard import HELP, KEYS, turns_of_keys
from midigan.controls import Controls, Turn
from midigan.errors import MidiganError
from midigan.live.hands.desk import ACTIONS
from midigan.turns import turned

TRACKS = ("A", "B", "C", "D")


def test_keys_are_turns():
    assert turns_of_keys("cM2s") == [
        Turn("reroll/chords"),
        Turn("lock/melody"),
        Turn("mute/2"),
        Turn("keep"),
    ]


def test_arrows_are_told_from_letters_in_both_spellings():
    assert turns_of_keys("\x1b[Ac\x1bOB\x1b[D") == [
        Turn("walk/by", 0.1),
        Turn("reroll/chords"),
        Turn("walk/by", -0.1),
        Turn("walk/by", -0.1),
    ]


@pytest.mark.parametrize("text", ["", "\x1b", "\x1b[", "vyz \n\t", "ü\x00", "\x1b[Z"])
def test_other_keys_do_nothing(text):
    assert turns_of_keys(text) == []


@pytest.mark.parametrize("turn", KEYS.values(), ids=KEYS)
def test_every_key_means_something_that_can_be_done(turn):
    if turn.control in (*ACTIONS, "help"):
        return
    if turn.control in {f"mute/{track}" for track in range(5, 10)}:
        with pytest.raises(MidiganError, match="no track"):
            turned(Controls(), turn, 0, TRACKS)
        return
    assert turned(Controls(), turn, 0, TRACKS).line


def test_help_names_every_key_and_fits_a_terminal():
    words = set(" ".join(HELP).replace(",", " ").split())
    letters = {key for key in KEYS if len(key) == 1 and not key.isdigit()}
    assert letters <= words
    assert {"1", "2", "3", "4", "up", "down"} <= words
    assert max(map(len, HELP)) <= 78
