"""The process that plays: `python -m midigan.live.playing.player_process`, fed through its pipes.

It loads neither numpy nor onnxruntime nor rich, and ends with its parent.
"""

from __future__ import annotations

import os
import signal

from midigan.errors import MidiganError
from midigan.live.processes.link import PipeLink, standard_pipes
from midigan.live.processes.player_messages import (
    Ended,
    Failed,
    Follow,
    Following,
    Hush,
    Open,
    Screen,
    SendClock,
    Start,
    Stop,
)
from midigan.live.processes.priority import be_preferred
from midigan.live.processes.rescue import Rescue
from midigan.live.processes.wire import Message

_A_WHILE_S = 3600.0


def main() -> None:
    """Open a port, play what comes, end silent."""
    # It is real time only when its port is open; till then the composer is not to outrun it.
    be_preferred()
    rescue = Rescue()
    with standard_pipes() as (source, target_fd):
        link = PipeLink(source, target_fd)
        _listen_to_signals(link)
        try:
            link.send(_serve(link, rescue))
        except MidiganError as error:
            link.send(Failed(str(error)))
        except Exception as error:  # the parent is the one that can tell the user
            link.send(Failed(f"the player met an unexpected {type(error).__name__}: {error}"))
        link.flush()
    rescue.finish()
    # Taking a MIDI library down after its server has died can hang or crash: just leave.
    os._exit(0)


def _serve(link: PipeLink, rescue: Rescue) -> Message:
    """Do what is asked for, message by message, until the music has been played."""
    from midigan.live.playing.stage import Stage

    stage = Stage(link)
    try:
        while True:
            message = link.receive(_A_WHILE_S)
            if isinstance(message, Follow | SendClock | Open | Following):
                stage.prepare(message)
            elif isinstance(message, Failed):
                return message
            elif isinstance(message, Screen):
                rescue.screen = message.terminal
            elif isinstance(message, Hush):
                stage.hush(message)
                return Ended("")
            elif isinstance(message, Start):
                return stage.play(message)
            elif isinstance(message, Stop):
                return Ended("")
    finally:
        stage.close()


def _listen_to_signals(link: PipeLink) -> None:
    """Ctrl-C reaches the whole group of processes: the parent decides. Others mean Stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: link.stop())


if __name__ == "__main__":
    main()
