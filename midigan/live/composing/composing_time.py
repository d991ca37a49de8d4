"""How long a generator takes: to load, for a phrase, and for how many candidates that leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from midigan.controls import MOST_CANDIDATES, Turn
from midigan.live.clock import PPQN, Clock
from midigan.live.lateness import Lateness
from midigan.live.processes.composer_messages import Load

if TYPE_CHECKING:
    from midigan.live.composing.composer import Composer

#: Phrases that are composed to see how long one takes, and seconds after which they are enough.
_PHRASES, _ENOUGH_S = 32, 2.0
#: The share of a phrase's own time that composing it may take at p99: the rest is for turns,
#: which have phrases composed anew, and for whatever else the computer does.
_SHARE = 0.5


class ComposingTime(NamedTuple):
    """What was measured of a generator, with as many candidates as it asks for by itself.

    load_s: from nothing to the first phrase, libraries included.
    phrase_s: how long a phrase sounds at `tempo_bpm`.
    affordable: candidates that are composed within half a phrase; None without a critic.
    """

    generator: str
    load_s: float
    tempo_bpm: float
    phrase_s: float
    candidates: int
    p50_ms: float
    p99_ms: float
    affordable: int | None


def _loaded(load: Load) -> Composer:
    from midigan.live.composing.composer import Composer

    return Composer(load)


def time_composing(
    generator: Path,
    name: str,
    tempo_bpm: float | None = None,
    clock: Clock | None = None,
    load: Callable[[Load], Composer] = _loaded,
) -> ComposingTime:
    """Load a generator, called `name` by people, and compose with it.

    tempo_bpm: None for the generator's own. Raises FormatError for a generator that is none.
    """
    clock = clock or Clock()
    begin_s = clock.now()
    composer = load(Load(str(generator), 0, []))
    composer.phrase(0)
    load_s = clock.now() - begin_s
    loaded = composer.describe()
    tempo_bpm = tempo_bpm or loaded.tempo_bpm
    phrase_s = loaded.phrase_ticks / PPQN * 60 / tempo_bpm
    candidates = int(loaded.controls.get("candidates", 1))
    late = _composed(composer, clock)
    affordable = None
    if candidates > 1:
        alone = _composed(load(Load(str(generator), 0, [Turn("candidates", 1)])), clock)
        each_ms = (late.percentile_ms(99) - alone.percentile_ms(99)) / (candidates - 1)
        room_ms = phrase_s * 1000 * _SHARE - alone.percentile_ms(99)
        affordable = min(max(1 + int(room_ms / max(each_ms, 0.001)), 1), MOST_CANDIDATES)
    p50_ms, p99_ms = late.percentile_ms(50), late.percentile_ms(99)
    return ComposingTime(name, load_s, tempo_bpm, phrase_s, candidates, p50_ms, p99_ms, affordable)


def _composed(composer: Composer, clock: Clock) -> Lateness:
    """How long phrases take that follow each other, as they do live."""
    found = Lateness()
    composer.phrase(1)  # whatever is done once is done
    enough_s = clock.now() + _ENOUGH_S
    for number in range(2, 2 + _PHRASES):
        begin_s = clock.now()
        composer.phrase(number)
        found.add(clock.now() - begin_s)
        if clock.now() > enough_s:
            break
    return found
