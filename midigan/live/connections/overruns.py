"""Overruns of a JACK server: cycles that a client did not finish, in which messages get lost.

Nobody tells their sender which. The server tells whoever asked that there was one (JACK2:
common/JackEngine.cpp, CheckXRun).
"""

from __future__ import annotations

import contextlib
import threading
from typing import Any

from midigan.errors import PortError

_NAME = "midigan overruns"


class Overruns:
    """Hears of them, in a process that calls nothing else that waits for the server.

    Such a call of python-rtmidi's would keep the interpreter from whoever hears.
    """

    def __init__(self) -> None:
        """Join the server. Raises PortError without it, or without JACK-Client."""
        try:
            import jack
        except (ImportError, OSError) as error:
            raise PortError(f"JACK cannot be asked: {error}") from error
        self._happened = threading.Event()
        try:
            self._client: Any = jack.Client(_NAME, no_start_server=True)
            self._client.set_xrun_callback(lambda _: self._happened.set())
            self._client.activate()
        except jack.JackError as error:
            raise PortError(f"JACK does not answer: {error}") from error

    def happened(self) -> bool:
        """Whether there was one since somebody asked."""
        if not self._happened.is_set():
            return False
        self._happened.clear()
        return True

    def close(self) -> None:
        """Leave the server."""
        with contextlib.suppress(Exception):  # it may be gone
            self._client.close()
