"""What MIDI clock says: pulses, Start, Continue, Stop and Song Position, as positions.

A pulse is one twenty-fourth of a quarter note. Start and Continue count from the pulse that
follows them: from bar 1, or from where the song stood or was placed. Pulses may go on while
it stands.
"""

from __future__ import annotations

from collections.abc import Sequence

from midigan.live.clock import PPQN
from midigan.live.leading.follower import Follower
from midigan.live.leading.pulses import (
    CLOCK,
    CONTINUE,
    PULSE_TICKS,
    SIXTEENTH_TICKS,
    SONG_POSITION,
    START,
    STOP,
)
from midigan.live.leading.regular import Regular
from midigan.live.leading.said import Said
from midigan.live.leading.timelines import Timeline
from midigan.live.processes.player_messages import Position

#: No pulse for so long, or for so many periods, means that the clock is lost.
_LOST_S, _LOST_PULSES = 0.5, 6
#: Until two pulses have come.
_FIRST_BPM = 120.0
#: By the standard Song Position counts sixteenths; this many pulses are one.
SIXTEENTH = SIXTEENTH_TICKS // PULSE_TICKS
#: Pulses that are closer, 480 bpm, came together because whoever hears them was not woken in
#: between: they say nothing of the tempo.
_SHORTEST_S = 60 / 480 / 24


class MidiClock:
    """Hears messages in the order of their arrival, and says where the song is.

    It hears by a timeline, and says by our clock.
    """

    def __init__(self, timeline: Timeline, position_pulses: int = SIXTEENTH) -> None:
        #: What Song Position counts, in pulses.
        self.position_pulses = position_pulses
        self._timeline = timeline
        self._regular = Regular(timeline.step_s, timeline.again_s)
        self._follower = Follower()
        self._tempo_bpm = _FIRST_BPM
        self._last_s = 0.0  # when the last pulse arrived
        self._next = 0  # the number of the next pulse
        self._rolling = self._lost = self._placed = False
        self._said = Said()

    def hear(self, message: Sequence[int], at_s: float) -> Position | None:
        """Take a message that arrived at `at_s`; the new position if there is one."""
        kind = message[0]
        if kind == CLOCK:
            follower = self._follower
            return self._pulses(self._regular.take(at_s, follower.period_s, follower.width_s))
        waited = self._pulses(self._regular.flush())
        if kind in (START, CONTINUE, STOP, SONG_POSITION):
            self._regular.begin_anew()
        return self._placing(message, at_s) or waited

    def _placing(self, message: Sequence[int], at_s: float) -> Position | None:
        kind = message[0]
        if kind == SONG_POSITION and len(message) == 3:
            position = message[1] | message[2] << 7
            self._next, self._placed = position * self.position_pulses, True
            return None if self._rolling else self._stand(at_s)
        if kind == START:
            self._next = 0
        if kind in (START, CONTINUE):
            self._rolling = self._placed = True
            self._lost = False
        elif kind == STOP:
            self._rolling = self._lost = False
            return self._stand(at_s)
        return None

    def quiet(self, now_s: float) -> Position | None:
        """Nothing has arrived until `now_s`: the position if that means that it is lost."""
        waiting = self._placed or not self._rolling
        if waiting or self._lost or now_s - self._last_s <= self._patience_s:
            return None
        self._lost = True
        return self._stand(now_s)

    @property
    def lost(self) -> bool:
        """Whether the song rolls, for all that is known, but no pulses come."""
        return self._lost

    @property
    def _patience_s(self) -> float:
        return max(_LOST_S, _LOST_PULSES * (self._follower.period_s or 0.0))

    def _pulses(self, times_s: Sequence[float]) -> Position | None:
        """Take pulses, the last of which has just arrived."""
        said = None
        for at_s in times_s:
            said = self._pulse(at_s) or said
        return said

    def _pulse(self, at_s: float) -> Position | None:
        follower = self._follower
        gap_s, period_s = at_s - self._last_s, follower.period_s
        missed = gap_s > self._patience_s
        if missed and self._lost and period_s:
            # It went on meanwhile, as far as anybody knows.
            self._next += max(0, round(gap_s / period_s) - 1)
        if missed:
            self._regular.begin_anew()
        if missed or (self._placed and self._rolling and follower.is_off(at_s)):
            follower.reset()
        follower.pulse(at_s)
        self._last_s = at_s
        period_s = follower.period_s
        if period_s is not None and period_s > _SHORTEST_S:
            self._tempo_bpm = 60 / (PPQN // PULSE_TICKS * period_s)
        if not self._rolling:
            return None
        number, self._next = self._next, self._next + 1
        position = Position(
            float(number * PULSE_TICKS),
            self._timeline.ours_s(at_s if follower.at_s is None else follower.at_s),
            self._tempo_bpm,
            True,
        )
        jumped, self._placed, self._lost = self._placed or self._lost, False, False
        return self._said.say(position) if jumped else self._said.say_if_new(position)

    def _stand(self, at_s: float) -> Position:
        tick = float(self._next * PULSE_TICKS)
        return self._said.say(Position(tick, self._timeline.ours_s(at_s), self._tempo_bpm, False))
