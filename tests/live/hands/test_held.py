from hypothesis import given
from hypothesis import strategies as st

from midigan.controls import Controls, Turn
from midigan.live.hands.held import Held
from midigan.turns import turned


def test_what_is_held_is_the_harmony():
    held = Held()
    said = [held.turns(message) for message in ([0x90, 60, 9], [0x91, 67, 9], [0x90, 72, 9])]
    assert said == [[Turn("harmony", "0")], [Turn("harmony", "0 7")], []]
    assert held.turns([0x80, 60, 0]) == []  # another C is still down
    assert held.turns([0x90, 72, 0]) == [Turn("harmony", "7")]
    assert held.turns([0x81, 67, 0]) == [Turn("harmony", "")]


def test_a_harmony_may_wait_for_the_bar():
    assert Held(at_bar=True).turns([0x90, 60, 9]) == [Turn("harmony/next", "0")]


@given(st.lists(st.lists(st.integers(0, 255), max_size=4), max_size=20))
def test_whatever_comes_is_a_harmony_or_nothing(messages):
    held = Held()
    for message in messages:
        for turn in held.turns(message):
            assert turned(Controls(), turn, 0, ("A",)).line.startswith("harmony")
