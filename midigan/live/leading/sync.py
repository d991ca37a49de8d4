"""Who leads: midigan itself, with or without sending its clock, or someone it follows."""

from __future__ import annotations

from dataclasses import dataclass

from midigan.live.processes.player_messages import Follow, SendClock


@dataclass(frozen=True)
class Sync:
    """What was wished for; all but `kind` is as in Follow and SendClock.

    kind: "internal" for midigan's own tempo, "midi" for a DAW's MIDI clock, "link" for Ableton
    Link, "jack" for JACK's transport.
    """

    kind: str = "internal"
    clock_port: str | None = None
    latency_ms: float = 0.0
    send_clock: bool = False
    clock_to: str | None = None

    def messages(self, backend: str | None) -> list[Follow | SendClock]:
        """What the player must be told before it opens its port."""
        if self.kind != "internal":
            return [Follow(self.kind, self.clock_port, backend, self.latency_ms)]
        return [SendClock(self.clock_to)] if self.send_clock or self.clock_to else []
