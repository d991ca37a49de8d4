"""Ableton Link as a leader: tempo and beat are shared by all peers, Start and Stop too.

Link has no song position: bar 1 is the first bar line at or after the Start.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from midigan.errors import MidiganError
from midigan.live.clock import PPQN
from midigan.live.leading.said import Said
from midigan.live.processes.player_messages import Notice, Position, Start

#: A phrase has two bars.
_BARS = 2
#: How often it is asked where it is: a Start that takes effect at once is known so late.
_ASK_EVERY_S = 0.01
_FIRST_BPM = 120.0


class LinkLeader:
    """Joins the Link session of this network."""

    name = "Ableton Link"

    def __init__(self) -> None:
        """Join. Raises MidiganError if aalink is not installed."""
        try:
            from aalink import Link
        except ImportError as error:
            raise MidiganError(
                "--sync link needs aalink, which is not installed: pip install 'midigan[link]'"
            ) from error
        self._loop = asyncio.new_event_loop()
        self._link = self._loop.run_until_complete(_join(Link))
        self._said = Said()
        self._playing = False
        self._notices: list[Notice] = []

    def begin(self, start: Start) -> None:
        """Bars are as long as the generator's; alone in a session, its tempo is taken."""
        self._link.quantum = start.phrase_ticks / _BARS / PPQN
        if self._link.num_peers == 0:
            self._link.tempo = start.tempo_bpm
        if not self._link.playing:
            self._notices.append(
                Notice("waiting for Start: it comes if Start Stop Sync is on in the DAW's settings")
            )

    def listen(self, timeout_s: float) -> list[Position | Notice]:
        """What is new, waiting for it at most this long."""
        self._loop.run_until_complete(asyncio.sleep(min(timeout_s, _ASK_EVERY_S)))
        playing = bool(self._link.playing)
        if playing and not self._playing:
            self._link.request_beat_at_start_playing_time(0)
        self._playing = playing
        position = self._said.say_if_new(self._position() if playing else self._standing())
        notices, self._notices = self._notices, []
        return [*notices, position] if position is not None else [*notices]

    def close(self) -> None:
        """Leave the session."""
        self._link.enabled = False

    def _position(self) -> Position:
        """Where Link is, and exactly when: the quickest of three answers."""
        answers = []
        for _ in range(3):
            before_s = time.perf_counter()
            beat = self._link.beat
            after_s = time.perf_counter()
            answers.append((after_s - before_s, (before_s + after_s) / 2, beat))
        _, at_s, beat = min(answers)
        return Position(beat * PPQN, at_s, self._link.tempo, True)

    def _standing(self) -> Position:
        return Position(0.0, time.perf_counter(), self._link.tempo, False)


async def _join(link_class: Any) -> Any:
    """Link wants an event loop that runs when it is made."""
    link = link_class(_FIRST_BPM)
    link.start_stop_sync_enabled = True
    link.enabled = True
    return link
