"""OSC from a real client, on the loopback device; and everything that is no OSC of ours."""

import contextlib
import queue
import socket
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.udp_client import SimpleUDPClient

from midigan.controls import Turn
from midigan.errors import MidiganError
from midigan.live.hands.desk import Desk
from midigan.live.hands.osc import Osc, parse_address, turns_of


def message(address, *values):
    builder = OscMessageBuilder(address)
    for value in values:
        builder.add_arg(value)
    return builder.build()


@pytest.mark.parametrize(
    ("address", "values", "turn"),
    [
        ("/midigan/walk", [0.25], Turn("walk", 0.25)),
        ("/midigan/lock/chords", [1], Turn("lock/chords", 1)),
        ("/midigan/lock/chords", [True], Turn("lock/chords", 1.0)),
        ("/midigan/lock/chords", [], Turn("lock/chords", None)),
        ("/midigan/mute/bass", [0.0], Turn("mute/bass", 0.0)),
        ("/midigan/reroll/melody", ["lead"], Turn("reroll/melody", "lead")),
        ("/midigan/reroll/melody", [4], Turn("reroll/melody", 4)),
        ("/midigan/reroll/melody/lead", [1.0], Turn("reroll/melody/lead")),
        ("/midigan/reroll/melody", [1.0], Turn("reroll/melody")),
        ("/midigan/keep/", [1.0], Turn("keep")),
        ("/midigan/key", ["D"], Turn("key", "D")),
        ("/midigan/range/bass", ["E1", "G3"], Turn("range/bass", "E1-G3")),
        ("/midigan/range/bass", [40, 67], Turn("range/bass", "40-67")),
    ],
)
def test_messages_are_turns(address, values, turn):
    (found,) = turns_of(message(address, *values).dgram)
    assert found.control == turn.control
    assert found.value == pytest.approx(turn.value)


def test_the_release_of_a_button_is_nothing():
    assert turns_of(message("/midigan/reroll/all", 0.0).dgram) == []
    assert turns_of(message("/midigan/panic", False).dgram) == []


def test_a_bundle_holds_several():
    bundle = OscBundleBuilder(IMMEDIATELY)
    bundle.add_content(message("/midigan/key", "D"))
    bundle.add_content(message("/midigan/reroll/all"))
    assert turns_of(bundle.build().dgram) == [Turn("key", "D"), Turn("reroll/all")]


@given(st.one_of(st.binary(max_size=64), st.binary(max_size=40).map(lambda b: b"/midigan/" + b)))
def test_anything_else_is_refused_and_nothing_worse(datagram):
    with contextlib.suppress(MidiganError):
        turns_of(datagram)


@pytest.mark.parametrize(
    "datagram",
    [b"", b"x", message("/live/tempo", 1).dgram, message("/midigan/walk", b"blob").dgram],
)
def test_what_is_wrong_is_said_once(datagram):
    osc = Osc("0")
    said = []
    desk = Desk(pytest.fail, lambda notice: said.append(notice.text))
    desk.open = True
    for _ in range(5):
        osc.take(datagram, desk)
    assert len(said) == 1
    with osc.heard_by(desk):
        pass


def test_a_client_turns_what_plays():
    osc = Osc("127.0.0.1:0")
    turned = queue.SimpleQueue()
    desk = Desk(turned.put, turned.put)
    desk.open = True
    with osc.heard_by(desk):
        client = SimpleUDPClient("127.0.0.1", osc.port)
        client.send_message("/midigan/lock/chords", 1)
        assert turned.get(timeout=30) == Turn("lock/chords", 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(b"\xff" * 2000, ("127.0.0.1", osc.port))
        assert "no OSC" in turned.get(timeout=30).text
        client.send_message("/midigan/reroll/melody", "lead")
        assert turned.get(timeout=30) == Turn("reroll/melody", "lead")
        client._sock.close()  # it has no other way


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("9000", ("127.0.0.1", 9000)),
        (":9000", ("127.0.0.1", 9000)),
        ("0.0.0.0:57120", ("0.0.0.0", 57120)),
        ("[::1]:9000", ("::1", 9000)),
    ],
)
def test_an_address_is_a_port_with_or_without_a_host(address, expected):
    assert parse_address(address) == expected


@pytest.mark.parametrize("address", ["", "x", "host:", "9000x", "-1", "65536", "٣"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(MidiganError, match="OSC"):
        parse_address(address)


def test_a_port_that_is_taken_is_refused():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        with pytest.raises(MidiganError, match=f"127.0.0.1:{port}"):
            Osc(str(port))


def test_what_the_library_warns_of_is_not_written_over_the_view():
    code = (
        "from types import SimpleNamespace\n"
        "from midigan.live.hands.osc import Osc\n"
        "desk = SimpleNamespace(turn=print, say=print)\n"
        "bundle = b'#bundle' + bytes(8) + b'\\x01' + bytes(8)\n"
        "Osc('0').take(bundle, desk)\n"
        "import logging; logging.warning('so would it')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stderr == ""
