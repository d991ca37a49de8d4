"""Whoever hears for the player that JACK ran late, and is there again after it has died."""

from __future__ import annotations

import threading
from collections.abc import Callable

from midigan.live.processes.child import Child
from midigan.live.processes.player_messages import Failed, Opened, Overran
from midigan.live.processes.wire import Message

_MODULE = "midigan.live.connections.overrun_process"
_PATIENCE_S = 1.0
#: A process that begins takes processor time, which the first notes are to have for themselves.
_BEGINS_AFTER_S = 0.5
#: It ends by itself when it is stopped, or cannot keep up. The first wait, and the longest.
_AGAIN_S, _AGAIN_AT_MOST_S = 1.0, 64.0


class OverrunWatch:
    """Tells the player of overruns, from when it plays through a port of JACK's."""

    def __init__(self, tell: Callable[[Message], None]) -> None:
        """tell: hands a message to the player; called in a thread."""
        self._tell = tell
        self._child: Child | None = None
        self._changing = threading.Lock()
        self._over = threading.Event()
        self._again_s = _AGAIN_S

    def begin(self, opened: Opened) -> None:
        """The player plays now, through this port."""
        if opened.backend == "jack":
            threading.Thread(target=self._start, args=(_BEGINS_AFTER_S,), daemon=True).start()

    def close(self) -> None:
        """End it."""
        self._over.set()
        with self._changing:
            if self._child is not None:
                self._child.close(_PATIENCE_S)

    def _start(self, after_s: float) -> None:
        self._over.wait(after_s)
        with self._changing:
            if not self._over.is_set():
                self._child = Child(_MODULE, self._hear)
                self._child.listen()

    def _hear(self, message: Message | None) -> None:
        if isinstance(message, Overran):
            self._tell(message)
        elif isinstance(message, Failed):
            self._over.set()  # there is no hearing it here
        elif message is None:
            wait_s, self._again_s = self._again_s, min(2 * self._again_s, _AGAIN_AT_MOST_S)
            self._start(wait_s)
