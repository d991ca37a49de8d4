"""What the view of a live session shows, as one value; and how it is gathered while it plays."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from midigan.controls import Controls
from midigan.live.processes.composer_messages import Loaded, Part, Phrase, Told
from midigan.live.processes.player_messages import Opened, Position, Report, Start
from midigan.performance.ticks import PPQN

#: Phrases that are remembered: what a wide terminal shows, and a loop of the DAW's.
_REMEMBERED = 64
#: How long what was said stays in full light, and how long it stays at all.
FRESH_S, STALE_S = 5.0, 40.0


@dataclass(frozen=True)
class Said:
    """Something that was said, one line or several; `fresh` for the first seconds."""

    text: str
    fresh: bool


@dataclass(frozen=True)
class Scene:
    """A moment of a session, ready to be drawn.

    tick: where the music is, from bar 1 of the song; it moves if `rolling`.
    leader: who leads, as people call it ("a MIDI clock"); "" for midigan itself.
    phrases: what is composed, by number, those near `tick` among it.
    spans: the lowest and highest MIDI pitch that each track has had so far.
    away: whether the port has gone, and is opened again when it returns.
    late_p99_ms: of all notes so far; None before the first.
    said: what was said lately, the newest last; of a text of several lines only the last one.
    keys: whether keys can be pressed.
    """

    name: str
    seed: int
    port: str = ""
    away: bool = False
    leader: str = ""
    sends_clock: bool = False
    keys: bool = False
    parts: Sequence[Part] = ()
    bar_ticks: int = 4 * PPQN
    beat_ticks: int = PPQN
    phrase_ticks: int = 8 * PPQN
    end_tick: int | None = None
    tick: int = 0
    tempo_bpm: float = 0.0
    rolling: bool = False
    phrases: Mapping[int, Phrase] = field(default_factory=dict)
    spans: Sequence[tuple[int, int]] = ()
    controls: Controls = field(default_factory=Controls)
    late_p99_ms: float | None = None
    priority: str = ""
    said: Sequence[Said] = ()

    @property
    def number(self) -> int:
        """The number of the phrase that the music is in."""
        return self.tick // self.phrase_ticks


class Watching:
    """Follows a session and says what there is to see. Every method may be called by any thread."""

    def __init__(self, scene: Scene) -> None:
        """Begin with what is known before anything is played."""
        self._scene = scene
        self._lock = threading.Lock()
        self._phrases: dict[int, Phrase] = {}
        self._said: deque[tuple[float, str]] = deque(maxlen=8)
        self._position = Position(0, 0.0, 0.0, rolling=False)

    def started(self, opened: Opened, start: Start, loaded: Loaded) -> None:
        """All is there, the music begins."""
        with self._lock:
            self._position = Position(0, 0.0, start.tempo_bpm, rolling=False)
            self._scene = replace(
                self._scene,
                port=opened.port,
                priority=opened.priority,
                parts=start.parts,
                bar_ticks=loaded.bar_ticks,
                beat_ticks=loaded.beat_ticks,
                phrase_ticks=loaded.phrase_ticks,
                end_tick=start.end_tick,
                controls=Controls.from_plain(loaded.controls),
                spans=[(127, 0)] * len(start.parts),
            )

    def composed(self, phrase: Phrase) -> None:
        """A phrase is ready, for the first time or changed."""
        with self._lock:
            self._phrases.pop(phrase.number, None)
            phrases = {**self._phrases, phrase.number: phrase}
            for number in list(phrases)[:-_REMEMBERED]:
                del phrases[number]
            self._phrases = phrases
            spans = list(self._scene.spans)
            for note in phrase.notes:
                low, high = spans[note.track]
                spans[note.track] = min(low, note.pitch), max(high, note.pitch)
            self._scene = replace(self._scene, phrases=phrases, spans=spans)

    def at(self, position: Position) -> None:
        """The music is there."""
        with self._lock:
            self._position = position

    def progress(self, report: Report) -> None:
        """Something was played."""
        with self._lock:
            self._scene = replace(self._scene, away=report.away)
            if report.notes:
                self._scene = replace(self._scene, late_p99_ms=round(report.late_p99_ms, 2))

    def turned(self, told: Told, now_s: float) -> None:
        """A control was turned, or could not be."""
        self.say(told.line, now_s)
        if told.controls is not None:
            with self._lock:
                self._scene = replace(self._scene, controls=Controls.from_plain(told.controls))

    def say(self, text: str, now_s: float) -> None:
        """Something is said. The same several lines once more take them away again."""
        with self._lock:
            if "\n" in text and self._said and self._said[-1][1] == text:
                self._said.pop()
            else:
                self._said.append((now_s, text))

    def scene(self, now_s: float, grain_ticks: int = 1) -> Scene:
        """What there is to see now, at a tick that is a multiple of `grain_ticks`.

        Two of them are equal if nothing has changed that can be seen.
        """
        with self._lock:
            at, scene = self._position, self._scene
            said = list(self._said)
        tick = at.tick
        if at.rolling:
            tick += (now_s - at.at_s) * at.tempo_bpm / 60 * PPQN
        if scene.end_tick is not None and not scene.leader:
            tick = min(tick, scene.end_tick)
        return replace(
            scene,
            tick=max(0, int(tick)) // grain_ticks * grain_ticks,
            tempo_bpm=round(at.tempo_bpm, 1),
            rolling=at.rolling,
            said=[
                Said(text, now_s - at_s < FRESH_S) for at_s, text in said if now_s - at_s < STALE_S
            ],
        )
