"""The process that plays: `python -m midigan.live.player_process`, fed through its pipes.

It loads neither numpy nor onnxruntime nor rich, and ends with its parent.
"""

from __future__ import annotations

import os
import signal

from midigan.errors import MidiganError, PortError
from midigan.live.clock import Clock
from midigan.live.link import PipeLink, standard_pipes
from midigan.live.player import Player
from midigan.live.ports import Port, open_port, open_virtual
from midigan.live.priority import be_punctual
from midigan.live.sounding import release_everything
from midigan.live.wire import Ended, Failed, Hush, Message, Open, Opened, Start, Stop

_A_WHILE_S = 3600.0


def main() -> None:
    """Open a port, play what comes, end silent."""
    with standard_pipes() as (source, target_fd):
        link = PipeLink(source, target_fd)
        _listen_to_signals(link)
        try:
            link.send(_serve(link))
        except MidiganError as error:
            link.send(Failed(str(error)))
        except Exception as error:  # the parent is the one that can tell the user
            link.send(Failed(f"the player met an unexpected {type(error).__name__}: {error}"))
        link.flush()
    # Taking a MIDI library down after its server has died can hang or crash: just leave.
    os._exit(0)


def _serve(link: PipeLink) -> Message:
    wish = _next(link)
    if not isinstance(wish, Open):
        return Ended("")
    port = _open(wish)
    try:
        link.send(Opened(port.name, be_punctual()))
        start = _next(link)
        if isinstance(start, Hush):
            release_everything(lambda _track, *message: port.send(message), start.channels)
        if not isinstance(start, Start):
            return Ended("")
        return Player(port, Clock(), link, start).run()
    finally:
        port.close()


def _open(wish: Open) -> Port:
    if wish.virtual is not None:
        return open_virtual(wish.virtual, wish.backend)
    if wish.port is not None:
        return open_port(wish.port, wish.backend)
    raise PortError("neither a port nor a virtual port was asked for")


def _next(link: PipeLink) -> Message:
    while (message := link.receive(_A_WHILE_S)) is None:
        pass
    return message if isinstance(message, Open | Start | Hush) else Stop()


def _listen_to_signals(link: PipeLink) -> None:
    """Ctrl-C reaches the whole group of processes: the parent decides. Others mean Stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: link.stop())


if __name__ == "__main__":
    main()
