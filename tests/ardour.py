"""Ardour's engine without its face, as a real part for tests: `ardour7-lua` runs a script."""

from __future__ import annotations

import queue
import subprocess
import threading
from pathlib import Path

from real_parts import lack, require

SCRIPTS = Path(__file__).with_name("ardour_scripts")

#: Its connection to JACK fails in about a third of the starts.
_ATTEMPTS = 6
_START_S = 20.0


class Ardour:
    """A session that records one MIDI track, from when it is made until `stop`."""

    def __init__(self, folder: Path) -> None:
        require("ardour7-lua")
        for attempt in range(_ATTEMPTS):
            self.folder = folder / f"session{attempt}"
            self._stop = folder / f"stop{attempt}"
            if self._start():
                return
        lack(f"ardour7-lua does not start here: {self.said}")

    def _start(self) -> bool:
        self.process = subprocess.Popen(
            ["ardour7-lua", str(SCRIPTS / "record.lua"), str(self.folder), str(self._stop)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.said: list[str] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        try:
            self._until("rolling")
        except (EOFError, queue.Empty):
            self.close()
            return False
        self.port = next(line[5:] for line in self.said if line.startswith("port "))
        return True

    def stop(self) -> Path:
        """Stop, save and end; returns the MIDI file of the take."""
        self._stop.touch()
        self._until("saved")
        self.process.wait(_START_S)
        (take,) = self.folder.glob("interchange/*/midifiles/*.mid")
        return take

    def close(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.wait()
        self._listener.join()

    def _until(self, what: str) -> None:
        while what not in self.said:
            line = self._lines.get(timeout=_START_S)
            if line is None:
                raise EOFError
            self.said.append(line.rstrip())

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self._lines.put(line)
        self._lines.put(None)
