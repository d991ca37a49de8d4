from midigan.live.hands.knobs import Knob
from midigan.live.hands.learning import learn
from midigan.live.processes.player_messages import Touched


def cc(controller, value=64, channel=0):
    return Touched([0xB0 | channel, controller, value])


def test_each_control_gets_what_is_moved_for_it():
    asked = []
    events = iter([cc(20), cc(21, channel=3), cc(22)])
    learned = learn(["walk", "keep"], events, asked.append)
    assert learned == {"walk": Knob(20, 0), "keep": Knob(21, 3)}
    assert asked == ["walk", "keep"]


def test_a_controller_that_is_still_moving_is_not_given_away_twice():
    events = iter([cc(20, 1), cc(20, 2), cc(20, 3), cc(21)])
    assert learn(["walk", "keep"], events, print) == {"walk": Knob(20, 0), "keep": Knob(21, 0)}


def test_a_control_may_be_left_out_and_so_may_the_rest():
    assert learn(["walk", "keep"], iter([None, cc(20)]), print) == {"keep": Knob(20, 0)}
    assert learn(["walk", "keep"], iter([cc(20)]), print) == {"walk": Knob(20, 0)}
    assert learn(["walk", "keep"], iter([Touched([0x90, 1, 2]), None]), print) == {}
