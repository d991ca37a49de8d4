"""What a leader's position is compared with: the last one that was said."""

from __future__ import annotations

from midigan.live.clock import PPQN
from midigan.live.processes.player_messages import Position

#: A new position is worth saying if it differs by more, now or a beat ahead, or after a time.
_WORTH_S, _AGE_S = 0.00002, 1.0


class Said:
    """Remembers the last position said, so that the player is not woken for nothing."""

    def __init__(self) -> None:
        self._last: Position | None = None

    def say(self, position: Position) -> Position:
        """Say it in any case."""
        self._last = position
        return position

    def say_if_new(self, position: Position) -> Position | None:
        """Say it only if the player would not be right without it."""
        last = self._last
        if last is None or last.rolling != position.rolling:
            return self.say(position)
        if not position.rolling:
            return self.say(position) if position.tick != last.tick else None
        beat_s, last_beat_s = 60 / position.tempo_bpm, 60 / last.tempo_bpm
        expected_s = last.at_s + (position.tick - last.tick) / PPQN * last_beat_s
        off_s = position.at_s - expected_s
        far = max(abs(off_s), abs(off_s + beat_s - last_beat_s)) > _WORTH_S
        return self.say(position) if far or position.at_s - last.at_s > _AGE_S else None
