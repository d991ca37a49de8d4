"""The process that follows, with a real JACK server and a real Link peer as leaders."""

import queue
import subprocess
import sys
import time

import pytest
from real_parts import PERIOD, RATE, jack_client, jack_server, require

from midigan.live.clock import PPQN
from midigan.live.processes.child import Child
from midigan.live.processes.composer_messages import Part
from midigan.live.processes.player_messages import (
    Failed,
    Follow,
    Following,
    Notice,
    Position,
    Start,
)

START = Start(120.0, 8 * PPQN, None, [Part("Lead", 0, 0)])
WAIT_S = 20.0


class Follower:
    """A process that follows, and the positions that it has said."""

    def __init__(self, kind, begins=True):
        self.messages = queue.SimpleQueue()
        self.notices = []
        self.child = Child("midigan.live.leading.sync_process", self.messages.put)
        self.child.send(Follow(kind, None, None, 0.0))
        self.child.listen()
        self.first = self.messages.get(timeout=WAIT_S)
        if begins:
            assert isinstance(self.first, Following), self.first
            self.child.send(START)

    def until(self, wanted):
        """The first position for which `wanted` is true."""
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            message = self.messages.get(timeout=WAIT_S)
            if isinstance(message, Position) and wanted(message):
                return message
            if isinstance(message, Notice):
                self.notices.append(message.text)
        raise AssertionError("it did not say that")


@pytest.fixture
def follow():
    started = []

    def start(*arguments, **options):
        started.append(Follower(*arguments, **options))
        return started[-1]

    yield start
    for following in started:
        following.child.close(WAIT_S)
        while following.messages.get(timeout=WAIT_S) is not None:
            pass


@pytest.fixture
def leading():
    require("jackd", "module:jack")
    with jack_server():
        client = jack_client("leader")
        client.activate()
        yield client
        client.transport_stop()
        client.deactivate()
        client.close()


def test_jacks_transport_is_followed(follow, leading):
    leading.transport_frame = RATE * 10
    following = follow("jack")
    standing = following.until(lambda position: not position.rolling and position.tick > 0)
    assert standing.tick == pytest.approx(20 * PPQN)
    leading.transport_start()
    rolling = following.until(lambda position: position.rolling)
    assert rolling.tick == pytest.approx(20 * PPQN)
    assert rolling.tempo_bpm == 120.0
    later = following.until(lambda position: position.tick > 21 * PPQN)
    passed_s = (later.tick - rolling.tick) / PPQN / 2
    assert later.at_s - rolling.at_s == pytest.approx(passed_s, abs=2 * PERIOD / RATE)
    leading.transport_frame = RATE * 3
    jumped = following.until(lambda position: position.rolling and position.tick < 20 * PPQN)
    assert jumped.tick == pytest.approx(6 * PPQN)  # the very place that it jumped to
    leading.transport_stop()
    following.until(lambda position: not position.rolling)


def test_jacks_timebase_master_sets_tempo_and_bars(follow, leading):
    import jack

    def beats(state, blocksize, position, new_position):
        seconds = position.frame / position.frame_rate
        whole, rest = divmod(seconds * 90 / 60, 1)
        position.valid = jack._lib.JackPositionBBT
        position.bar, beat = divmod(int(whole), 4)
        position.bar, position.beat, position.tick = position.bar + 1, beat + 1, int(rest * 1920)
        position.beats_per_bar, position.beat_type = 4, 4
        position.ticks_per_beat, position.beats_per_minute = 1920, 90

    leading.set_timebase_callback(beats)
    leading.transport_frame = RATE * 4
    leading.transport_start()
    following = follow("jack")
    found = following.until(lambda position: position.rolling)
    assert found.tempo_bpm == 90.0
    frame = leading.transport_frame
    now_tick = found.tick + (time.perf_counter() - found.at_s) * 90 / 60 * PPQN
    assert now_tick == pytest.approx(frame / RATE * 90 / 60 * PPQN, abs=0.1 * PPQN)


def test_without_a_jack_server_it_says_so(follow, monkeypatch):
    require("module:jack")
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "no-such-server")
    following = follow("jack", begins=False)
    assert isinstance(following.first, Failed)
    assert "JACK does not answer" in following.first.trouble


#: A peer of its own process: prints when it has company, then where it is; does as it is told.
PEER = """
import asyncio, sys, time
from aalink import Link

async def main():
    link = Link(100)
    link.start_stop_sync_enabled = link.enabled = True
    while not link.num_peers:
        await asyncio.sleep(0.01)
    print("joined", flush=True)
    loop = asyncio.get_running_loop()
    while line := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        if line == "start":
            link.playing = True
        elif line == "stop":
            link.playing = False
        elif line.startswith("tempo"):
            link.tempo = float(line.split()[1])
        answers = []
        for _ in range(20):
            before = time.perf_counter()
            beat = link.beat
            answers.append((time.perf_counter() - before, before, beat))
        _, at, beat = min(answers)
        print(at, beat, link.tempo, flush=True)

asyncio.run(main())
"""


class Peer:
    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-c", PEER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def say(self, line):
        """Tell it something; (second, beat, tempo) after that."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return tuple(map(float, self.process.stdout.readline().split()))


@pytest.fixture
def peer():
    require("module:aalink")
    peer = Peer()
    yield peer
    peer.process.kill()
    peer.process.communicate()


def phase_off_s(position, at_s, beat, tempo_bpm):
    """How far two places in a bar of four beats are apart, in seconds."""
    here = position.tick / PPQN + (at_s - position.at_s) * position.tempo_bpm / 60
    return ((here - beat + 2) % 4 - 2) * 60 / tempo_bpm


def test_links_beat_start_stop_and_tempo_are_followed(follow, peer):
    following = follow("link")
    assert following.first == Following("Ableton Link")
    assert peer.process.stdout.readline() == "joined\n"
    following.until(lambda position: not position.rolling)
    peer.say("start")
    rolling = following.until(lambda position: position.rolling)
    offs = [phase_off_s(rolling, *peer.say("where"))]
    assert rolling.tick <= 0.1 * PPQN  # bar 1 is now or the next bar line
    peer.say("tempo 132.5")
    faster = following.until(lambda position: abs(position.tempo_bpm - 132.5) < 0.001)
    offs.append(phase_off_s(faster, *peer.say("where")))
    assert max(map(abs, offs)) < 0.0001
    peer.say("stop")
    following.until(lambda position: not position.rolling)
    assert any("Start Stop Sync" in notice for notice in following.notices)


def test_without_aalink_it_says_what_to_install(monkeypatch):
    from midigan.errors import MidiganError
    from midigan.live.leading.link_leader import LinkLeader

    monkeypatch.setitem(sys.modules, "aalink", None)
    with pytest.raises(MidiganError, match=r"midigan\[link\]"):
        LinkLeader()
