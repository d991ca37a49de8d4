"""Where sessions leave their logs unless told otherwise: a folder of the user's, kept small."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path

from midigan.errors import MidiganError

#: Logs that are kept, an hour each a few megabytes.
_KEPT = 50
_PATTERN = "session-*.jsonl"


def log_folder() -> Path:
    """The folder, by the customs of the system; it need not exist."""
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin" and "XDG_STATE_HOME" not in os.environ:
        base = home / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_STATE_HOME") or home / ".local" / "state")
    return base / "midigan"


def new_log() -> Path:
    """A path for the log of a session that begins now; the oldest logs make room for it.

    Names sort by time; two sessions of the same second differ by their process.
    """
    for path in _logs()[: 1 - _KEPT]:
        with contextlib.suppress(OSError):
            path.unlink()
    return log_folder() / f"session-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.jsonl"


def latest_log() -> Path:
    """The log of the latest session. Raises MidiganError if there is none."""
    logs = _logs()
    if not logs:
        raise MidiganError(f"no session has left a log in {log_folder()}: name a log file")
    return logs[-1]


def _logs() -> list[Path]:
    """All logs, the oldest first."""
    return sorted(log_folder().glob(_PATTERN))
