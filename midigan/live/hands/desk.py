"""Where all hands meet: keys, OSC and controllers turn things here, from threads of their own."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import NamedTuple

from midigan.controls import BOUNDS, Turn
from midigan.live.processes.player_messages import Notice
from midigan.live.processes.wire import Message

#: What changes quickly: the latest value counts, when it is passed on.
_QUICK = (*BOUNDS, "harmony")

#: The fingers of a chord come down one after the other: all are there so long after the last.
_CHORD_S = 0.03

#: Other turns that are taken between two times of passing on: more than any hands can make,
#: and few enough for the composer to keep up with a device that has gone mad.
_MOST = 25

#: What a hand may do beside turning controls of the music: keep the last bars, release all
#: keys, end. It is the session that does it.
ACTIONS = ("keep", "panic", "quit")


class Soon(NamedTuple):
    """To the session: the desk now knows when what was turned is to be passed on."""


class Desk:
    """Passes turns on: controls to the composer, actions to the session.

    to_composer, to_session: take a message, from any thread.
    """

    def __init__(
        self, to_composer: Callable[[Message], None], to_session: Callable[[Message | Soon], None]
    ) -> None:
        self._to_composer, self._to_session = to_composer, to_session
        self._knobs: dict[str, Turn] = {}
        self._count = 0
        self._chord: set[str] = set()
        self._due_s = math.inf
        #: Before the music begins nothing can be turned.
        self.open = False

    def turn(self, turn: Turn) -> None:
        """Turn something."""
        if not self.open:
            return
        if turn.control in ACTIONS:
            self._to_session(turn)
        elif turn.control.partition("/")[0] in _QUICK and not turn.control.endswith("/by"):
            # A knob sends a hundred values a second, and no two fingers move as one.
            self._knobs[turn.control] = turn
            if turn.control.partition("/")[0] == "harmony":
                self._await_chord(set(str(turn.value or "").split()))
        elif self._count < _MOST:
            self._count += 1
            self._pass_on_knobs()
            self._to_composer(turn)
        elif self._count == _MOST:
            self._count += 1
            self.say("turns come too fast: some are left out")

    def say(self, line: str) -> None:
        """Tell people something."""
        self._to_session(Notice(line))

    def pass_on(self) -> None:
        """Let the knobs take effect; called a few times a second, and when a chord is there."""
        self._count = 0
        self._pass_on_knobs()

    def wait_s(self) -> float:
        """In how many seconds `pass_on` is to be called at the latest, for a chord; else inf."""
        return max(self._due_s - time.monotonic(), 0.0)

    def _await_chord(self, pitches: set[str]) -> None:
        """A chord with new pitches does not wait long, nor what follows before it is complete.

        One that loses some does: fingers leave one after the other, too.
        """
        awaited, new = self._due_s < math.inf, bool(pitches - self._chord)
        self._chord = pitches
        if awaited or new:
            self._due_s = time.monotonic() + _CHORD_S
            if not awaited:
                self._to_session(Soon())

    def _pass_on_knobs(self) -> None:
        self._due_s = math.inf
        knobs, self._knobs = self._knobs, {}
        for turn in knobs.values():
            self._to_composer(turn)
