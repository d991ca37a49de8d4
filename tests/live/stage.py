"""A player on an offline clock, with a port that takes down what it is sent and when."""

from midigan.errors import PortError
from midigan.live.clock import PPQN, OfflineClock
from midigan.live.leading.pulses import Pulses
from midigan.live.playing.player import Player
from midigan.live.processes.composer_messages import Ask, Note, Part, Phrase
from midigan.live.processes.player_messages import Notice, Report, Start, Stop
from midigan.live.sessions.offline import NoPort

PARTS = [Part("Lead", 0, 80), Part("Bass", 5, 33)]
BAR = 4 * PPQN
#: A phrase of one bar: the same key struck twice by one track, held to the end by the other.
NOTES = [
    Note(0, BAR // 2, 0, 60, 90),
    Note(BAR // 2, BAR // 2, 0, 60, 91),
    Note(0, BAR, 1, 40, 70),
]


class RecordingPort(NoPort):
    """Takes down the seconds and the bytes of each message; `fails_at` a given message.

    It is gone for good at a time, or away between two.
    """

    def __init__(self, clock, fails_at=None, gone_at_s=float("inf"), away_s=(9e9, 9e9)):
        self.clock, self.fails_at, self.gone_at_s, self.away_s = clock, fails_at, gone_at_s, away_s
        self.messages = []

    def send(self, message):
        if self.fails_at is not None and len(self.messages) >= self.fails_at:
            raise PortError("it no longer takes messages")
        self.messages.append((self.clock.now(), *message))

    def check(self):
        if self.clock.now() >= self.gone_at_s:
            raise PortError("it has gone away")
        before, (gone_s, back_s) = self.away, self.away_s
        self.away = gone_s <= self.clock.now() < back_s
        self.returns += before and not self.away
        return ""


class SleepyClock(OfflineClock):
    """Is suspended for half a minute when it is asked to be at `asleep_at_s` or later."""

    asleep_at_s = float("inf")

    def reach(self, due_s):
        if due_s >= self.asleep_at_s:
            self.asleep_at_s = float("inf")
            super().reach(due_s + 30)
        return super().reach(due_s)


class Composing:
    """A link that answers every Ask with `notes`, which may depend on the number.

    It does so at once, or after `late_s` for phrase `late`, and needs `every_s` for each.
    Phrase `broken` has a note on a track that does not exist. `script` is what it sends of
    its own: (second, message). It sends a Stop at `stop_at_s`.
    """

    def __init__(
        self,
        clock,
        notes=NOTES,
        late=None,
        late_s=0.0,
        broken=None,
        stop_at_s=9e9,
        script=(),
        every_s=0.0,
    ):
        self.clock, self.notes = clock, notes
        self.late, self.late_s, self.broken = late, late_s, broken
        self.every_s, self.free_s = every_s, 0.0
        self.waiting = [*script, (stop_at_s, Stop())]
        self.asked, self.reports, self.notices = [], [], []

    def receive(self, timeout_s):
        now = self.clock.now()
        ready_s, message = first = min(self.waiting, key=lambda waiting: waiting[0])
        if ready_s <= now:
            self.waiting.remove(first)
            return message
        self.clock.reach(min(now + timeout_s, ready_s))
        return None

    def send(self, message):
        if isinstance(message, Ask):
            self.asked.append((self.clock.now(), message.number))
            ready_s = max(self.clock.now(), self.free_s) + self.every_s
            self.free_s = ready_s
            ready_s += self.late_s if message.number == self.late else 0
            notes = self.notes(message.number) if callable(self.notes) else self.notes
            if message.number == self.broken:
                notes = [Note(0, 1, 99, 60, 90)]
            self.waiting.append((ready_s, Phrase(message.number, notes)))
        elif isinstance(message, Report):
            self.reports.append(message)
        elif isinstance(message, Notice):
            self.notices.append(message.text)


class Stage:
    """A player at 60 bpm with all that it needs: a beat is a second."""

    def __init__(self, bars=None, port=None, transport=None, pulses=False, **link):
        self.clock = SleepyClock()
        self.port = RecordingPort(self.clock, **(port or {}))
        self.link = Composing(self.clock, **link)
        end_tick = None if bars is None else bars * BAR
        self.player = Player(
            self.port,
            self.clock,
            self.link,
            Start(60.0, BAR, end_tick, PARTS),
            transport,
            Pulses(self.port.send) if pulses else None,
        )

    def run(self):
        return self.player.run()

    @property
    def notes(self):
        """Messages but for program and control changes, from the first note-on's second."""
        found = [message for message in self.port.messages if message[1] & 0xF0 in (0x80, 0x90)]
        return [(round(at - found[0][0], 6), *rest) for at, *rest in found] if found else []

    @property
    def strikes(self):
        """(second, pitch) of the note-ons, by the clock."""
        return [
            (round(at, 6), pitch)
            for at, status, *rest in self.port.messages
            for pitch in rest[:1]
            if status & 0xF0 == 0x90
        ]

    def assert_silent(self):
        """Every note-on has its own note-off, after it and before the key's next note-on."""
        down = set()
        for _, status, pitch, _ in self.notes:
            key = status & 0x0F, pitch
            if status & 0xF0 == 0x90:
                assert key not in down
                down.add(key)
            else:
                assert key in down
                down.remove(key)
        assert not down
