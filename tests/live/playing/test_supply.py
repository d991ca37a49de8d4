import pytest

from midigan.live.agenda import Agenda
from midigan.live.clock import PPQN
from midigan.live.playing.supply import Supply
from midigan.live.processes.composer_messages import Note, Part, Phrase
from midigan.live.processes.player_messages import Start

BAR = 4 * PPQN


class Kitchen:
    """A supply, what it has asked for, and the agenda that it fills."""

    def __init__(self):
        self.asked = []
        self.agenda = Agenda()
        start = Start(120.0, BAR, None, [Part("Lead", 3, 0)])
        self.supply = Supply(self.asked.append, self.agenda, start)

    def serve(self):
        """Answer everything that was asked for; which that was."""
        numbers, self.asked[:] = list(self.asked), []
        for number in numbers:
            self.supply.arrived(Phrase(number, [Note(0, PPQN, 0, 60, 90)]), 0)
        return numbers


@pytest.fixture
def kitchen():
    return Kitchen()


def test_two_phrases_are_held_beyond_the_one_that_plays(kitchen):
    kitchen.supply.jump_to(0, played=False)
    assert kitchen.serve() == [0, 1, 2]
    kitchen.supply.turn_to(1)
    assert kitchen.serve() == [3]
    assert all(kitchen.agenda.holds(number) for number in range(4))


def test_nothing_is_asked_for_twice_while_it_is_on_its_way(kitchen):
    for page in (0, 0, 1):
        kitchen.supply.jump_to(page, played=False)
    assert kitchen.asked == [0, 1, 2, 3]


def test_going_back_asks_again_for_what_was_played_and_holds_it_meanwhile(kitchen):
    kitchen.supply.jump_to(0, played=False)
    for page in (1, 2, 3):
        kitchen.serve()
        kitchen.supply.turn_to(page)
    kitchen.serve()
    kitchen.supply.jump_to(2, played=True)
    assert kitchen.agenda.holds(2)
    assert kitchen.serve() == [2, 3]  # 4 has never played
    kitchen.supply.jump_to(2, played=False)
    assert kitchen.serve() == []


def test_a_loop_asks_for_everything_again_each_time_round(kitchen):
    kitchen.supply.jump_to(0, played=False)
    asked = []
    for page in (1, 2, 3, 0, 1, 2, 3, 0, 1):
        kitchen.serve()
        if page:
            kitchen.supply.turn_to(page)
        else:
            kitchen.supply.jump_to(page, played=True)
        asked.append(kitchen.asked[:])
    assert asked[3:] == [[0, 1, 2], [3], [], [], [0, 1, 2], [3]]


def test_phrases_far_behind_are_dropped_but_for_the_first(kitchen):
    kitchen.supply.jump_to(0, played=False)
    for page in range(1, 40):
        kitchen.serve()
        kitchen.supply.turn_to(page)
    held = [number for number in range(45) if kitchen.agenda.holds(number)]
    assert held == [0, *range(23, 41)]


def test_few_are_on_their_way_at_once_and_the_rest_is_asked_for_when_they_come(kitchen):
    for page in (0, 50, 90):
        kitchen.supply.jump_to(page, played=False)
    assert len(kitchen.asked) == 4
    kitchen.serve()
    kitchen.serve()
    assert all(kitchen.agenda.holds(number) for number in (90, 91, 92))


def test_notes_lie_at_their_phrase_on_their_channel(kitchen):
    kitchen.supply.arrived(Phrase(3, [Note(PPQN, 2 * PPQN, 0, 61, 80)]), 0)
    (event,) = kitchen.agenda.take(3 * BAR + PPQN)
    assert (event.tick, event.end_tick) == (3 * BAR + PPQN, 3 * BAR + 3 * PPQN)
    assert (event.channel, event.track, event.pitch, event.velocity) == (3, 0, 61, 80)


def test_whoever_jumps_about_for_a_night_leaves_nothing_behind(kitchen):
    for page in (90, 300, 80, 1000, 50):
        kitchen.supply.jump_to(page, played=True)
        kitchen.serve()
    held = [number for number in range(2000) if kitchen.agenda.holds(number)]
    assert held == [50, 51, 52]
