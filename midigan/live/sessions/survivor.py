"""Whoever sends the note-offs of a player that was killed.

Through a named port a successor sends them. A virtual port has died with its owner: at JACK and
ALSA a process with a standby port, started in time, reaches those who listened to it. CoreMIDI
does not tell us who that was, so there the receivers have to be silenced by hand.
"""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Sequence

from midigan.live.processes.child import Child
from midigan.live.processes.player_messages import Ended, Guard, Hush, Open, Opened
from midigan.live.processes.wire import Message
from midigan.live.sessions.wish import Wish

_PATIENCE_S = 2.0


class Survivor:
    """Ready for the death of a session's player."""

    def __init__(self, wish: Wish) -> None:
        self._wish = wish
        self._said: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._standby: Child | None = None

    def guard(self, opened: Opened) -> None:
        """The player plays now, through this port."""
        if opened.shown_as:
            self._standby = self._start("midigan.live.playing.standby_process")
            self._standby.send(Guard(opened.shown_as, opened.backend))

    def hush(self, channels: Sequence[int]) -> bool:
        """Release every key of these channels; whether somebody could be told to."""
        wish = self._wish
        if wish.port is not None:
            self._standby = self._start("midigan.live.playing.player_process")
            self._standby.send(Open(wish.port, None, wish.backend))
        if self._standby is None:
            return False
        self._standby.send(Hush(channels))
        return self._hushed()

    def close(self) -> None:
        """End it."""
        if self._standby is not None:
            self._standby.close(_PATIENCE_S)

    def _start(self, module: str) -> Child:
        child = Child(module, self._said.put)
        child.listen()
        return child

    def _hushed(self) -> bool:
        """Wait until it says that it is done, or that it cannot be."""
        deadline = time.monotonic() + _PATIENCE_S
        with contextlib.suppress(queue.Empty):
            while (left := deadline - time.monotonic()) > 0:
                message = self._said.get(timeout=left)
                if message is None or isinstance(message, Ended):
                    return message == Ended("")
        return False
