"""Ardour's engine without its face, as a real part for tests: `ardour7-lua` runs a script."""

from __future__ import annotations

import queue
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from real_parts import lack, require

SCRIPTS = Path(__file__).with_name("ardour_scripts")

#: Its connection to JACK fails in about a third of the starts.
_ATTEMPTS = 6
_ANSWER_S = 30.0


class Script:
    """One of `ardour_scripts` in that engine; what it is told and what it says are lines."""

    def __init__(self, name: str, *arguments: object) -> None:
        self._process = subprocess.Popen(
            ["ardour7-lua", str(SCRIPTS / name), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.said: list[str] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def tell(self, line: str) -> None:
        """Send it a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def until(self, what: str) -> None:
        """Wait until it says a line. Raises EOFError if it ends, queue.Empty if it is mute."""
        while (line := self._lines.get(timeout=_ANSWER_S)) is not None:
            self.said.append(line)
            if line == what:
                return
        raise EOFError

    def end(self) -> None:
        """Wait until it has ended by itself."""
        self._process.wait(_ANSWER_S)

    def close(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        assert self._process.stdin is not None
        self._process.stdin.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._lines.put(line.rstrip())
        self._lines.put(None)


def started(begin: Callable[[int], Script], ready: str) -> Script:
    """What `begin` starts at one of its attempts, by number, once it has said `ready`."""
    require("ardour7-lua")
    said: list[str] = []
    for attempt in range(_ATTEMPTS):
        script = begin(attempt)
        try:
            script.until(ready)
        except (EOFError, queue.Empty):
            script.close()
            said = script.said
        else:
            return script
    lack(f"ardour7-lua does not start here: {said}")
    raise AssertionError


class Ardour:
    """A session that records one MIDI track, from when it is made until `stop`."""

    def __init__(self, folder: Path) -> None:
        def begin(attempt: int) -> Script:
            self.folder = folder / f"session{attempt}"
            return Script("record.lua", self.folder)

        self._script = started(begin, "rolling")
        self.port = next(line[5:] for line in self._script.said if line.startswith("port "))

    def stop(self) -> Path:
        """Stop, save and end; returns the MIDI file of the take."""
        self._script.tell("stop")
        self._script.until("saved")
        self._script.end()
        (take,) = self.folder.glob("interchange/*/midifiles/*.mid")
        return take

    def close(self) -> None:
        """End it, whatever it does."""
        self._script.close()
