"""Whoever leads when midigan follows, as the process that follows sees them."""

from __future__ import annotations

from typing import Protocol

from midigan.live.processes.player_messages import Follow, Notice, Position, Start


class Leader(Protocol):
    """Says where it is, as often as that is worth saying."""

    @property
    def name(self) -> str:
        """What people call it."""

    def begin(self, start: Start) -> None:
        """From now on what `listen` says matters; `start` has tempo and length of a bar."""

    def listen(self, timeout_s: float) -> list[Position | Notice]:
        """What is new, waiting for it at most this long.

        Raises MidiganError if the leader can never be heard again.
        """

    def close(self) -> None:
        """Leave it."""


def open_leader(follow: Follow) -> Leader:
    """Join the leader of this kind. Raises MidiganError if that cannot be, and why."""
    if follow.kind == "midi":
        from midigan.live.leading.midi_leader import MidiLeader

        return MidiLeader(follow.clock_port, follow.backend)
    if follow.kind == "link":
        from midigan.live.leading.link_leader import LinkLeader

        return LinkLeader()
    from midigan.live.leading.jack_leader import JackLeader

    return JackLeader()
