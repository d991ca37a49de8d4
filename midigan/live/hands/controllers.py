"""MIDI controllers, or a keyboard, on an input port, heard in a process of their own."""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from midigan.controls import Turn
from midigan.errors import PortError
from midigan.live.hands.desk import Desk
from midigan.live.processes.child import Child
from midigan.live.processes.player_messages import Failed, Notice, Open, Opened, Touched
from midigan.live.processes.wire import Message

#: Names of virtual inputs: for controllers, and for held chords.
CONTROL, CHORDS = "midigan control", "midigan chords"

#: Opening a port may take so long; ending by itself, so long.
_OPEN_S, _PATIENCE_S = 20.0, 1.0


class Reader(Protocol):
    """What makes turns of MIDI messages."""

    def turns(self, message: Sequence[int]) -> list[Turn]:
        """The turns that a message means."""


class Controllers:
    """An open input, and whoever takes what its controllers send."""

    def __init__(self, port: str, backend: str | None, virtual: str) -> None:
        """Open an input by name, or for "" a virtual one. Raises PortError if it cannot be."""
        self._opened: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._hear: Callable[[Message | None], None] = self._opened.put
        self._child = Child("midigan.live.hands.controller_process", self._heard)
        self._child.send(Open(port or None, virtual, backend))
        self._child.listen()
        try:
            answer = self._opened.get(timeout=_OPEN_S)
        except queue.Empty:
            answer = Failed("the port for controllers does not open")
        if not isinstance(answer, Opened):
            self.close()
            trouble = answer.trouble if isinstance(answer, Failed) else "it ended"
            raise PortError(f"no controllers: {trouble}")
        #: The full name of the input.
        self.name = answer.port

    def _heard(self, said: Message | None) -> None:
        self._hear(said)  # whoever that is by now

    def close(self) -> None:
        """Close the input."""
        self._hear = lambda _: None
        self._child.close(_PATIENCE_S)

    @contextlib.contextmanager
    def heard_by(self, desk: Desk, reader: Reader) -> Iterator[None]:
        """Turn things while this is entered; whatever happens to the input, it only says so."""
        lost = False

        def hear(said: Message | None) -> None:
            nonlocal lost
            if isinstance(said, Touched):
                for turn in reader.turns(said.message):
                    desk.turn(turn)
            elif isinstance(said, Notice):
                desk.say(said.text)
            elif isinstance(said, Failed) or (said is None and not lost):
                lost = True
                trouble = "their process was killed" if said is None else said.trouble
                desk.say(f"controllers are lost: {trouble}")

        with self.messages_to(hear):
            yield

    @contextlib.contextmanager
    def messages_to(self, hear: Callable[[Message | None], None]) -> Iterator[None]:
        """Let `hear` take every message, in a thread, while this is entered; then close."""
        self._hear = hear
        try:
            yield
        finally:
            self.close()
