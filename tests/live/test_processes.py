"""The two processes by themselves, spoken to as their parent speaks to them."""

import queue

import pytest

from midigan.controls import Turn
from midigan.live.clock import PPQN
from midigan.live.processes.child import Child
from midigan.live.processes.composer_messages import Ask, Load, Loaded, Part, Phrase
from midigan.live.processes.player_messages import Ended, Failed, Open, Stop

WAIT_S = 30.0


class Heard:
    """A child, and what it says."""

    def __init__(self, module):
        self.messages = queue.SimpleQueue()
        self.child = Child(f"midigan.live.{module}", self.messages.put)
        self.child.listen()

    def next(self):
        return self.messages.get(timeout=WAIT_S)


@pytest.fixture
def start():
    started = []

    def start_child(module):
        started.append(Heard(module))
        return started[-1]

    yield start_child
    for heard in started:
        heard.child.close(WAIT_S)
        while heard.next() is not None:
            pass


def test_the_composer_answers_by_number(start, tiny_generator):
    composer = start("composing.composer_process")
    composer.child.send(Load(str(tiny_generator), 3, []))
    loaded = composer.next()
    assert isinstance(loaded, Loaded)
    assert (loaded.tempo_bpm, loaded.bar_ticks, loaded.phrase_ticks) == (96, 4 * PPQN, 8 * PPQN)
    assert loaded.parts[0] == Part("Soprano", 0, 52)
    for number in (5, 0, 5):
        composer.child.send(Ask(number))
    five, zero, again = composer.next(), composer.next(), composer.next()
    assert isinstance(five, Phrase)
    assert (five.number, zero.number) == (5, 0)
    assert five == again
    assert five.notes
    assert five.notes != zero.notes
    assert all(0 <= note.start < note.start + note.length <= 8 * PPQN for note in five.notes)


@pytest.mark.parametrize(("content", "key"), [(b"not a model", None), (None, "H")])
def test_the_composer_says_why_it_cannot(content, key, start, tiny_generator, tmp_path):
    path = tiny_generator
    if content is not None:
        path = tmp_path / "x.onnx"
        path.write_bytes(content)
    composer = start("composing.composer_process")
    composer.child.send(Load(str(path), 3, [Turn("key", key)]))
    failed = composer.next()
    assert isinstance(failed, Failed)
    assert (repr(key) if key else "x.onnx") in failed.trouble


def test_the_player_says_why_it_cannot(start):
    player = start("playing.player_process")
    player.child.send(Open("no such port", None, None))
    failed = player.next()
    assert isinstance(failed, Failed)
    assert failed.trouble.count("\n") == 0


@pytest.mark.parametrize("module", ["player_process", "composer_process"])
def test_a_process_ends_with_its_parent(module, start):
    heard = start(module)
    heard.child.close(WAIT_S)
    message = heard.next()
    assert message in (Ended(""), None)
    heard.messages.put(None)


def test_a_player_that_is_stopped_before_it_began_just_ends(start):
    player = start("playing.player_process")
    player.child.send(Stop())
    assert player.next() == Ended("")
