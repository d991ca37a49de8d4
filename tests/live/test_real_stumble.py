"""`midigan live --sync midi` behind a real JACK server that loses time, and messages."""

import signal
import statistics
import time

import pytest
from real_parts import RATE, Midigan, Receiver, jack_server, wait_until

pytest.importorskip("jack")

from clock_master import START, STOP, ClockMaster

STEP_S = 60 / 120 / 4
STUMBLES_S = (0.037, 0.021, 0.044, 0.013, 0.032)


@pytest.mark.parametrize("period", [256, 1024])
def test_it_is_in_time_again_at_once(period, tiny_band):
    with jack_server(period) as server:
        master, receiver = ClockMaster("Daw"), Receiver("Synth")
        arguments = ["--port", "synth in", "--sync", "midi", "--clock-port", "daw clock"]
        midigan = Midigan("live", tiny_band, *arguments, "--seed", 3)
        assert "following Daw:clock" in midigan.process.stdout.readline()
        assert "in time with a MIDI clock" in midigan.process.stdout.readline()
        begin = master.now() + 0.3
        master.at(begin - 0.005, START)
        stop = master.roll(begin, 16, 120)
        master.at(stop, STOP)
        wait_until("the clock", lambda: master.now() > begin + 4)
        for late_s in STUMBLES_S:
            server.process.send_signal(signal.SIGSTOP)
            time.sleep(late_s)
            server.process.send_signal(signal.SIGCONT)
            time.sleep(0.2)
        stumbled = master.now()
        wait_until("the clock", lambda: master.now() > stop + 0.5)
        midigan.process.send_signal(signal.SIGINT)
        assert midigan.end()[0] == 0
        receiver.assert_silent()

        def off_s(after, before):
            """How far notes are from the beat, by the server's frames; in the middle."""
            struck = [at for at, data in receiver.notes if data[0] & 0xF0 == 0x90]
            played = [at - begin for at in struck if after < at < before]
            assert len(played) > 20
            return statistics.median(at - round(at / STEP_S) * STEP_S for at in played)

        shift_s = off_s(stumbled + 0.3, stumbled + 2.3) - off_s(begin, stumbled)
        assert abs(shift_s) < period / RATE / 2
        receiver.close()
        master.close()
