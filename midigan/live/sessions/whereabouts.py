"""Where the music is by now, in phrases and bars, by where it was last said to be."""

from __future__ import annotations

from midigan.live.processes.composer_messages import Heard
from midigan.live.processes.player_messages import Position
from midigan.performance.ticks import PPQN

#: What was said longer ago than this tells no more of now.
_FRESH_S = 1.0

#: So late after a bar line, a sixteenth, a hand still means that line and not the next one.
GRACE_TICKS = PPQN // 4


def heard_at(position: Position, now_s: float, phrase_ticks: int, bar_ticks: int) -> Heard:
    """What is heard at `now_s` of the monotonic clock, when music was or will be at `position`."""
    tick = position.tick
    if position.rolling:
        since_s = min(max(now_s - position.at_s, 0.0), _FRESH_S)
        tick += since_s * position.tempo_bpm / 60 * PPQN
    number, within = divmod(max(int(tick), 0), phrase_ticks)
    return Heard(number, position.rolling, (within - GRACE_TICKS) // bar_ticks + 1)
