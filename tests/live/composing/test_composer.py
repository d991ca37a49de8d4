"""The composer by itself: the same bar is the same music until a control changes."""

import hashlib

import pytest

from midigan.controls import Controls, Turn
from midigan.errors import MidiganError
from midigan.generating.compose import compose
from midigan.live.composing.composer import Composer
from midigan.live.processes.composer_messages import Heard, Load, Phrase, Told
from midigan.performance.ticks import PPQN


@pytest.fixture
def composer(tiny_band):
    return Composer(Load(str(tiny_band), 3, []))


def hear(composer, number):
    """Phrase `number` sounds, and the player has asked for two more."""
    composer.heard(Heard(number, rolling=True))
    return ask(composer, number, number + 1, number + 2)


def turn(composer, *arguments):
    """What is said of a turn, then the phrases that it brings anew."""
    return [composer.turn(Turn(*arguments)), *composer.renewed()]


def ask(composer, *numbers):
    return [composer.phrase(number) for number in numbers]


def test_a_phrase_is_kept(composer):
    first = ask(composer, 0, 1, 2, 3)
    assert ask(composer, 0, 1, 2, 3) == first
    assert composer.phrase(2) is first[2]


def test_what_is_foreseen_is_ready_and_changes_with_the_controls(composer, monkeypatch):
    module = "midigan.live.composing.composer.compose"
    drawn = []
    monkeypatch.setattr(module, lambda *args: drawn.append(args[2]) or compose(*args))
    composer.foresee(0)
    assert drawn == [0]
    assert turn(composer, "mute/lead", 1)[1:] == []  # nobody has asked for it
    composer.turn(Turn("mute/lead", 0))
    first = composer.phrase(0)
    assert drawn == [0]
    composer.turn(Turn("mute/lead", 1))
    assert composer.phrase(0) != first
    assert drawn == [0, 0]


def test_it_says_what_it_plays_with(composer, tiny_band):
    loaded = composer.describe()
    assert loaded.sha256 == hashlib.sha256(tiny_band.read_bytes()).hexdigest()
    assert Controls.from_plain(loaded.controls) == Controls()
    assert loaded.phrase_ticks == 8 * PPQN


def test_it_begins_with_the_controls_it_is_given(tiny_band):
    composer = Composer(Load(str(tiny_band), 3, [Turn("mute/lead", 1), Turn("walk", "0.5")]))
    controls = Controls.from_plain(composer.describe().controls)
    assert (controls.muted, controls.walk) == ((3,), 0.5)
    assert {note.track for note in composer.phrase(0).notes} == {0, 1, 2}
    with pytest.raises(MidiganError, match="no track"):
        Composer(Load(str(tiny_band), 3, [Turn("mute/flute", 1)]))


def test_a_turn_brings_anew_what_has_not_begun(composer):
    before = hear(composer, 4)
    told, *again = turn(composer, "reroll/melody", "lead")
    assert isinstance(told, Told)
    assert told.line == "melody of Lead drawn anew"
    assert [phrase.number for phrase in again] == [5, 6]
    for old, new in zip(before[1:], again, strict=True):
        assert old != new
        assert [n for n in old.notes if n.track != 3] == [n for n in new.notes if n.track != 3]
    assert ask(composer, 5, 6) == again


def test_before_anything_is_heard_all_that_was_asked_for_comes_anew(composer):
    ask(composer, 0, 1)
    _, *again = turn(composer, "reroll/all")
    assert [phrase.number for phrase in again] == [0, 1]


def test_muting_is_heard_at_once(composer):
    hear(composer, 4)
    _, *again = turn(composer, "mute/bass")
    assert [phrase.number for phrase in again] == [4, 5, 6]
    assert all(note.track != 1 for phrase in again for note in phrase.notes)


def test_harmony_is_heard_at_once(composer):
    hear(composer, 4)
    told, *again = turn(composer, "harmony", "0 4 7")
    assert told.line == "harmony C E G"
    assert [phrase.number for phrase in again] == [4, 5, 6]
    assert {n.pitch % 12 for phrase in again for n in phrase.notes if n.track} == {0, 4, 7}


def test_harmony_may_wait_for_the_next_bar(composer):
    bar = 4 * PPQN
    before, *_ = hear(composer, 4)
    told, now, *later = turn(composer, "harmony/next", "0 4 7")
    assert told.line == "harmony C E G from the next bar"
    assert [phrase.number for phrase in later] == [5, 6]

    def strikes(phrase):
        return [note._replace(length=0) for note in phrase.notes if note.start < bar - PPQN // 8]

    assert strikes(now) == strikes(before)
    assert {n.pitch % 12 for n in now.notes if n.track and n.start >= bar} == {0, 4, 7}
    sounding = [n for n in before.notes if n.track and n.start >= bar]
    assert {n.pitch % 12 for n in sounding} != {0, 4, 7}


def test_in_its_last_bar_a_phrase_waits_to_its_end(composer):
    hear(composer, 4)
    composer.heard(Heard(4, rolling=True, line=2))
    _, *again = turn(composer, "harmony/next", "0 4 7")
    assert [phrase.number for phrase in again] == [5, 6]


def test_before_it_rolls_the_next_bar_is_the_first(composer):
    ask(composer, 0, 1)
    _, *again = turn(composer, "harmony/next", "0 4 7")
    assert [phrase.number for phrase in again] == [0, 1]


def test_a_turn_that_changes_nothing_sends_nothing(composer):
    hear(composer, 0)
    assert len(turn(composer, "walk", 1.0)) == 1
    told, *rest = turn(composer, "walk", 7)
    assert told == Told("walk is 7, legal are 0 to 1", None)
    assert not rest


def test_a_lock_holds_what_is_heard_now(composer):
    hear(composer, 4)
    for name in ("chords", "style", "melody", "groove"):
        turn(composer, f"lock/{name}")
    (four,) = ask(composer, 4)
    assert [phrase.notes for phrase in ask(composer, 5, 90)] == [four.notes] * 2


def test_a_reroll_in_a_loop_changes_the_loop(composer):
    ask(composer, 0, 1, 0, 1)
    turn(composer, "reroll/all")
    once = ask(composer, 0, 1)
    assert ask(composer, 0, 1) == once
    assert all(isinstance(phrase, Phrase) for phrase in once)


def test_notes_are_swung(tiny_band):
    composer = Composer(Load(str(tiny_band), 3, [Turn("swing", 75)]))
    places = {note.start % 480 for number in range(4) for note in composer.phrase(number).notes}
    assert places == {0, 360}


def test_many_turns_bring_each_phrase_anew_once(composer):
    hear(composer, 0)
    for _ in range(10):
        composer.turn(Turn("reroll/all"))
    assert [phrase.number for phrase in composer.renewed()] == [1, 2]
    assert composer.renewed() == []


def test_after_a_jump_what_was_held_there_is_brought_up_to_date(composer):
    hear(composer, 4)  # 5 and 6 are held and never heard
    hear(composer, 20)
    turn(composer, "reroll/all")
    composer.heard(Heard(5, rolling=True))
    assert [phrase.number for phrase in composer.renewed()] == [6]


def test_genres_are_turned_and_unknown_ones_told(tiny_genres):
    composer = Composer(Load(str(tiny_genres), 3, [Turn("genre", "bright")]))
    hear(composer, 4)
    told, *again = turn(composer, "genre/deep")
    assert told.line == "genre deep 100%"
    assert {note.pitch < 66 for phrase in again for note in phrase.notes} == {True}
    assert Controls.from_plain(told.controls).genre == (("deep", 1.0),)
    told, *again = turn(composer, "genre/rock", 0.5)
    assert told.line == "no genre 'rock': legal are Deep, Bright"
    assert told.controls is None
    assert not again
    with pytest.raises(MidiganError, match="no genre 'rock'"):
        Composer(Load(str(tiny_genres), 3, [Turn("genre", "rock")]))
