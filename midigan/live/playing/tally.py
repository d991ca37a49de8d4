"""What a player has played so far, as it reports it."""

from __future__ import annotations

from collections.abc import Sequence

from midigan.live.lateness import Lateness
from midigan.live.processes.player_messages import Report, Sent


class Tally:
    """Counts notes and ticks, and keeps what was sent until it is reported."""

    def __init__(self) -> None:
        #: Ticks of music since the session began, whatever place of the song they are from.
        self.played_ticks = 0
        self._notes = 0
        self._lateness = Lateness()
        self._sent: list[Sent] = []

    def note(self, late_s: float) -> None:
        """Count a note-on, sent this late."""
        self._notes += 1
        self._lateness.add(max(0.0, late_s))

    def sent(self, track: int, message: Sequence[int]) -> None:
        """Keep a message that was sent now."""
        self._sent.append(Sent(self.played_ticks, track, message))

    def report(self, tick: int, tempo_bpm: float, *, rolling: bool, away: bool = False) -> Report:
        """All of it, with what was sent since the last one."""
        late = self._lateness
        percentiles = late.percentile_ms(50), late.percentile_ms(99), late.max_ms
        sent, self._sent = self._sent, []
        state = tick, self.played_ticks, tempo_bpm, rolling
        return Report(*state, self._notes, *percentiles, sent, away)
