"""Whatever ends a session, at a real JACK server: a capture from outside shows no note left."""

import os
import signal
import time
from pathlib import Path

import pytest
from real_parts import RATE, Midigan, Receiver, jack_server, wait_until

from midigan.live.clock import PPQN

PARENT, PLAYER, COMPOSER, STANDBY = (
    None,
    "midigan.live.playing.player_process",
    "midigan.live.composing.composer_process",
    "midigan.live.playing.standby_process",
)
NAMED = ("--port", "receiver in")
VIRTUAL = ("--virtual", "My Gan", "--backend", "jack")
BPM = 240
SUSPENDED_S = 5.0
#: A session beside another one, with the generator that ships.
SECOND = (*VIRTUAL, "--tempo", BPM, "--seed", 4)

#: What happens to whom, with which exit status, and words of what is said.
ENDS = [
    (PARENT, signal.SIGINT, 0, ""),
    (PARENT, signal.SIGTERM, 0, ""),
    (PARENT, signal.SIGHUP, 0, ""),
    (PARENT, signal.SIGKILL, -signal.SIGKILL, ""),
    (PLAYER, signal.SIGTERM, 0, ""),
    (PLAYER, signal.SIGKILL, 1, "player process was killed"),
    (PLAYER, signal.SIGSTOP, 1, "stopped answering"),
    (COMPOSER, signal.SIGKILL, 1, "composer process was killed"),
]


@pytest.fixture(scope="module")
def server():
    with jack_server() as server:
        yield server


@pytest.fixture
def play(receiver, live):
    """Starts a quick session that the receiver hears."""

    def start(*arguments):
        midigan = live("--tempo", BPM, "--seed", 3, *arguments)
        if arguments[:2] == VIRTUAL[:2]:
            receiver.connect("My Gan")
            _wait_for_standby(midigan)
        return midigan

    return start


def _wait_for_standby(midigan):
    """Until it has joined the server, and has had time to look who listens."""
    maps = Path(f"/proc/{midigan.child(STANDBY)}/maps")
    wait_until("the standby port", lambda: "libjack" in maps.read_text(), timeout_s=30)
    time.sleep(1.5)


def _sounds(receiver):
    down = set()
    for _, (status, pitch, _) in list(receiver.notes):
        key = status & 0x0F, pitch
        down.add(key) if status & 0xF0 == 0x90 else down.discard(key)
    return down


@pytest.mark.parametrize("place", [NAMED, VIRTUAL], ids=["named", "virtual"])
@pytest.mark.parametrize(("victim", "number", "status", "words"), ENDS)
def test_every_end_is_silence(victim, number, status, words, place, play, receiver):
    midigan = play(*place)
    pid = midigan.child(victim) if victim else midigan.process.pid
    wait_until("notes", lambda: len(receiver.notes) > 50)
    wait_until("a moment with notes", lambda: _sounds(receiver))
    os.kill(pid, number)
    found, _, err = midigan.end()
    assert (found, "Traceback" in err) == (status, False)
    assert words in err
    assert "may hang" not in err
    wait_until("silence", lambda: not _sounds(receiver))
    wait_until("all notes off", lambda: receiver.messages[-1][1][:2] == bytes([0xB9, 123]))
    receiver.assert_silent()


def test_of_two_sessions_each_has_the_port_of_its_own_process_watched(play, receiver):
    other = Receiver("Other")
    first, second = play(*VIRTUAL), Midigan("live", *SECOND)
    try:
        other.connect("midigan-01:My Gan")
        _wait_for_standby(second)
        wait_until("notes", lambda: len(other.notes) > 50)
        wait_until("a moment with notes", lambda: _sounds(other))
        heard = len(receiver.notes)
        os.kill(second.child(PLAYER), signal.SIGKILL)
        assert "player process was killed" in second.end()[2]
        wait_until("silence", lambda: not _sounds(other))
        other.assert_silent()
        # The other session plays on, and nobody has released its keys.
        wait_until("notes", lambda: len(receiver.notes) > heard + 50)
        assert all(data[:2] != bytes([0xB9, 123]) for _, data in receiver.messages)
        assert first.process.poll() is None
    finally:
        second.process.kill()
        second.process.communicate()
        other.close()


def test_who_cannot_be_silenced_is_said(play, receiver, monkeypatch, tmp_path):
    # Without JACK-Client nobody knows who listens.
    (tmp_path / "jack.py").write_text("raise ImportError\n")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}")
    midigan = Midigan("live", *SECOND)
    receiver.connect("My Gan")
    wait_until("notes", lambda: len(receiver.notes) > 50)
    os.kill(midigan.child(PLAYER), signal.SIGKILL)
    status, _, err = midigan.end()
    assert (status, err.count("\n")) == (1, 1)
    assert "player process was killed: its notes may hang" in err


def _suspend(midigan, receiver):
    """Stop all of it for a while, as a laptop's lid does; what sounded, and notes until then."""
    family = midigan.family()
    for pid in family:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(SUSPENDED_S)
    found = _sounds(receiver), len(receiver.notes)
    for pid in reversed(family):
        os.kill(pid, signal.SIGCONT)
    return found


def _strikes(receiver, begin, end):
    return sum(status & 0xF0 == 0x90 and begin <= at < end for at, (status, *_) in receiver.notes)


def test_after_a_suspension_what_sounded_ends_and_nothing_comes_in_a_burst(play, receiver):
    midigan = play(*NAMED)
    wait_until("notes", lambda: len(receiver.notes) > 100)
    before = receiver.client.frame_time / RATE
    sounding, heard = _suspend(midigan, receiver)
    wait_until("notes", lambda: len(receiver.notes) > heard + 60)
    since = receiver.notes[heard:]
    again = since[0][0]
    released = {(d[0] & 0x0F, d[1]) for at, d in since if d[0] < 0x90 and at < again + 0.5}
    assert sounding <= released
    # A second of it is no more than a second of music: four tracks of sixteenths.
    assert _strikes(receiver, before - 1, before) > 0
    assert _strikes(receiver, again, again + 1) <= 4 * BPM * 4 / 60 + 8
    midigan.process.send_signal(signal.SIGINT)
    status, _, err = midigan.end()
    assert (status, err) == (0, "")
    receiver.assert_silent()


def test_after_a_suspension_it_is_where_the_leader_is(play, receiver, tiny_band):
    from midigan.live.composing.composer import Composer
    from midigan.live.processes.composer_messages import Load

    client = receiver.client
    client.transport_frame = 0
    midigan = play(*NAMED, "--sync", "jack")
    assert "following JACK" in midigan.process.stdout.readline()
    assert midigan.process.stdout.readline().startswith("playing")
    client.transport_start()
    wait_until("notes", lambda: len(receiver.notes) > 100)
    _, heard = _suspend(midigan, receiver)
    wait_until("notes", lambda: len(receiver.notes) > heard + 120)
    offset_s = (client.transport_frame - client.frame_time) / RATE
    client.transport_stop()
    midigan.process.send_signal(signal.SIGINT)
    assert midigan.end()[0] == 0
    receiver.assert_silent()

    composer = Composer(Load(str(tiny_band), 3, []))
    loaded = composer.describe()
    tick_s = 60 / BPM / PPQN
    since = [(at, data) for at, data in receiver.notes[heard:] if data[0] & 0xF0 == 0x90][8:40]
    number = int((since[0][0] + offset_s) / tick_s / loaded.phrase_ticks)
    due = [
        (page * loaded.phrase_ticks + note.start, loaded.parts[note.track].channel, note.pitch)
        for page in (number - 1, number, number + 1)
        for note in composer.phrase(page).notes
    ]
    right = 0
    for at, (status, pitch, _) in since:
        there = [tick for tick, channel, key in due if (channel, key) == (status & 0x0F, pitch)]
        right += any(-0.03 < at + offset_s - tick * tick_s < 0.2 for tick in there)
    assert right == len(since) > 20
