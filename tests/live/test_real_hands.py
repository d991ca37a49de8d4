"""Hands on a real session: turned by OSC while it plays into a real JACK server."""

import contextlib
import json
import signal
import socket
import subprocess
import sys
import time

import mido
import pytest
from pythonosc.udp_client import SimpleUDPClient
from real_parts import Midigan, Receiver, jack_server, wait_until

from midigan.live.hands.knobs import Knob, load_knobs
from midigan.live.records.log import read_log


@pytest.fixture
def receiver():
    with jack_server():
        receiver = Receiver("Hands")
        yield receiver
        receiver.close()


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def lines_of(log):
    return [json.loads(line) for line in log.read_bytes().split(b"\n")[:-1]]


def test_osc_turns_what_plays_and_the_log_survives_a_kill(receiver, tiny_band, tmp_path):
    log, clips, port = tmp_path / "log.jsonl", tmp_path / "clips", free_port()
    keep = ["--log", log, "--clips", clips, "--osc", port]
    midigan = Midigan("live", tiny_band, "--port", "hands in", "--tempo", 240, "--seed", 3, *keep)
    try:
        # Notes of more than a bar: what is kept was reported by then.
        wait_until("notes", lambda: len(receiver.notes) > 120)
        client = SimpleUDPClient("127.0.0.1", port)
        turns = [("mute/bass", 1), ("reroll/melody", "lead"), ("walk", 0.5), ("swing", 9.0)]
        for control, value in turns:
            client.send_message(f"/midigan/{control}", value)
        client.send_message("/midigan/keep", [])
        client._sock.close()
        (clip,) = wait_until("a clip", lambda: list(clips.glob("2*.mid")))
        wait_until("turns", lambda: sum("turn" in line for line in lines_of(log)) == 3)
        heard = len(receiver.notes)
        wait_until("more", lambda: len(receiver.notes) > heard + 60)
    finally:
        midigan.process.send_signal(signal.SIGKILL)
        out, err = midigan.process.communicate()
    assert err == ""
    for line in (
        "Bass muted",
        "melody of Lead drawn anew",
        "walk 0.50",
        "swing is 9",
        f"kept {clip}",
    ):
        assert line in out
    logged = read_log(log)
    assert [line for _, line in logged.turns] == [
        "Bass muted",
        "melody of Lead drawn anew",
        "walk 0.50",
    ]
    assert any(message.type == "note_on" for message in mido.MidiFile(clip))
    # The bass falls silent with the turn, not with the next phrase.
    tick = logged.turns[0][0]
    bass = [note.start for note in logged.take.notes(0, logged.take.end_tick) if note.track == 1]
    assert bass
    assert max(bass) < tick + logged.take.bar_ticks


@contextlib.contextmanager
def controller():
    """A function that sends controllers, from a port called Knobs:out."""
    import rtmidi

    out = rtmidi.MidiOut(rtapi=rtmidi.API_UNIX_JACK, name="Knobs")
    out.open_virtual_port("out")
    try:
        yield lambda *data, status=0xB0: out.send_message([status, *data])
    finally:
        out.delete()


def test_controllers_turn_what_plays(receiver, tiny_band, tmp_path):
    log = tmp_path / "log.jsonl"
    (tmp_path / "map.toml").write_text('[controllers]\nwalk = 7\n"mute/bass" = 8\n', "utf-8")
    with controller() as send:
        knobs = ["--control-port", "knobs out", "--map", tmp_path / "map.toml"]
        knobs += ["--chords-port", "knobs out"]
        knobs += ["--generator", tiny_band]
        midigan = Midigan("live", tiny_band, "--port", "hands in", "--log", log, *knobs)
        try:
            wait_until("notes", lambda: len(receiver.notes) > 10)
            for number, value in ((7, 0), (8, 127), (9, 1)):
                send(number, value)
            for pitch in (60, 64, 67):
                send(pitch, 90, status=0x90)
            send(1, status=0xC0)
            wait_until("a chord", lambda: "harmony C E G" in log.read_text("utf-8"))
            wait_until("a program", lambda: "generator 2: " in log.read_text("utf-8"))
            wait_until("turns", lambda: "Bass muted" in log.read_text("utf-8"))
        finally:
            midigan.process.send_signal(signal.SIGINT)
            status, out, err = midigan.end()
    assert (status, err) == (0, "")
    assert "walk 0.00" in out
    assert "Bass muted" in out
    assert "generator 2: " in out
    receiver.assert_silent()


def test_a_chord_that_is_held_is_heard_from_the_next_bar_on(receiver, tiny_band, tmp_path):
    log = tmp_path / "log.jsonl"
    hands = ["--chords-port", "knobs out", "--chords-at-bar", "--tempo", 100, "--seed", 3]
    with controller() as send:
        midigan = Midigan("live", tiny_band, "--port", "hands in", "--log", log, *hands)
        try:
            wait_until("notes", lambda: len(receiver.notes) > 10)
            time.sleep(0.4)  # longer than a sixteenth after the bar line
            for pitch in (60, 64, 67):
                send(pitch, 90, status=0x90)
            wait_until("a chord", lambda: "harmony C E G" in log.read_text("utf-8"))
            heard = len(receiver.notes)
            wait_until("bars in it", lambda: len(receiver.notes) > heard + 400)
        finally:
            midigan.process.send_signal(signal.SIGINT)
            status, out, err = midigan.end()
    assert (status, err) == (0, "")
    assert "harmony C E G from the next bar" in out
    logged = read_log(log)
    bar = logged.take.bar_ticks
    assert next(tick for tick, line in logged.turns if "harmony" in line) < bar
    # The third track plays chords: on it nothing may pass by.
    before, after = (
        {
            note.pitch % 12
            for note in logged.take.notes(0, logged.take.end_tick)
            if note.track == 2 and first <= note.start < last
        }
        for first, last in ((bar // 4, bar), (bar, 3 * bar))
    )
    assert len(before) > 3
    assert after == {0, 4, 7}
    receiver.assert_silent()


def test_controllers_are_learned(receiver, tmp_path):
    path = tmp_path / "map.toml"
    with controller() as send:
        arguments = ["live", "--control-port", "knobs", "--learn", "--map", str(path)]
        learning = subprocess.Popen(
            [sys.executable, "-m", "midigan", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for asked, answer in (("walk ?", 70), ("amount/chords ?", None), ("amount/style ?", 71)):
            while asked not in learning.stdout.readline():
                pass
            if answer is None:
                learning.stdin.write("\n")
                learning.stdin.flush()
            else:
                send(answer, 5)
        while "amount/melody ?" not in learning.stdout.readline():
            pass
        out, _ = learning.communicate(timeout=30)
    assert learning.returncode == 0, out
    assert load_knobs(path) == {"walk": Knob(70, 0), "amount/style": Knob(71, 0)}
