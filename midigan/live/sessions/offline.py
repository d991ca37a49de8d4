"""A session without a port and without waiting: the same notes, as fast as they come."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from midigan.errors import MidiganError
from midigan.live.clock import OfflineClock
from midigan.live.playing.player import Player
from midigan.live.processes.composer_messages import Ask
from midigan.live.processes.player_messages import Opened, Report
from midigan.live.processes.wire import Message
from midigan.live.records.keeping import Keeping
from midigan.live.sessions.wish import Face, Wish


class NoPort:
    """A port that takes everything and sends nothing."""

    name = "no port"
    away = False
    returns = 0
    takes_s = 0.0

    def send(self, message: Sequence[int]) -> None:
        """Take a message."""

    def check(self) -> str:
        """It is always there."""
        return ""

    def say_again(self) -> None:
        """Nothing gets lost."""

    def close(self) -> None:
        """There is nothing to close."""


def play_offline(wish: Wish, face: Face) -> None:
    """Play a wish with bars and a file to record to; the player is the one that plays live.

    Raises FormatError for a generator that is none, MidiganError if the file cannot be
    written.
    """
    from midigan.live.composing.composer import Composer

    composer = Composer(wish.load())
    loaded = composer.describe()
    start = wish.begin(loaded)
    keeping = Keeping(wish.kept, wish.generator, wish.seed)
    clock = OfflineClock()
    waiting: deque[Message] = deque()

    class DirectLink:
        """Composes what the player asks for, there and then."""

        def receive(self, timeout_s: float) -> Message | None:
            if waiting:
                return waiting.popleft()
            clock.reach(clock.now() + timeout_s)
            return None

        def send(self, message: Message) -> None:
            if isinstance(message, Ask):
                phrase = composer.phrase(message.number)
                keeping.phrase(phrase)
                waiting.append(phrase)
            elif isinstance(message, Report):
                keeping.report(message)
                face.progress(message)

    if trouble := keeping.begin(loaded, start):
        raise MidiganError(trouble)
    face.started(Opened(NoPort.name, "offline"), start, loaded)
    Player(NoPort(), clock, DirectLink(), start).run()
    keeping.close()
