"""A pseudo-terminal with a job in it, read with a time limit; what is on its screen, too."""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from typing import Any

#: Leads a session as a shell does: a job of its own in the foreground, and its states told.
SHELL = """
import fcntl, os, signal, subprocess, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
job = subprocess.Popen([sys.executable, *sys.argv[2:]], process_group=0)
os.tcsetpgrp(0, job.pid)
tell = os.fdopen(int(sys.argv[1]), "w", buffering=1)
tell.write(f"{job.pid}\\n")
while True:
    _, status = os.waitpid(job.pid, os.WUNTRACED)
    canonical = bool(termios.tcgetattr(0)[3] & termios.ICANON)
    if os.WIFSTOPPED(status):
        tell.write(f"stopped {canonical}\\n")
    else:
        tell.write(f"ended {canonical} {os.waitstatus_to_exitcode(status)}\\n")
        break
signal.pause()
"""

#: A machine that is busy may take that long for anything.
PATIENCE_S = 60.0

ENTERED, LEFT = "\x1b[?1049h", "\x1b[?1049l"


class Shell:
    """A pseudo-terminal, a shell in it, and a job of Python's with these arguments."""

    def __init__(self, *arguments: str, size: tuple[int, int] = (80, 24), **environ: str) -> None:
        self.master, slave = os.openpty()
        self.slave = slave
        self.resize(*size)
        self._told, tell = os.pipe()
        env = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "", "PYTHONUTF8": "1"}
        for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"):
            env.pop(name, None)
        self.process = subprocess.Popen(
            [sys.executable, "-c", SHELL, str(tell), *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            pass_fds=[tell],
            env={**env, **environ},
        )
        os.close(tell)
        self.everything = ""
        # What is read may end within a character.
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._unread = 0
        self._line = b""
        self.job = int(self.told())

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def look(self, seconds: float) -> None:
        """Take what the terminal shows, waiting for it at most so long."""
        if select.select([self.master], [], [], seconds)[0]:
            self.everything += self._decoder.decode(os.read(self.master, 65536))

    @property
    def seen(self) -> str:
        """What has been shown since the last `expect`."""
        return self.everything[self._unread :]

    def expect(self, text: str) -> None:
        """Wait for a text; what was shown until its end is done with."""
        self.wait(repr(text), lambda: text in self.seen)
        self._unread += self.seen.index(text) + len(text)

    def wait(self, what: str, happened: Callable[[], Any]) -> None:
        """Look until something has happened."""
        deadline = time.monotonic() + PATIENCE_S
        while not happened():
            assert time.monotonic() < deadline, f"no {what}, but {self.everything[-3000:]!r}"
            self.look(0.05)

    def told(self) -> str:
        """The next line of what the shell says of its job; meanwhile the terminal is read."""
        deadline = time.monotonic() + PATIENCE_S
        while b"\n" not in self._line:
            assert time.monotonic() < deadline, f"the job goes on: {self.everything[-3000:]!r}"
            self.look(0.05)
            if select.select([self._told], [], [], 0)[0]:
                more = os.read(self._told, 1000)
                assert more, f"the shell ended: {self.everything[-3000:]!r}"
                self._line += more
        line, _, self._line = self._line.partition(b"\n")
        self.look(0)
        return line.decode()

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self.master, text.encode())

    def picture(self) -> list[str]:
        """The rows of the last whole picture on the alternate screen, without colours."""
        frames = self.everything.rpartition(ENTERED)[2].split("\x1b[H")
        whole = [frame for frame in frames[1:-1] if frame.strip()]
        return [plain(row) for row in whole[-1].split("\n")] if whole else []

    def shows(self, text: str) -> bool:
        """Whether that text is in the last picture."""
        return any(text in row for row in self.picture())

    def close(self) -> None:
        """End the shell and its job."""
        with contextlib.suppress(OSError):
            os.killpg(self.job, 9)
        self.process.kill()
        self.process.wait()
        for fd in (self._told, self.master, self.slave):
            os.close(fd)


@contextlib.contextmanager
def shell(*arguments: str, size: tuple[int, int] = (80, 24), **environ: str) -> Iterator[Shell]:
    """A shell that is closed at the end."""
    made = Shell(*arguments, size=size, **environ)
    try:
        yield made
    finally:
        made.close()


def plain(text: str) -> str:
    """A text without escape sequences and carriage returns."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).replace("\r", "")
