"""The process that hears of overruns: `python -m midigan.live.connections.overrun_process`.

JACK2 hangs for ever where somebody who wants to hear of overruns is stopped for a second while
there are any, and a session that is stopped causes one with each of the server's cycles: the news
fill a socket, and what does not fit is written in part (posix/JackSocketServerNotifyChannel.cpp).
So this process is none of the session's: what stops that, Ctrl-Z or a signal to a tree of
processes, does not stop this one. It ends with its pipe, and, should it be stopped itself, at once.
"""

from __future__ import annotations

import os

from midigan.live.connections.overruns import Overruns
from midigan.live.processes.dead_man import DeadManSwitch
from midigan.live.processes.link import PipeLink
from midigan.live.processes.player_messages import Failed, Overran, Stop
from midigan.live.processes.priority import be_preferred
from midigan.live.processes.service import serve_parent

_LOOK_EVERY_S = 0.02
_LIVES_S = 0.1
#: A server that hangs, or has died, may never answer.
_JOINS_IN_S, _LEAVES_IN_S = 5.0, 1.0
#: Said at once, and again when there was none for so long: what is said while one lasts gets lost.
_OVER_AFTER_S = 0.1


def main() -> None:
    """Tell whoever started it of overruns until that ends."""
    if os.fork() != 0:
        os._exit(0)
    os.setsid()
    serve_parent(_serve, "listening for overruns")


def _serve(link: PipeLink) -> None:
    try:
        switch = DeadManSwitch()
    except OSError as error:
        link.send(Failed(str(error)))
        return
    be_preferred()
    switch.hold(_JOINS_IN_S)
    overruns = Overruns()
    quiet_s: float | None = None
    while not isinstance(link.receive(_LOOK_EVERY_S), Stop):
        switch.hold(_LIVES_S)
        if overruns.happened():
            if quiet_s is None:
                link.send(Overran())
            quiet_s = 0.0
        elif quiet_s is not None:
            quiet_s += _LOOK_EVERY_S
            if quiet_s >= _OVER_AFTER_S:
                link.send(Overran())
                quiet_s = None
    switch.hold(_LEAVES_IN_S)
    overruns.close()


if __name__ == "__main__":
    main()
