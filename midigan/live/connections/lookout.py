"""When to look whether a port is still there: often, and where it disturbs nothing."""

from __future__ import annotations

from collections.abc import Callable

from midigan.live.clock import Clock
from midigan.live.connections.ports import Port

_EVERY_S = 0.25
#: Opening a port that is away again takes several looks.
_AWAY_EVERY_S = 0.1
#: A look asks the system: it is given twice the time that the last one took, at first so much,
#: and never less than the port says.
_FIRST_S = 0.02
#: Where notes and pulses never leave so much time, it has its turn when it is so overdue.
_OVERDUE_S = 0.25


class Lookout:
    """Looks after a port between the things that must be done in time."""

    def __init__(self, port: Port, clock: Clock, returned: Callable[[], None]) -> None:
        """returned: called when the port has been opened again."""
        self._port, self._clock, self._returned = port, clock, returned
        self._next_s = clock.now()
        self._takes_s = _FIRST_S

    def is_due(self, spare_s: float) -> bool:
        """Whether to look now, with so much time to spare."""
        overdue_s = self._clock.now() - self._next_s
        takes_s = max(self._takes_s, self._port.takes_s)
        return overdue_s >= 0 and (spare_s > takes_s or overdue_s > _OVERDUE_S)

    def within(self, wait_s: float) -> float:
        """So much of a wait as ends when a look is due; all of it if one waits for time itself."""
        left_s = self._next_s - self._clock.now()
        return min(wait_s, left_s) if left_s > 0 else wait_s

    def look(self) -> str:
        """Look; a line for people on what has become of the port, "" if nothing has.

        Raises PortError if it has gone for good.
        """
        begin_s, returns = self._clock.now(), self._port.returns
        news = self._port.check()
        now_s = self._clock.now()
        if self._port.returns != returns:
            self._returned()
        takes_s = 2 * (now_s - begin_s)
        if self._port.away:
            # One in which it is opened takes longer than most.
            self._takes_s = min(self._takes_s, takes_s)
        elif not news:
            self._takes_s = takes_s
        self._next_s = now_s + (_AWAY_EVERY_S if self._port.away else _EVERY_S)
        return news
