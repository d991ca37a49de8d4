"""What is gathered of a session, as one value at a time."""

from scenes import BAR, NOTES, watching

from midigan.controls import Controls
from midigan.live.processes.composer_messages import Note, Phrase, Told
from midigan.live.processes.player_messages import Position, Report
from midigan.performance.ticks import PPQN


def test_the_music_goes_on_between_two_positions():
    made = watching()
    made.at(Position(960.0, 10.0, 120.0, True))
    assert made.scene(10.0).tick == 960
    assert made.scene(10.25).tick == 960 + PPQN // 2
    made.at(Position(960.0, 10.0, 120.0, False))
    assert (made.scene(99.0).tick, made.scene(99.0).rolling) == (960, False)


def test_it_never_shows_a_place_before_bar_1():
    made = watching()
    made.at(Position(-40.0, 10.0, 120.0, True))
    assert made.scene(10.0).tick == 0


def test_scenes_are_equal_until_something_can_be_seen():
    made = watching()
    made.at(Position(0.0, 10.0, 60.0, True))
    grain = PPQN // 4
    assert made.scene(10.0, grain) == made.scene(10.24, grain)
    assert made.scene(10.0, grain) != made.scene(10.26, grain)
    before = made.scene(10.0, grain)
    made.composed(Phrase(2, NOTES))
    assert made.scene(10.0, grain) != before


def test_a_turn_is_told_and_changes_the_controls():
    made = watching()
    made.turned(Told("walk 0.25", Controls(walk=0.25).to_plain()), 5.0)
    made.turned(Told("no control x", None), 6.0)
    scene = made.scene(6.0)
    assert scene.controls.walk == 0.25
    assert [said.text for said in scene.said] == ["walk 0.25", "no control x"]


def test_what_was_said_fades_then_goes():
    made = watching()
    made.say("hello", 0.0)
    assert [said.fresh for said in made.scene(1.0).said] == [True]
    assert [said.fresh for said in made.scene(20.0).said] == [False]
    assert not made.scene(1000.0).said


def test_several_lines_said_again_go_away():
    made = watching()
    made.say("one\ntwo", 0.0)
    assert len(made.scene(0.0).said) == 1
    made.say("one\ntwo", 1.0)
    assert not made.scene(1.0).said


def test_spans_grow_and_phrases_are_forgotten_in_the_end():
    made = watching()
    assert list(made.scene(0.0).spans) == [(60, 72), (38, 38)]
    for number in range(200):
        made.composed(Phrase(number, [Note(0, BAR, 0, 76, 90)]))
    scene = made.scene(0.0)
    assert scene.spans[0] == (60, 76)
    assert 199 in scene.phrases
    assert 100 not in scene.phrases


def test_lateness_is_known_after_the_first_note():
    made = watching()
    made.progress(Report(0, 0, 96.0, True, 0, 0.0, 0.0, 0.0, []))
    assert made.scene(0.0).late_p99_ms is None
    made.progress(Report(0, 0, 96.0, True, 3, 0.01, 0.123, 0.2, []))
    assert made.scene(0.0).late_p99_ms == 0.12
