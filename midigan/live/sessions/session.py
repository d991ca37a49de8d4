"""A live session as its parent sees it: starts both processes, watches both, ends both.

    composer process: generator -> phrases --(here)--> player process: clock, port

Messages between the two pass through the threads that listen to them, so that nothing that
the terminal does can hold the music up. Whichever process dies, the others end in silence.
"""

from __future__ import annotations

import contextlib
import queue
import signal
import time
from collections.abc import Iterator

from midigan.controls import Turn
from midigan.errors import MidiganError, PortError
from midigan.live.hands.desk import Desk, Soon
from midigan.live.processes.child import Child
from midigan.live.processes.composer_messages import Ask, Heard, Loaded, Phrase, Told
from midigan.live.processes.player_messages import (
    Ended,
    Failed,
    Notice,
    Open,
    Opened,
    Panic,
    Position,
    Report,
    Screen,
    Start,
    Stop,
)
from midigan.live.processes.wire import Message
from midigan.live.sessions.overrun_watch import OverrunWatch
from midigan.live.sessions.survivor import Survivor
from midigan.live.sessions.whereabouts import heard_at
from midigan.live.sessions.wish import Face, Wish

#: The player reports four times a second. When this many waits of a quarter of a second in
#: a row bring nothing, it hangs. Waits are counted, not seconds: all of us may be suspended.
_WAIT_S = 0.25
_WAITS = 5
#: Nothing sounds at a port that is away, and a busy machine may take seconds to open it again.
_WAITS_WHILE_AWAY = 40
#: Opening a port or loading a generator may take longer.
_WAITS_TO_OPEN = 80

#: How long processes may take to end by themselves.
_PATIENCE_S = 2.0


class _PlayerDiedError(PortError):
    """The player ended without a word: what it played may still sound."""


class Session:
    """One run of the two processes."""

    _face: Face

    def __init__(self, wish: Wish) -> None:
        """Start both processes, which load what they need while ours gets everything else ready.

        Nothing is heard of them before `run`.
        """
        self._wish = wish
        self._inbox: queue.SimpleQueue[tuple[str, Message | Soon | None]] = queue.SimpleQueue()
        self._heard: Heard | None = None
        self._position: Position | None = None
        #: Ticks of a phrase, and of a bar.
        self._lengths = 1, 1
        self._composer = Child("midigan.live.composing.composer_process", self._hear_composer)
        self._composer.send(wish.load())
        self._player = Child("midigan.live.playing.player_process", self._hear_player)
        for wanted in wish.sync.messages(wish.backend):
            self._player.send(wanted)
        self._player.send(Open(wish.port, wish.virtual, wish.backend))
        from midigan.live.records.keeping import Keeping  # after those who take longest

        self._keeping = Keeping(wish.kept, wish.generator, wish.seed)
        self._survivor = Survivor(wish)
        self._overruns = OverrunWatch(self._player.send)
        #: For all hands that may turn something while it plays.
        self.desk = Desk(self._composer.send, lambda message: self._inbox.put(("desk", message)))

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def run(self, face: Face) -> None:
        """Play, shown by this face, until the end that was wished for, or until a signal says so.

        Raises PortError if the port cannot be opened or goes away, MidiganError if the
        generator or a process fails. What was played is recorded in any case.
        """
        self._face = face
        try:
            with self._signals_stop():
                self._open()
        finally:
            self._close()
            self._say(self._keeping.close())

    def _close(self) -> None:
        """End all processes, once or again."""
        self._player.close(_PATIENCE_S)
        self._composer.close(_PATIENCE_S)
        self._survivor.close()
        self._overruns.close()

    def _open(self) -> None:
        """Wait until both processes are ready, then play."""
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
            elif isinstance(message, Notice):
                self._say(message.text)
            elif isinstance(message, Failed):
                raise MidiganError(message.trouble)
            elif isinstance(message, Stop):
                return
            elif message is None:
                raise MidiganError(f"the {who} process ended before it could begin")
        start = self._wish.begin(loaded)
        trouble = self._keeping.begin(loaded, start)
        self._face.started(opened, start, loaded)
        self._say(trouble)
        if self._face.screen:
            self._player.send(Screen(self._face.screen))
        self._player.send(start)
        self._survivor.guard(opened)
        self._overruns.begin(opened)
        self.desk.open = True
        try:
            self._watch(opened, start, loaded.bar_ticks)
        except _PlayerDiedError as died:
            hushed = self._survivor.hush(sorted({part.channel for part in start.parts}))
            hanging = "" if hushed else ": its notes may hang, silence them where they sound"
            raise PortError(f"{died}{hanging}") from None

    def _watch(self, opened: Opened, start: Start, bar_ticks: int) -> None:
        """Follow the player until it has ended."""
        trouble, waits = "", _WAITS
        self._lengths = start.phrase_ticks, bar_ticks
        while True:
            try:
                who, message = self._next(waits)
            except TimeoutError:
                self._player.kill()
                raise _PlayerDiedError(f"port {opened.port!r} stopped answering") from None
            if isinstance(message, Report):
                waits = _WAITS_WHILE_AWAY if message.away else _WAITS
                self._face.progress(message)
                self._say(self._keeping.report(message))
            elif isinstance(message, Position):
                self._position = message
                self._pass_on()
                self._face.at(message)
            elif isinstance(message, Told):
                self._hear_of(message)
            elif isinstance(message, Turn):
                self._do(message)
            elif isinstance(message, Notice):
                self._say(message.text)
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

    def _pass_on(self) -> None:
        """Let what was turned take effect, where the music is by now."""
        if self._position is not None:
            heard = heard_at(self._position, time.monotonic(), *self._lengths)
            if heard != self._heard:
                self._heard = heard
                self._composer.send(heard)
        self.desk.pass_on()

    def _do(self, action: Turn) -> None:
        if action.control == "keep":
            self._say(self._keeping.clip())
        elif action.control == "panic":
            self._player.send(Panic())
            self._say("all notes off")
        elif action.control == "quit":
            self._player.send(Stop())

    def _hear_of(self, told: Told) -> None:
        """A control was turned, or could not be."""
        if told.controls is not None:
            self._keeping.turn(told.line, told.controls)
        self._face.turned(told)

    def _say(self, line: str) -> None:
        if line:
            self._face.say(line)

    def _next(self, waits: int) -> tuple[str, Message | None]:
        """Who said what next. Raises TimeoutError if that takes too many waits.

        Meanwhile what was turned is passed on, when its time has come.
        """
        left = float(waits)
        while left > 0:
            began_s = time.monotonic()
            with contextlib.suppress(queue.Empty):
                who, message = self._inbox.get(timeout=min(_WAIT_S, self.desk.wait_s()))
                if not isinstance(message, Soon):
                    return who, message
            left -= min((time.monotonic() - began_s) / _WAIT_S, 1.0)
            if self.desk.wait_s() == 0:
                self._pass_on()
        raise TimeoutError

    def _hear_player(self, message: Message | None) -> None:
        if isinstance(message, Ask):
            self._composer.send(message)
        else:
            self._inbox.put(("player", message))

    def _hear_composer(self, message: Message | None) -> None:
        if isinstance(message, Phrase):
            self._player.send(message)
            self._keeping.phrase(message)
            self._face.composed(message)
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
