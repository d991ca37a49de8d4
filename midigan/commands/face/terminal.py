"""Single keys from a terminal, as they are pressed, and the terminal's own mode given back."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any, Self, TextIO

UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"

#: What the arrow keys of a Windows console send after a prefix.
_ON_WINDOWS = {"H": UP, "P": DOWN, "M": RIGHT, "K": LEFT}


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a standard stream is one; a stream that was closed before we began is None."""
    return stream is not None and stream.isatty()


class Terminal:
    """Calls `press` with what is typed, in a thread of its own, while it is entered.

    Nothing happens if standard input is no terminal. The terminal has its own mode again on
    every way out, while the process is suspended, and while it is in the background, where
    it neither reads nor touches the terminal.
    """

    def __init__(self, press: Callable[[str], None]) -> None:
        self._press = press
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._fd = -1
        self._own_mode: list[Any] = []
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if is_terminal(sys.stdin):
            self._fd = sys.stdin.fileno()
            if sys.platform != "win32":
                self._take()
            listen = self._listen_on_windows if sys.platform == "win32" else self._listen
            self._thread = threading.Thread(target=listen, daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join(1.0)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._give_back()

    def _listen_on_windows(self) -> None:
        """A Windows console has no mode to change: msvcrt reads single keys in any."""
        if sys.platform == "win32":
            import msvcrt

            while not self._ended.wait(0.05):
                while msvcrt.kbhit():
                    key = msvcrt.getwch()
                    self._press(_ON_WINDOWS.get(msvcrt.getwch(), "") if key in "\0\xe0" else key)

    def _listen(self) -> None:
        import select

        while not self._ended.is_set():
            if not in_foreground(self._fd):
                self._ended.wait(0.2)
            elif select.select([self._fd], [], [], 0.1)[0] and in_foreground(self._fd):
                text = b""
                with contextlib.suppress(OSError):
                    text = os.read(self._fd, 64)
                if text:
                    self._press(text.decode(errors="ignore"))
                else:  # the terminal is gone, or its mode changed between the two calls
                    self._ended.wait(0.2)

    def _take(self) -> None:
        import termios

        self._own_mode = termios.tcgetattr(self._fd)
        hooks = {signal.SIGTSTP: self._suspended, signal.SIGCONT: self._resumed}
        self._handlers = {number: signal.signal(number, hook) for number, hook in hooks.items()}
        self._resumed()

    def _suspended(self, *_: object) -> None:
        """Ctrl-Z: give the terminal back first, then stop as if nobody had handled it."""
        self._give_back()
        suspend()
        signal.signal(signal.SIGTSTP, self._suspended)
        self._resumed()

    def _resumed(self, *_: object) -> None:
        """Single keys, unseen; Ctrl-C and Ctrl-Z stay what they are."""
        if in_foreground(self._fd):
            import termios
            import tty

            # At once: output that someone has paused with Ctrl-S must not hold us up.
            with contextlib.suppress(OSError, termios.error):
                tty.setcbreak(self._fd, termios.TCSANOW)

    def _give_back(self) -> None:
        if self._own_mode and in_foreground(self._fd):
            import termios

            with contextlib.suppress(OSError, termios.error):
                termios.tcsetattr(self._fd, termios.TCSANOW, self._own_mode)


def in_foreground(fd: int) -> bool:
    """Whether the terminal behind a file descriptor listens to this process and its group."""
    if sys.platform == "win32":
        return True
    with contextlib.suppress(OSError):
        return os.tcgetpgrp(fd) == os.getpgrp()
    return False


def suspend() -> None:
    """Stop as if nobody had handled Ctrl-Z; returns after SIGCONT."""
    if sys.platform != "win32":
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        # To this thread, so that it is stopped before the call returns.
        signal.pthread_kill(threading.get_ident(), signal.SIGTSTP)
