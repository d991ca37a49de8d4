import pytest

from midigan.controls import Turn
from midigan.errors import MidiganError
from midigan.live.processes.composer_messages import (
    Ask,
    Heard,
    Load,
    Loaded,
    Note,
    Part,
    Phrase,
    Told,
)
from midigan.live.processes.player_messages import (
    Ended,
    Failed,
    Follow,
    Following,
    Guard,
    Hush,
    Notice,
    Open,
    Opened,
    Overran,
    Panic,
    Position,
    Report,
    SendClock,
    Sent,
    Start,
    Stop,
    Touched,
)
from midigan.live.processes.wire import pack, unpack

PARTS = [Part("Sopran ü", 0, 52), Part("Bass", 15, 33)]
MESSAGES = [
    Load("a b.onnx", 7, [Turn("key", "D"), Turn("mute/bass", 1)], ["c.onnx"]),
    Loaded(96.0, 3840, 7680, "ab12", {"walk": 0.5}, PARTS),
    Turn("reroll/all", None),
    Told("melody drawn anew", {"walk": 1.0}),
    Ask(12),
    Heard(3, True),
    Overran(),
    Panic(),
    Touched([0xB0, 20, 64]),
    Phrase(3, [Note(0, 240, 1, 60, 80)]),
    Phrase(4, []),
    Follow("midi", "clock", None, -12.5),
    SendClock(None),
    Following("Ardour:clock"),
    Position(3.25, 1234.5, 119.99, True),
    Notice("the clock was lost"),
    Open("fs:midi\n00", None, "jack"),
    Opened("fs:midi_00", "real-time"),
    Opened("midigan (alsa)", "real-time", "midigan:midigan 128:0", "alsa"),
    Guard("midigan:midigan", "jack"),
    Start(120.0, 7680, None, PARTS),
    Stop(),
    Hush([0, 9]),
    Report(
        960,
        1920,
        120.0,
        True,
        12,
        0.01,
        0.02,
        1.5,
        [Sent(0, 0, [0xC0, 52]), Sent(960, -1, [0xB0, 123, 0])],
    ),
    Ended(""),
    Failed("no output port"),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: type(m).__name__)
def test_a_message_is_one_line_and_comes_back(message):
    line = pack(message)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert unpack(line) == message
    assert type(unpack(line)) is type(message)


@pytest.mark.parametrize(
    "line",
    [b"", b"{}", b"[]", b"[1]", b'["Ask"]', b'["Nonsense", 1]', b"\xff", b'["Phrase", 1, 2]'],
)
def test_what_is_no_message_is_refused(line):
    with pytest.raises(MidiganError, match="no message"):
        unpack(line)
