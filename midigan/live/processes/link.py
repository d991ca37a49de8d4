"""The player's line to the rest of the session: messages in, reports out, never blocking."""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from midigan.live.processes.player_messages import Stop
from midigan.live.processes.wire import Message, pack, unpack


class Link(Protocol):
    """What the player needs of whoever feeds it."""

    def receive(self, timeout_s: float) -> Message | None:
        """The next message, waiting for it at most this long; None if none came."""

    def send(self, message: Message) -> None:
        """Hand over a message without waiting for anybody to take it."""


class PipeLink:
    """A link over two pipes.

    One thread does nothing but wait for lines; they are read where the player has time for
    it. A parent that died, or a signal, is a Stop like any other.
    """

    def __init__(self, source: BinaryIO, target_fd: int) -> None:
        self._lines: queue.SimpleQueue[bytes | Message] = queue.SimpleQueue()
        self._target_fd = target_fd
        self._unsent = bytearray()
        self._set_blocking(False)
        threading.Thread(target=self._listen, args=(source,), daemon=True).start()

    def receive(self, timeout_s: float) -> Message | None:
        """The next message, waiting for it at most this long; None if none came."""
        try:
            line = self._lines.get(timeout=max(timeout_s, 0))
        except queue.Empty:
            return None
        return unpack(line) if isinstance(line, bytes) else line

    def deliver(self, message: Message) -> None:
        """Let `receive` return a message that did not come by the pipe. Safe in any thread."""
        self._lines.put(message)

    def send(self, message: Message) -> None:
        """Write a message as far as the pipe takes it; the rest goes with the next one."""
        self._unsent += pack(message)
        with contextlib.suppress(BlockingIOError):
            self._write()

    def stop(self) -> None:
        """Let `receive` return a Stop. Safe in a signal handler."""
        self.deliver(Stop())

    def flush(self) -> None:
        """Write what is left, however long that takes: nothing sounds any more."""
        self._set_blocking(True)
        while self._unsent:
            self._write()

    def _write(self) -> None:
        try:
            written = os.write(self._target_fd, self._unsent)
        except BrokenPipeError:
            written = len(self._unsent)
            self.stop()
        del self._unsent[:written]

    def _listen(self, source: BinaryIO) -> None:
        for line in source:
            self._lines.put(line)
        self.stop()

    def _set_blocking(self, blocking: bool) -> None:
        if sys.platform != "win32":
            os.set_blocking(self._target_fd, blocking)


@contextlib.contextmanager
def standard_pipes() -> Iterator[tuple[BinaryIO, int]]:
    """Standard input, and a file descriptor of standard output that nobody else writes to.

    What a C library prints goes to standard error from now on, not between our lines.
    """
    target_fd = os.dup(1)
    os.dup2(2, 1)
    try:
        yield sys.stdin.buffer, target_fd
    finally:
        os.close(target_fd)
