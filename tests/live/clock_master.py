"""A DAW that leads by MIDI clock, as a JACK client: every byte at its exact frame."""

from __future__ import annotations

import heapq
import threading
import time

from real_parts import RATE, jack_client

CLOCK, START, CONTINUE, STOP, SONG_POSITION = 0xF8, 0xFA, 0xFB, 0xFC, 0xF2


class ClockMaster:
    """Sends what was planned.

    `pulses` keeps the frame time of every pulse sent, `cycles` that of every period with the
    moment of our clock at which it began.
    """

    def __init__(self, name: str) -> None:
        self.client = jack_client(name)
        self.port = self.client.midi_outports.register("clock")
        self._lock = threading.Lock()
        self._plan: list[tuple[float, int, bytes]] = []
        self._order = 0
        self.pulses: list[float] = []
        self.cycles: list[tuple[float, float]] = []
        self.client.set_process_callback(self._process)
        self.client.activate()

    def now(self) -> float:
        """Seconds of the server's frames."""
        return self.client.frame_time / RATE

    def at(self, seconds: float, *message: int) -> None:
        """Plan a message."""
        with self._lock:
            self._order += 1
            heapq.heappush(self._plan, (seconds, self._order, bytes(message)))

    def roll(self, begin: float, beats: float, bpm: float) -> float:
        """Plan the pulses of some beats; when the next one would be."""
        count = round(beats * 24)
        for pulse in range(count):
            self.at(begin + pulse * 60 / bpm / 24, CLOCK)
        return begin + count * 60 / bpm / 24

    def _process(self, frames: int) -> None:
        begin = self.client.last_frame_time
        self.cycles.append((begin / RATE, time.perf_counter()))
        self.port.clear_buffer()
        with self._lock:
            while self._plan and self._plan[0][0] * RATE < begin + frames:
                at, _, message = heapq.heappop(self._plan)
                frame = max(round(at * RATE), begin)
                self.port.write_midi_event(min(frame - begin, frames - 1), message)
                if message[0] == CLOCK:
                    self.pulses.append(at)

    def close(self) -> None:
        """Leave the server."""
        self.client.deactivate()
        self.client.close()
