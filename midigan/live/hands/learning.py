"""Learning which controller is to turn what, by waiting for one to move."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from midigan.live.hands.knobs import Knob
from midigan.live.processes.player_messages import Touched
from midigan.live.sounding import CONTROL_CHANGE


def learn(
    controls: Iterable[str], events: Iterator[Touched | None], ask: Callable[[str], None]
) -> dict[str, Knob]:
    """A map of controls to the controllers that were moved for them.

    events: what is moved, or None to leave the control out; it may end early, which leaves
    out the rest. A controller that has been given away is still being moved: it counts once.
    """
    learned: dict[str, Knob] = {}
    for control in controls:
        ask(control)
        knob = _next(events, set(learned.values()))
        if knob is not None:
            learned[control] = knob
    return learned


def _next(events: Iterator[Touched | None], taken: set[Knob]) -> Knob | None:
    for event in events:
        if event is None:
            return None
        status, controller, *_ = event.message
        knob = Knob(controller, status & 0x0F)
        if status & 0xF0 == CONTROL_CHANGE and knob not in taken:
            return knob
    return None
