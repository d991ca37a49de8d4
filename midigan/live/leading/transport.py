"""Where the music stands and whether it rolls, whoever leads it.

midigan's own clock, MIDI clock, Link and JACK are the same to the player: a timeline that
begins, is moved, and stops.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple

from midigan.live.clock import PPQN, Timeline
from midigan.live.processes.player_messages import Position

#: A leader whose place differs from where it was expected by more has jumped; less is a
#: correction. Half a sixteenth, which is the smallest jump that MIDI can tell.
_JUMP_TICKS = PPQN / 8

#: A leader that jumped is known to be there a moment later, and the phrase comes another
#: moment later. Notes are still begun this late, and no later.
_GRACE_S = 0.05

#: Where a leader left once to go on elsewhere it will probably leave again: it loops. What is
#: due there waits so long for word of that, lest the bar after the loop is heard each time.
_WAIT_S = 0.025
#: A leader that stops and rolls again so soon has only gone elsewhere.
_ELSEWHERE_S = 0.1

_GRID = PPQN // 4


class Change(Enum):
    """What a leader's new position means for the music."""

    STEADY = auto()
    STOPPED = auto()
    #: It has begun, or goes on elsewhere, or will begin elsewhere: take the music up there.
    MOVED = auto()


class Span(NamedTuple):
    """From where the music was taken up to where it is."""

    since_tick: int
    tick: int


class Transport:
    """A movable timeline. Who leads moves it with `begin` and `hold`, who follows by `follow`."""

    def __init__(self, tempo_bpm: float, *, leads: bool = True, latency_s: float = 0.0) -> None:
        self.leads = leads
        self.rolling = False
        self._latency_s = latency_s
        self._tick = 0
        self._timeline = Timeline(0.0, tempo_bpm)
        self._left = 0, float("-inf")  # at which tick it last stopped, and when
        self._loop_tick: int | None = None

    @property
    def tempo_bpm(self) -> float:
        """Quarter notes a minute, now."""
        return self._timeline.tempo_bpm

    @property
    def grace_s(self) -> float:
        """How late what is at a tick may be sent.

        What should be early is that much late where a leader begins without warning.
        """
        return _GRACE_S + max(0.0, self._latency_s)

    def seconds_at(self, tick: int) -> float:
        """When what is at a tick is to be sent."""
        wait_s = _WAIT_S if self._loop_tick is not None and tick >= self._loop_tick else 0.0
        return self._timeline.seconds_at(tick) + wait_s

    def passed(self, tick: int) -> None:
        """What is at a tick is sent now: if the leader was to leave before it, it did not."""
        if self._loop_tick is not None and tick >= self._loop_tick:
            self._loop_tick = None

    def tick_at(self, seconds: float) -> int:
        """The last tick at or before `seconds`; the place where it stands if it does."""
        return self._timeline.tick_at(seconds) if self.rolling else self._tick

    def missed(self, since_tick: int, now_s: float) -> Span | None:
        """What has passed by since it was taken up; None if nothing passes without being played.

        Who leads waits for what is to be played.
        """
        if self.leads or not self.rolling:
            return None
        return Span(since_tick, self.tick_at(now_s) + 1)

    def begin(self, tick: int, at_s: float) -> None:
        """Roll from `tick` at `at_s` on."""
        self._timeline = Timeline.through(tick, at_s, self.tempo_bpm)
        self.rolling = True

    def hold(self, tick: int) -> None:
        """Stand at `tick`."""
        self._tick = tick
        self.rolling = False

    def follow(self, position: Position, now_s: float) -> Change:
        """Be where the leader is."""
        before, was_rolling = self.tick_at(now_s), self.rolling
        left = self._timeline.tick_at(position.at_s - self._latency_s)
        at_s = position.at_s - self._latency_s
        self._timeline = Timeline.through(position.tick, at_s, position.tempo_bpm)
        self._tick, self.rolling = round(position.tick), position.rolling
        if was_rolling and not position.rolling:
            self._left = self._tick, now_s
            return Change.STOPPED
        if was_rolling == position.rolling and abs(self.tick_at(now_s) - before) <= _JUMP_TICKS:
            return Change.STEADY
        if position.rolling:
            self._expect_loop(left if was_rolling else None, now_s)
        return Change.MOVED

    def _expect_loop(self, left_tick: int | None, now_s: float) -> None:
        """It has come to another place, at once from `left_tick` or after a short stop."""
        stopped_tick, stopped_s = self._left
        if left_tick is None and now_s - stopped_s < _ELSEWHERE_S:
            left_tick = stopped_tick
        behind = left_tick is not None and left_tick > self._tick
        # Pulses come a little late or early: it left at the sixteenth next to that.
        self._loop_tick = round(left_tick / _GRID) * _GRID if left_tick and behind else None
