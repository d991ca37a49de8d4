"""Where all hands meet: keys, OSC and controllers turn things here, from threads of their own."""

from __future__ import annotations

from collections.abc import Callable

from midigan.controls import BOUNDS, Turn
from midigan.live.processes.player_messages import Notice
from midigan.live.processes.wire import Message

#: What changes quickly: the latest value counts, when it is passed on.
_QUICK = (*BOUNDS, "harmony")

#: Other turns that are taken between two times of passing on: more than any hands can make,
#: and few enough for the composer to keep up with a device that has gone mad.
_MOST = 25

#: What a hand may do beside turning controls of the music: keep the last bars, release all
#: keys, end. It is the session that does it.
ACTIONS = ("keep", "panic", "quit")


class Desk:
    """Passes turns on: controls to the composer, actions to the session.

    to_composer, to_session: take a message, from any thread.
    """

    def __init__(
        self, to_composer: Callable[[Message], None], to_session: Callable[[Message], None]
    ) -> None:
        self._to_composer, self._to_session = to_composer, to_session
        self._knobs: dict[str, Turn] = {}
        self._count = 0
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
        """Let the knobs take effect; called a few times a second."""
        self._count = 0
        self._pass_on_knobs()

    def _pass_on_knobs(self) -> None:
        knobs, self._knobs = self._knobs, {}
        for turn in knobs.values():
            self._to_composer(turn)
