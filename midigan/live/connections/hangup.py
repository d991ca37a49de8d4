"""Notices that a MIDI service has died, by the sockets that its library opened for us.

libjack goes on taking messages and listing ports when its server is gone. But its server
held the other end of a socket, and that end closes with it.
"""

from __future__ import annotations

import contextlib
import os
import select
import stat
import sys
from pathlib import Path

#: Where a process sees its own open files; other systems have no libjack worth watching.
_OPEN_FILES = {"linux": Path("/proc/self/fd"), "darwin": Path("/dev/fd")}


class HangUp:
    """Watches the sockets that appear between its creation and `armed()`."""

    def __init__(self) -> None:
        self._before = _sockets()
        self._watched: dict[int, int] = {}

    def armed(self) -> HangUp:
        """Watch the connected sockets that were opened since; returns itself."""
        opened = _sockets().items() - self._before.items()
        self._watched = {fd: inode for fd, inode in opened if not _hung_up(fd)}
        return self

    def happened(self) -> bool:
        """Whether the other end of any watched socket has closed. Quick: it never waits."""
        return any(_inode(fd) != inode or _hung_up(fd) for fd, inode in self._watched.items())


def _sockets() -> dict[int, int]:
    """Open sockets of this process: file descriptor to inode."""
    folder = _OPEN_FILES.get(sys.platform)
    if folder is None:
        return {}
    found = {int(file.name): _inode(int(file.name)) for file in folder.iterdir()}
    return {fd: inode for fd, inode in found.items() if inode}


def _inode(fd: int) -> int:
    """What identifies the socket behind a file descriptor; 0 if it is none."""
    with contextlib.suppress(OSError):
        status = os.fstat(fd)
        if stat.S_ISSOCK(status.st_mode):
            return status.st_ino
    return 0


def _hung_up(fd: int) -> bool:
    # A listening or never connected socket says so from the start, and is not watched.
    poll = select.poll()
    poll.register(fd, getattr(select, "POLLRDHUP", 0))
    return any(events & ~getattr(select, "POLLIN", 0) for _, events in poll.poll(0))
