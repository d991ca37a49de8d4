"""What a player has played so far, as it reports it."""

from __future__ import annotations

from collections.abc import Sequence

from midigan.live.lateness import Lateness
from midigan.live.processes.player_messages import Report, Sent
from midigan.live.sounding import NOTE_ON


class Tally:
    """Counts notes and ticks, and keeps what was sent until it is reported."""

    def __init__(self) -> None:
        #: Ticks of music since the session began, whatever place of the song they are from.
        self.played_ticks = 0
        self._notes = 0
        self._lateness = Lateness()
        self._late_s: list[float] = []
        self._sent: list[Sent] = []

    def sent(self, track: int, message: Sequence[int], late_s: float) -> None:
        """Keep a message that was sent now, so late; what is to be made of it can wait."""
        self._sent.append(Sent(self.played_ticks, track, message))
        if message[0] & 0xF0 == NOTE_ON:
            self._late_s.append(late_s)

    def report(self, tick: int, tempo_bpm: float, *, rolling: bool, away: bool = False) -> Report:
        """All of it, with what was sent since the last one."""
        late = self._lateness
        for late_s in self._late_s:
            late.add(max(0.0, late_s))
        self._notes += len(self._late_s)
        self._late_s.clear()
        percentiles = late.percentile_ms(50), late.percentile_ms(99), late.max_ms
        sent, self._sent = self._sent, []
        state = tick, self.played_ticks, tempo_bpm, rolling
        return Report(*state, self._notes, *percentiles, sent, away)
