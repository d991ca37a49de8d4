"""Ardour's engine without its face, whose MIDI clock others follow, or that follows theirs."""

from __future__ import annotations

import queue
import subprocess
import threading
from pathlib import Path

from ardour import SCRIPTS
from ardour_window import new_session
from real_parts import lack

#: What its session loops: bars 2 and 3 at 120 bpm, in 1920ths of a quarter note.
LOOP = (
    '<Locations><Location id="99999" name="Loop" start="b7680" end="b23040" flags="IsAutoLoop" '
    'locked="0" timestamp="0" cue="0"/></Locations>'
)
CLOCK_PORT = "ardour:MIDI Clock out"
#: Where it hears the clock that it follows.
CLOCK_INPUT = "ardour:MIDI Clock in"

#: Its connection to JACK fails in about a third of the starts.
_ATTEMPTS = 6
_START_S = 30.0


class ArdourClock:
    """A session at 120 bpm that does as it is told, one line at a time (see clock.lua)."""

    def __init__(self, folder: Path) -> None:
        for attempt in range(_ATTEMPTS):
            session = folder / f"clock{attempt}"
            new_session(session)
            file = session / f"{session.name}.ardour"
            text = file.read_text()
            assert "<Locations/>" in text
            file.write_text(text.replace("<Locations/>", LOOP))
            if self._start(session):
                return
        lack(f"ardour7-lua does not start here: {self.said}")

    def _start(self, session: Path) -> bool:
        self._process = subprocess.Popen(
            ["ardour7-lua", str(SCRIPTS / "clock.lua"), str(session), session.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.said: list[str] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        try:
            self._until("ready")
        except (EOFError, queue.Empty):
            self.close()
            return False
        return True

    def do(self, what: str) -> None:
        """Let it do something, and wait until it has been asked to."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        self._until(f"did {what}")

    def where(self) -> int:
        """The frame at which its transport is."""
        self.do("where")
        return int(self.said[-2])

    def close(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        assert self._process.stdin is not None
        self._process.stdin.close()

    def _until(self, what: str) -> None:
        while (line := self._lines.get(timeout=_START_S)) is not None:
            self.said.append(line)
            if line == what:
                return
        raise EOFError

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._lines.put(line.rstrip())
        self._lines.put(None)
