"""What is said to and by the processes that know ports and time: player, leader, controllers.

Times are musical, in ticks (see `clock`), or of the monotonic clock where they end in `_s`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from midigan.live.processes.composer_messages import Part


class Open(NamedTuple):
    """To the player: a port by name or part of it, or a virtual one to create."""

    port: str | None
    virtual: str | None
    backend: str | None


class Follow(NamedTuple):
    """To the player before Open: another leads, one of `midi`, `link` and `jack`.

    `clock_port` names the input that MIDI clock comes from; None creates a virtual one. What
    is sent goes out `latency_ms` before its time by that leader, or after it if below 0.
    """

    kind: str
    clock_port: str | None
    backend: str | None
    latency_ms: float


class SendClock(NamedTuple):
    """To the player before Open: send MIDI clock, on this port or, if None, with the notes."""

    port: str | None


class Following(NamedTuple):
    """From the process that follows: it listens, and to what."""

    leader: str


class Position(NamedTuple):
    """From the process that follows: where the leader is. From the player: where it is itself.

    It was or will be at `tick`, counted from its bar 1, at `at_s` of the monotonic clock that
    all processes of a computer share; from there it goes on at `tempo_bpm`, or, if it is not
    rolling, stands there. After a jump `tick` is the very place that it jumped to.
    """

    tick: float
    at_s: float
    tempo_bpm: float
    rolling: bool


class Notice(NamedTuple):
    """From the player to people: one line on what has changed."""

    text: str


class Opened(NamedTuple):
    """From the player: the port's full name, and which scheduling the system granted.

    `shown_as` is what others call a virtual port of the backends `jack` and `alsa`, "" for all
    other ports.
    """

    port: str
    priority: str
    shown_as: str = ""
    backend: str = ""


class Screen(NamedTuple):
    """To the player before Start: the face draws on this terminal, to be given back if it dies."""

    terminal: str


class Start(NamedTuple):
    """To the player: begin now, or, where another leads, as soon as that one rolls.

    `end_tick` None plays for ever.
    """

    tempo_bpm: float
    phrase_ticks: int
    end_tick: int | None
    parts: Sequence[Part]


class Touched(NamedTuple):
    """From the process that hears controllers: the bytes of a control change or a note."""

    message: Sequence[int]


class Stop(NamedTuple):
    """To the player: end now, leaving nothing sounding."""


class Panic(NamedTuple):
    """To the player: release every key, then go on."""


class Overran(NamedTuple):
    """To the player: the service of its port ran late, and may have lost what was just sent."""


class Sent(NamedTuple):
    """A channel message that went out: when it was due, whose it is, and its bytes.

    `tick` counts what was played: it goes on where a leader jumps, and stands where one
    stands. `track` is -1 for what belongs to no track.
    """

    tick: int
    track: int
    message: Sequence[int]


class Hush(NamedTuple):
    """To a player instead of Start: release every key of these channels, then end.

    It is sent to the successor of a player that died with notes sounding.
    """

    channels: Sequence[int]


class Guard(NamedTuple):
    """To the process with a standby port: be ready for the death of the player.

    `port` is the full name of its virtual port, which dies with it, at this backend.
    """

    port: str
    backend: str


class Report(NamedTuple):
    """From the player, a few times a second: where it is and what it sent since the last.

    tick counts from bar 1 of the song, played_ticks from the beginning of the session; notes
    counts all note-ons so far; lateness is that of all of them, at the send call. While a port
    is away it is looked for, and opened again, which may take the player a while.
    """

    tick: int
    played_ticks: int
    tempo_bpm: float
    rolling: bool
    notes: int
    late_p50_ms: float
    late_p99_ms: float
    late_max_ms: float
    sent: Sequence[Sent]
    away: bool = False


class Ended(NamedTuple):
    """From the player, last: why it ended. `trouble` is a line for people, "" if all is well."""

    trouble: str


class Failed(NamedTuple):
    """From either child, last: it cannot do its job, and why."""

    trouble: str
