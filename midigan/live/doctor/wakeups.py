"""How punctually the system wakes a process that waits as the player does: measured, in a child."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import NamedTuple

from midigan.errors import MidiganError
from midigan.live.clock import Clock
from midigan.live.lateness import Lateness
from midigan.live.processes.child import command_of
from midigan.live.processes.priority import be_punctual

#: From one wake-up to the next, in seconds: a player of many notes sleeps no less.
_EVERY_S = 0.004
#: How long the child may take for everything but measuring.
_PATIENCE_S = 30.0


class Wakeups(NamedTuple):
    """How late wake-ups were, in milliseconds, and the priority that the process had."""

    priority: str
    p50_ms: float
    p99_ms: float
    max_ms: float


def measure(priority: str, seconds: float, clock: Clock) -> Wakeups:
    """Wait for one deadline after another for so long."""
    late = Lateness()
    begin_s = clock.now()
    for number in range(1, round(seconds / _EVERY_S) + 1):
        late.add(clock.reach(begin_s + number * _EVERY_S).late_s)
    return Wakeups(priority, late.percentile_ms(50), late.percentile_ms(99), late.max_ms)


def measure_apart(seconds: float = 2.0) -> list[Wakeups]:
    """As an ordinary process wakes up, then as the player would, so long each, in a child.

    Raises MidiganError if that cannot be measured.
    """
    command = [*command_of(__name__), str(seconds)]
    try:
        done = subprocess.run(
            command, capture_output=True, check=True, timeout=2 * seconds + _PATIENCE_S
        )
        return [Wakeups(*values) for values in json.loads(done.stdout)]
    except (OSError, ValueError, TypeError, subprocess.SubprocessError) as error:
        raise MidiganError("wake-ups could not be measured: the process for it failed") from error


def both(seconds: float, clock: Clock) -> Sequence[Wakeups]:
    """Ordinary first: a priority that was granted is not given back."""
    return [measure("ordinary", seconds, clock), measure(be_punctual(), seconds, clock)]


def main() -> None:
    """Measure for as many seconds as the last argument says; print JSON."""
    print(json.dumps(both(float(sys.argv[-1]), Clock())))
