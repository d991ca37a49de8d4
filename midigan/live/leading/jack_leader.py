"""JACK's transport as a leader: its frames, or bars and beats from its timebase master."""

from __future__ import annotations

import contextlib
import queue
import time
from typing import Any, NamedTuple

from midigan.errors import MidiganError, PortError
from midigan.live.clock import PPQN
from midigan.live.leading.said import Said
from midigan.live.processes.player_messages import Notice, Position, Start

#: Without news the place is looked at so often, in seconds.
_REFRESH_S = 0.25
#: How much JACK's clock may drift from ours in a period.
_DRIFT_S = 1e-6


class Cycle(NamedTuple):
    """One period of the server: whether the transport rolls, and where it is when it begins."""

    rolling: bool
    at_s: float
    position: dict[str, float]


def position_of(cycle: Cycle, tempo_bpm: float) -> Position:
    """Where the song is: by bar and beat if there is a timebase master, else by this tempo."""
    found, at_s = cycle.position, cycle.at_s
    if "beats_per_minute" not in found:
        seconds = found["frame"] / found["frame_rate"]
        return Position(seconds * tempo_bpm / 60 * PPQN, at_s, tempo_bpm, cycle.rolling)
    quarters_a_beat = 4 / found["beat_type"]
    beats = (found["bar"] - 1) * found["beats_per_bar"] + found["beat"] - 1
    beats += found["tick"] / found["ticks_per_beat"]
    at_s -= found.get("bbt_offset", 0) / found["frame_rate"]
    tempo_bpm = found["beats_per_minute"] * quarters_a_beat
    return Position(beats * quarters_a_beat * PPQN, at_s, tempo_bpm, cycle.rolling)


class JackLeader:
    """Reads the transport in every period, and keeps those that say something new."""

    name = "JACK transport"

    def __init__(self) -> None:
        """Join the server. Raises MidiganError without JACK-Client, PortError without JACK."""
        try:
            import jack
        except (ImportError, OSError) as error:
            raise MidiganError(
                "--sync jack needs JACK-Client and JACK: pip install 'midigan[jack]'"
            ) from error
        self._jack: Any = jack
        self._cycles: queue.SimpleQueue[Cycle | None] = queue.SimpleQueue()
        self._expected: tuple[bool, int] = False, -1
        self._refresh_s = 0.0
        self._behind_s = float("inf")  # from JACK's clock to ours
        self._tempo_bpm = 120.0
        self._said = Said()
        try:
            self._client = jack.Client("midigan sync", no_start_server=True)
        except jack.JackError as error:
            raise PortError(f"JACK does not answer: {error}") from error
        self._client.set_process_callback(self._process)
        self._client.set_shutdown_callback(lambda *_: self._cycles.put(None))

    def begin(self, start: Start) -> None:
        """Without a timebase master the tempo is that of `start`."""
        self._tempo_bpm = start.tempo_bpm
        self._client.activate()

    def listen(self, timeout_s: float) -> list[Position | Notice]:
        """What is new, waiting for it at most this long."""
        said: list[Position | Notice] = []
        with contextlib.suppress(queue.Empty):
            cycle = self._cycles.get(timeout=timeout_s)
            while True:
                if cycle is None:
                    raise PortError("the JACK server has gone away")
                position = self._said.say_if_new(position_of(cycle, self._tempo_bpm))
                if position is not None:
                    said.append(position)
                cycle = self._cycles.get_nowait()
        return said

    def close(self) -> None:
        """Leave the server."""
        self._client.deactivate()
        self._client.close()

    def _process(self, frames: int) -> None:
        """In JACK's own thread, at the beginning of every period."""
        now_s = time.perf_counter()
        state, position = self._client.transport_query_struct()
        jack_s = position.usecs / 1e6
        # Woken up at best at once: the least difference is that between the clocks.
        self._behind_s = min(self._behind_s + _DRIFT_S, now_s - jack_s)
        rolling = state == self._jack.ROLLING
        if (rolling, position.frame) != self._expected or now_s > self._refresh_s:
            self._refresh_s = now_s + _REFRESH_S
            found = self._jack.position2dict(position)
            self._cycles.put(Cycle(rolling, jack_s + self._behind_s, found))
        self._expected = rolling, position.frame + (frames if rolling else 0)
