"""A DAW that leads by MIDI clock, heard on an input port."""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Sequence

from midigan.live.connections.plug import Plug, connect, create
from midigan.live.leading.midi_clock import SIXTEENTH, MidiClock
from midigan.live.leading.pulses import SONG_POSITION
from midigan.live.leading.timelines import timeline
from midigan.live.processes.player_messages import Notice, Position, Start

_VIRTUAL = "midigan clock"
_LOOK_EVERY_S = 0.25
#: Ports of those whose Song Position counts pulses instead of sixteenths. Ardour: TempoMap's
#: midi_clock_beat_at_or_after, 24 a quarter note.
_COUNT_PULSES = "ardour:"


class MidiLeader:
    """Listens on an input, by name or a virtual one of our own."""

    def __init__(self, wanted: str | None, backend: str | None) -> None:
        """Open the input. Raises PortError if that cannot be."""
        self._arrived: queue.SimpleQueue[tuple[Sequence[int], float]] = queue.SimpleQueue()
        self._plug = _open(wanted, backend)
        self._timeline = timeline(self._plug.client)
        self._clock = MidiClock(self._timeline)
        self._plug.listen(self._arrive)
        self._was_lost = False
        self._next_look_s = 0.0

    @property
    def name(self) -> str:
        """The full name of the input."""
        return self._plug.name

    def begin(self, start: Start) -> None:
        """MIDI clock says everything by itself."""

    def listen(self, timeout_s: float) -> list[Position | Notice]:
        """What is new, waiting for it at most this long."""
        said: list[Position | Notice | None] = []
        with contextlib.suppress(queue.Empty):
            message, at_s = self._arrived.get(timeout=timeout_s)
            while True:
                if message[0] == SONG_POSITION:
                    self._clock.position_pulses = self._position_pulses()
                said.append(self._clock.hear(message, at_s))
                message, at_s = self._arrived.get_nowait()
        now_s = time.perf_counter()
        said.append(self._clock.quiet(self._timeline.theirs_s(now_s)))
        if self._clock.lost != self._was_lost:
            self._was_lost = self._clock.lost
            what = "is lost: silent until it returns" if self._was_lost else "is back"
            said.append(Notice(f"MIDI clock {what}"))
        if now_s >= self._next_look_s:
            self._next_look_s = now_s + _LOOK_EVERY_S
            news = self._plug.check()
            said.append(Notice(news) if news else None)
        return [message for message in said if message is not None]

    def close(self) -> None:
        """Close the input."""
        self._plug.close()

    def _position_pulses(self) -> int:
        """What those count who place the song, by all that is known of them."""
        names = self._plug.others() or {self._plug.name}
        return 1 if any(name.casefold().startswith(_COUNT_PULSES) for name in names) else SIXTEENTH

    def _arrive(self, event: tuple[Sequence[int], float], _: object = None) -> None:
        # In a thread of the MIDI library: nothing but the time, and away.
        self._arrived.put((event[0], self._timeline.now_s()))


def _open(wanted: str | None, backend: str | None) -> Plug:
    if wanted is None:
        return create(_VIRTUAL, backend, inputs=True, timed=True)
    return connect(wanted, backend, inputs=True, timed=True)
