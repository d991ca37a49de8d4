"""Overruns of a real JACK server, and what is said again after one."""

import os
import signal
import time
from pathlib import Path

import pytest
from real_parts import (
    PERIOD,
    RATE,
    Midigan,
    Receiver,
    jack_client,
    jack_server,
    process_that_runs,
    wait_until,
)

pytest.importorskip("jack")

from midigan.live.connections.overruns import Overruns
from midigan.live.processes.child import Child
from midigan.live.processes.player_messages import Failed, Overran

MODULE = "midigan.live.connections.overrun_process"
OVERRUN_S = 20 * PERIOD / RATE


@pytest.fixture(scope="module")
def server():
    with jack_server() as server:
        yield server


class SlowClient:
    """A client that holds the server up when it is told to."""

    def __init__(self):
        self._client = jack_client("Slow")
        self._waits = False
        self._client.set_process_callback(self._process)
        self._client.activate()

    def _process(self, _):
        if self._waits:
            self._waits = False
            time.sleep(OVERRUN_S)

    def overrun(self):
        self._waits = True
        wait_until("an overrun", lambda: not self._waits)

    def until(self, what, heard):
        """Overruns until somebody has heard: whoever joins the server takes a while."""
        wait_until(what, lambda: self.overrun() or time.sleep(0.2) or heard())

    def close(self):
        self._client.close()


@pytest.fixture
def slow(server):
    slow = SlowClient()
    yield slow
    slow.close()


@pytest.fixture
def child(server):
    """The process that hears of overruns, and what it says."""
    said = []
    child = Child(MODULE, said.append)
    child.listen()
    yield child, said
    child.close(1.0)


def test_an_overrun_is_heard_of_once(slow):
    overruns = Overruns()
    try:
        time.sleep(0.1)
        overruns.happened()
        slow.overrun()
        wait_until("the news", overruns.happened)
        time.sleep(2 * OVERRUN_S)
        overruns.happened()
        assert not overruns.happened()
    finally:
        overruns.close()


def test_it_is_told_at_once_and_when_it_is_over(slow, child):
    _, said = child
    slow.until("the news", lambda: said)
    wait_until("the end of it", lambda: len(said) >= 2)
    assert set(said) == {Overran()}


def test_it_ends_rather_than_keep_the_server_waiting(slow, child):
    _, said = child
    slow.until("the news", lambda: said)
    os.kill(process_that_runs(MODULE), signal.SIGSTOP)
    wait_until("its end", lambda: None in said)
    slow.overrun()
    assert slow._client.get_uuid_for_client_name("Slow")


def test_it_ends_with_whoever_started_it_and_is_none_of_its_processes(slow, child):
    process, said = child
    slow.until("the news", lambda: said)
    pid = process_that_runs(MODULE)
    assert os.getsid(pid) == pid
    assert f"PPid:\t{os.getpid()}\n" not in Path(f"/proc/{pid}/status").read_text()
    process.close(1.0)
    wait_until("its end", lambda: not Path(f"/proc/{pid}").exists())


def test_without_a_server_it_says_so(monkeypatch):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "there is none")
    said = []
    child = Child(MODULE, said.append)
    child.listen()
    wait_until("its end", lambda: None in said)
    child.close(1.0)
    assert isinstance(said[0], Failed)
    assert "JACK" in said[0].trouble


def test_a_session_releases_again_what_an_overrun_may_have_lost(slow, tiny_band):
    receiver = Receiver("Overrun receiver")
    midigan = Midigan("live", tiny_band, "--port", "overrun receiver", "--tempo", 180, "--seed", 3)

    def repeats():
        heard = [data for _, data in receiver.messages if data[0] & 0xF0 == 0x80]
        return len(heard) - sum(data[0] & 0xF0 == 0x80 for _, data in receiver.notes)

    try:
        wait_until("notes", lambda: len(receiver.notes) > 20)
        slow.until("releases that were said again", repeats)
        midigan.process.send_signal(signal.SIGINT)
        assert midigan.end()[::2] == (0, "")
        receiver.assert_silent()
    finally:
        midigan.process.kill()
        receiver.close()
