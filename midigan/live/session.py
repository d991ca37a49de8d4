"""A live session as its parent sees it: starts both processes, watches both, ends both.

    composer process: generator -> phrases --(here)--> player process: clock, port

Messages between the two pass through the threads that listen to them, so that nothing that
the terminal does can hold the music up. Whichever process dies, the others end in silence.
"""

from __future__ import annotations

import contextlib
import queue
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from midigan.errors import MidiganError, PortError
from midigan.live.child import Child
from midigan.live.recorder import Recorder
from midigan.live.wire import (
    Ask,
    Ended,
    Failed,
    Hush,
    Load,
    Loaded,
    Message,
    Open,
    Opened,
    Phrase,
    Report,
    Start,
    Stop,
)

#: The player reports four times a second. When this many waits of a quarter of a second in
#: a row bring nothing, it hangs. Waits are counted, not seconds: all of us may be suspended.
_WAIT_S = 0.25
_WAITS = 5
#: Opening a port or loading a generator may take longer.
_WAITS_TO_OPEN = 80

#: How long processes may take to end by themselves.
_PATIENCE_S = 2.0


@dataclass(frozen=True)
class Wish:
    """What to play, and where to: one of `port` and `virtual`, unless it is offline."""

    generator: Path
    seed: int
    key: str | None = None
    tempo_bpm: float | None = None
    bars: int | None = None
    port: str | None = None
    virtual: str | None = None
    backend: str | None = None
    record: Path | None = None

    def begin(self, loaded: Loaded) -> Start:
        """The start of playing it with this generator."""
        end_tick = None if self.bars is None else self.bars * loaded.bar_ticks
        tempo_bpm = self.tempo_bpm or loaded.tempo_bpm
        return Start(tempo_bpm, loaded.phrase_ticks, end_tick, loaded.parts)


class Face(Protocol):
    """Whoever shows a session to people."""

    def started(self, opened: Opened, start: Start, bar_ticks: int) -> None:
        """The port is open, the generator loaded, the first note about to sound."""

    def progress(self, report: Report) -> None:
        """Something was played."""


class _PlayerDiedError(PortError):
    """The player ended without a word: what it played may still sound."""


class Session:
    """One run of the two processes."""

    def __init__(self, wish: Wish, face: Face) -> None:
        self._wish, self._face = wish, face
        self._inbox: queue.SimpleQueue[tuple[str, Message | None]] = queue.SimpleQueue()
        self._recorder: Recorder | None = None
        self._player = Child("midigan.live.player_process", self._hear_player)
        self._composer = Child("midigan.live.composer_process", self._hear_composer)

    def run(self) -> None:
        """Play until the end that was wished for, or until a signal says so.

        Raises PortError if the port cannot be opened or goes away, MidiganError if the
        generator or a process fails. What was played is recorded in any case.
        """
        try:
            with self._signals_stop():
                self._open()
        finally:
            self._player.close(_PATIENCE_S)
            self._composer.close(_PATIENCE_S)
            if self._recorder is not None and self._wish.record is not None:
                self._recorder.write(self._wish.record)

    def _open(self) -> None:
        """Bring both processes up side by side, then play."""
        wish = self._wish
        self._player.send(Open(wish.port, wish.virtual, wish.backend))
        self._composer.send(Load(str(wish.generator), wish.seed, wish.key))
        self._player.listen()
        self._composer.listen()
        opened: Opened | None = None
        loaded: Loaded | None = None
        while opened is None or loaded is None:
            who, message = self._next(_WAITS_TO_OPEN)
            if isinstance(message, Opened):
                opened = message
            elif isinstance(message, Loaded):
                loaded = message
            elif isinstance(message, Failed):
                raise MidiganError(message.trouble)
            elif isinstance(message, Stop):
                return
            elif message is None:
                raise MidiganError(f"the {who} process ended before it could begin")
        start = self._wish.begin(loaded)
        self._recorder = Recorder(start.parts, start.tempo_bpm, loaded.bar_ticks)
        self._face.started(opened, start, loaded.bar_ticks)
        self._player.send(start)
        try:
            self._watch(opened)
        except _PlayerDiedError as died:
            if wish.port is not None:
                _hush(wish, sorted({part.channel for part in start.parts}))
            raise PortError(str(died)) from None

    def _watch(self, opened: Opened) -> None:
        """Follow the player until it has ended."""
        trouble = ""
        while True:
            try:
                who, message = self._next(_WAITS)
            except TimeoutError:
                self._player.kill()
                raise PortError(f"port {opened.port!r} stopped answering") from None
            if isinstance(message, Report):
                self._take(message)
            elif isinstance(message, Ended | Failed):
                trouble = trouble or message.trouble
                break
            elif isinstance(message, Stop):
                self._player.send(message)
            elif message is None and who == "player":
                raise _PlayerDiedError("the player process was killed")
            elif message is None:
                trouble = "the composer process was killed"
                self._player.send(Stop())
        if trouble:
            raise PortError(trouble)

    def _take(self, report: Report) -> None:
        if self._recorder is not None and self._wish.record is not None:
            self._recorder.add(report.sent)
        self._face.progress(report)

    def _next(self, waits: int) -> tuple[str, Message | None]:
        """Who said what next. Raises TimeoutError if that takes too many waits."""
        for _ in range(waits):
            with contextlib.suppress(queue.Empty):
                return self._inbox.get(timeout=_WAIT_S)
        raise TimeoutError

    def _hear_player(self, message: Message | None) -> None:
        if isinstance(message, Ask):
            self._composer.send(message)
        else:
            self._inbox.put(("player", message))

    def _hear_composer(self, message: Message | None) -> None:
        if isinstance(message, Phrase):
            self._player.send(message)
        else:
            self._inbox.put(("composer", message))

    @contextlib.contextmanager
    def _signals_stop(self) -> Iterator[None]:
        """Meanwhile Ctrl-C, a wish to end and a closed terminal end the music, nothing else."""
        names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
        numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
        before = [
            signal.signal(number, lambda *_: self._inbox.put(("signal", Stop())))
            for number in numbers
        ]
        try:
            yield
        finally:
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)


def _hush(wish: Wish, channels: Sequence[int]) -> None:
    """Send the note-offs that a killed player owes, through a port of a successor's.

    A virtual port has died with its owner; whoever was connected to it must see to that.
    """
    said: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
    successor = Child("midigan.live.player_process", said.put)
    successor.send(Open(wish.port, None, wish.backend))
    successor.send(Hush(channels))
    successor.listen()
    with contextlib.suppress(queue.Empty):
        while said.get(timeout=_PATIENCE_S) is not None:
            pass
    successor.close(_PATIENCE_S)
