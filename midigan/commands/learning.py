"""midigan live --learn: ask which controller is to turn what, and write the map."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from midigan.errors import MidiganError

if TYPE_CHECKING:
    from midigan.commands.hands import Hands
    from midigan.live.processes.player_messages import Touched
    from midigan.live.processes.wire import Message


def learn_map(hands: Hands, backend: str | None) -> None:
    """Ask for each control of the map that ships, and write those that were given.

    Raises PortError if the input cannot be opened, MidiganError if nothing was learned or
    the file cannot be written.
    """
    assert hands.map_file is not None
    from midigan.live.hands.controllers import CONTROL, Controllers
    from midigan.live.hands.knobs import load_knobs, write_knobs
    from midigan.live.hands.learning import learn
    from midigan.saving import whole_file

    controllers = Controllers(hands.control_port or "", backend, CONTROL)
    heard: queue.SimpleQueue[Message | str | None] = queue.SimpleQueue()
    click.echo(f"listening to {controllers.name}: move a knob or press a button for each")
    click.echo("control; Enter leaves one out, Ctrl-D the rest")
    threading.Thread(target=_read_lines, args=(heard,), daemon=True).start()
    with controllers.messages_to(heard.put):
        learned = learn(load_knobs(None), _events(heard), lambda name: click.echo(f"  {name} ?"))
    if not learned:
        raise MidiganError("no controller was moved: nothing is written")
    with whole_file(hands.map_file) as beside:
        beside.write_text(write_knobs(learned), "utf-8")
    click.echo(f"wrote {hands.map_file}: {len(learned)} controls")


def _read_lines(heard: queue.SimpleQueue[Message | str | None]) -> None:
    for line in sys.stdin:
        heard.put(line)
    heard.put(None)


def _events(heard: queue.SimpleQueue[Message | str | None]) -> Iterator[Touched | None]:
    """Controllers that are moved, None for Enter; ends with the input or the controllers."""
    from midigan.live.processes.player_messages import Touched

    while (event := heard.get()) is not None:
        if isinstance(event, str):
            yield None
        elif isinstance(event, Touched):
            yield event
