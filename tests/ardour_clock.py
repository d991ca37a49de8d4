"""Ardour's engine without its face, whose MIDI clock others follow, or that follows theirs."""

from __future__ import annotations

from pathlib import Path

from ardour import Script, started
from ardour_session import new_session

#: What its session loops: bars 2 and 3 at 120 bpm, in 1920ths of a quarter note.
LOOP = (
    '<Locations><Location id="99999" name="Loop" start="b7680" end="b23040" flags="IsAutoLoop" '
    'locked="0" timestamp="0" cue="0"/></Locations>'
)
CLOCK_PORT = "ardour:MIDI Clock out"
#: Where it hears the clock that it follows.
CLOCK_INPUT = "ardour:MIDI Clock in"


class ArdourClock:
    """A session at 120 bpm that does as it is told, one line at a time (see clock.lua)."""

    def __init__(self, folder: Path) -> None:
        def begin(attempt: int) -> Script:
            session = folder / f"clock{attempt}"
            new_session(session)
            file = session / f"{session.name}.ardour"
            text = file.read_text()
            assert "<Locations/>" in text
            file.write_text(text.replace("<Locations/>", LOOP))
            return Script("clock.lua", session, session.name)

        self._script = started(begin, "ready")

    def do(self, what: str) -> None:
        """Let it do something, and wait until it has been asked to."""
        self._script.tell(what)
        self._script.until(f"did {what}")

    def where(self) -> int:
        """The frame at which its transport is."""
        self.do("where")
        return int(self._script.said[-2])

    def close(self) -> None:
        """End it, whatever it does."""
        self._script.close()
