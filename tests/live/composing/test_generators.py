"""Generators that take over from each other while they play."""

from dataclasses import replace

import pytest
from critics import write_critic
from tiny import write_tiny_generator

from midigan.controls import Controls, Turn
from midigan.errors import FormatError, MidiganError
from midigan.generator import Generator
from midigan.generator_info import GeneratorInfo
from midigan.layout import load_layout
from midigan.live.composing.composer import Composer
from midigan.live.composing.generators import Generators, taken_over
from midigan.live.hands.knobs import Knobs
from midigan.live.processes.composer_messages import Heard, Load

BAND = load_layout("band")


@pytest.fixture(scope="module")
def loud(tmp_path_factory):
    """A generator of the same phrases as the tiny band's, all of velocity 127."""
    rows = tuple((127.0,) * 16 for _ in BAND.tracks)
    path = tmp_path_factory.mktemp("loud") / "loud.onnx"
    return write_tiny_generator(path, info=GeneratorInfo(BAND, velocity=rows))


def velocities(phrase):
    return {note.velocity for note in phrase.notes}


def composer(first, *others):
    found = Composer(Load(str(first), 3, [], [str(path) for path in others]))
    found.heard(Heard(4, rolling=True))
    for number in (4, 5, 6):
        found.phrase(number)
    return found


def test_another_generator_plays_from_the_next_phrase_on(tiny_band, loud):
    playing = composer(tiny_band, loud)
    told = playing.turn(Turn("generator", 2))
    assert told.line.startswith("generator 2: loud (")
    assert told.controls is not None
    again = playing.renewed()
    assert [phrase.number for phrase in again] == [5, 6]
    assert all(velocities(phrase) == {127} for phrase in again)
    playing.turn(Turn("generator", "1"))
    assert all(velocities(phrase) == {80} for phrase in playing.renewed())


@pytest.mark.parametrize(
    ("wanted", "words"), [(3, "no generator 3: there are 1 to 2"), (None, "None"), (0.5, "0.5")]
)
def test_a_number_that_is_none_is_said_and_changes_nothing(tiny_band, loud, wanted, words):
    playing = composer(tiny_band, loud)
    told = playing.turn(Turn("generator", wanted))
    assert words in told.line
    assert told.controls is None
    assert playing.renewed() == []


def test_others_are_loaded_when_there_is_music_to_play_meanwhile(tiny_band, loud, monkeypatch):
    loaded = []
    load = Generator.load
    monkeypatch.setattr(Generator, "load", lambda path: loaded.append(path) or load(path))
    playing = Composer(Load(str(tiny_band), 3, [], [str(loud)]))
    assert playing.prepare() is None
    assert loaded == [tiny_band]
    for number in range(3):
        playing.phrase(number)
    assert playing.prepare() is None
    assert playing.prepare() is None
    assert loaded == [tiny_band, loud]
    playing.turn(Turn("generator", 2))
    assert loaded == [tiny_band, loud]


def test_a_generator_of_other_tracks_or_none_is_refused_with_a_line(
    tiny_band, tiny_generator, tmp_path
):
    generators = Generators([str(tiny_band), str(tiny_generator), str(tmp_path / "x.onnx")])
    assert "this session 2 bars of 4/4 in 16 steps on channels 10" in generators.prepare()
    assert "no generator" in generators.prepare()
    assert generators.prepare() == ""
    with pytest.raises(FormatError, match="plays 2 bars"):
        generators.pick(2)
    with pytest.raises(FormatError, match="no generator"):
        generators.pick(3)
    assert generators.pick(1.0) is generators.first


def test_controls_go_on_as_far_as_the_other_generator_knows_them(tiny_band, tmp_path):
    write_critic(tmp_path / "critic.onnx", BAND)
    plain = Generator.load(tiny_band)
    judged = Generator.load(write_tiny_generator(tmp_path / "generator.onnx", BAND))
    turned = Controls(walk=0.5, muted=(1,), candidates=8, attributes=(("density", 0.5),))
    after = taken_over(turned, judged, plain)
    assert after == replace(turned, candidates=1, attributes=())
    assert taken_over(after, plain, judged).candidates > 1
    assert taken_over(turned, judged, judged).candidates == 8


def test_a_program_change_picks_a_generator():
    assert Knobs({}).turns([0xC3, 1]) == [Turn("generator", 2)]
    assert Knobs({}).turns([0xD3, 1]) == []


def test_a_first_generator_that_is_none_is_refused(tmp_path):
    with pytest.raises(MidiganError, match="no generator"):
        Generators([str(tmp_path / "x.onnx")])


def test_a_genre_that_the_other_one_lacks_is_left_behind(tiny_genres, tiny_generator):
    blended = Controls(genre=(("deep", 0.5), ("rock", 1.0)))
    of_genres, of_none = (Generator.load(path) for path in (tiny_genres, tiny_generator))
    assert taken_over(blended, of_none, of_genres).genre == (("deep", 0.5),)
    assert taken_over(blended, of_genres, of_none).genre == ()
