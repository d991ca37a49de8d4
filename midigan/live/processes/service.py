"""What processes that listen to a MIDI library for their parent have in common."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from midigan.errors import MidiganError
from midigan.live.processes.link import PipeLink, standard_pipes
from midigan.live.processes.player_messages import Failed


def serve_parent(serve: Callable[[PipeLink], None], doing: str) -> None:
    """Do something for the parent over the standard pipes, until `serve` is done; then end.

    The parent decides when that is, so signals are ignored, and it is told what goes wrong
    while `doing` this.
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    with standard_pipes() as (source, target_fd):
        link = PipeLink(source, target_fd)
        try:
            serve(link)
        except MidiganError as error:
            link.send(Failed(str(error)))
        except Exception as error:  # the parent is the one that can tell the user
            link.send(Failed(f"{doing} met an unexpected {type(error).__name__}: {error}"))
        link.flush()
    # As in the player: a MIDI library whose server has died can hang at the end.
    os._exit(0)
