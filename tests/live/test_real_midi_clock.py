"""`midigan live --sync midi` behind a real JACK server, led byte by byte."""

import signal
import statistics
from collections import Counter

import pytest
from real_parts import PERIOD, RATE, Midigan, Receiver, jack_server, require, wait_until

require_jack = pytest.importorskip("jack")

from clock_master import CONTINUE, SONG_POSITION, START, STOP, ClockMaster  # noqa: E402

from midigan.live.leading.midi_leader import MidiLeader  # noqa: E402
from midigan.live.processes.player_messages import Notice, Position  # noqa: E402

#: Notes are seen a period late at most, and sent a period late at most.
TWO_PERIODS_S = 2.5 * PERIOD / RATE


@pytest.fixture(scope="module")
def server():
    require("jackd")
    with jack_server() as server:
        yield server


@pytest.fixture
def daw(server):
    master, receiver = ClockMaster("Daw"), Receiver("Synth")
    yield master, receiver
    receiver.close()
    master.close()


@pytest.fixture
def midigan(daw, tiny_band):
    arguments = ["--port", "synth in", "--sync", "midi", "--clock-port", "daw clock"]
    midigan = Midigan("live", tiny_band, *arguments, "--seed", 3)
    assert "following Daw:clock" in midigan.process.stdout.readline()
    assert "playing band to Synth:in in time with a MIDI clock" in midigan.process.stdout.readline()
    yield midigan
    midigan.process.kill()
    midigan.process.communicate()


def strikes(receiver, begin, end):
    return [at for at, data in receiver.notes if data[0] & 0xF0 == 0x90 and begin <= at < end]


def reach(master, seconds):
    wait_until("the clock", lambda: master.now() > seconds, timeout_s=60)


def test_it_starts_keeps_time_changes_tempo_and_stops(daw, midigan):
    master, receiver = daw
    begin = master.now() + 0.3
    master.at(begin - 0.005, START)
    faster = master.roll(begin, 8, 120)
    stop = master.roll(faster, 8, 132)
    master.at(stop, STOP)
    reach(master, stop + 1)

    played = strikes(receiver, 0, 1e9)
    assert begin - 0.001 <= played[0] < begin + TWO_PERIODS_S
    assert played[-1] < stop + TWO_PERIODS_S
    receiver.assert_silent()
    for first, last, step in ((begin, faster, 60 / 120 / 4), (faster + 0.5, stop, 60 / 132 / 4)):
        origin = begin if first == begin else faster
        off = [
            at - origin - round((at - origin) / step) * step for at in played if first < at < last
        ]
        assert len(off) > 50
        assert abs(statistics.median(off)) < TWO_PERIODS_S / 2

    midigan.process.send_signal(signal.SIGINT)
    status, _, err = midigan.end()
    assert (status, err) == (0, "")


def test_it_continues_where_the_song_is_placed_and_loops(daw, midigan):
    master, receiver = daw
    begin = master.now() + 0.3
    master.at(begin - 0.01, SONG_POSITION, 32, 0)
    master.at(begin - 0.005, CONTINUE)
    at, turns = begin, []
    for _ in range(3):
        turns.append(at)
        at = master.roll(at, 4, 120)
        master.at(at - 0.004, STOP)
        master.at(at - 0.003, SONG_POSITION, 32, 0)
        master.at(at - 0.002, CONTINUE)
    master.at(at, STOP)
    reach(master, at + 1)

    receiver.assert_silent()
    rounds = [
        Counter(
            (round((at - turn) / 0.125), data)
            for at, data in receiver.notes
            if data[0] & 0xF0 == 0x90 and turn - 0.02 <= at < turn + 1.95
        )
        for turn in turns
    ]
    assert len(rounds[0]) > 20
    assert rounds[2] - rounds[0] == rounds[0] - rounds[2] == Counter()
    # Word of the first turn may come after the note that it should have kept from sounding.
    unforeseen = rounds[1] - rounds[0]
    assert {step for step, _ in unforeseen} <= {0}
    assert rounds[0] - rounds[1] == Counter()


def test_a_lost_clock_is_silence_until_it_returns(daw, midigan):
    master, receiver = daw
    begin = master.now() + 0.3
    master.at(begin - 0.005, START)
    lost = master.roll(begin, 4, 120)
    reach(master, lost + 1.2)
    assert strikes(receiver, lost + 0.6 + TWO_PERIODS_S, 1e9) == []
    receiver.assert_silent()
    back = lost + 1.5
    end = master.roll(back, 4, 120)
    reach(master, end)
    assert strikes(receiver, back, end)
    midigan.process.send_signal(signal.SIGINT)
    _, out, _ = midigan.end()
    assert out.count("MIDI clock is lost") >= 1
    assert out.count("MIDI clock is back") == 1
    receiver.assert_silent()


@pytest.fixture
def leader(server):
    """One that listens to a clock, and all who have led it, of whom the last is there."""
    masters = [ClockMaster("Daw")]
    leader = MidiLeader("daw clock", "jack")
    yield masters, leader
    leader.close()
    masters[-1].close()


def hear(leader, wanted):
    """Let it listen until it says something that is wanted."""
    said = []

    def heard():
        said.extend(leader.listen(0.05))
        return any(wanted(message) for message in said)

    wait_until("something", heard)


def rolls_from_bar_1(master, leader):
    begin = master.now() + 0.2
    master.at(begin - 0.01, START)
    master.roll(begin, 2, 120)
    hear(leader, lambda said: isinstance(said, Position) and said.rolling and said.tick == 0)


def says(text):
    return lambda said: isinstance(said, Notice) and text in said.text


def test_a_clock_whose_port_goes_and_comes_back_is_followed_again(leader):
    masters, leader = leader
    rolls_from_bar_1(masters[-1], leader)
    masters[-1].close()
    hear(leader, says("'Daw:clock' has gone away"))
    masters.append(ClockMaster("Daw"))
    hear(leader, says("'Daw:clock' is back"))
    rolls_from_bar_1(masters[-1], leader)
    # And so soon that it never seems to be away.
    masters[-1].close()
    masters.append(ClockMaster("Daw"))
    hear(leader, says("'Daw:clock' is back"))
    rolls_from_bar_1(masters[-1], leader)


def test_a_clock_that_is_disconnected_by_hand_is_told_of_and_followed_when_connected(leader):
    (master,), leader = leader
    rolls_from_bar_1(master, leader)
    (ours,) = [port.name for port in master.port.connections]
    master.client.disconnect(master.port, ours)
    hear(leader, says("'Daw:clock' was disconnected from midigan"))
    master.client.connect(master.port, ours)
    hear(leader, says("'Daw:clock' is connected to midigan again"))
    rolls_from_bar_1(master, leader)


@pytest.mark.usefixtures("server")
def test_whoever_connects_a_clock_to_our_port_is_followed():
    leader, master = MidiLeader(None, "jack"), ClockMaster("Daw")
    (ours,) = master.client.get_ports("midigan clock", is_input=True)
    master.client.connect(master.port, ours)
    rolls_from_bar_1(master, leader)
    leader.close()
    master.close()
