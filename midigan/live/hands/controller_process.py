"""The process that hears controllers: `python -m midigan.live.hands.controller_process`.

It is a process of its own because a MIDI library can hang when its service dies: then this
one hangs, and neither the music nor its end waits for it.
"""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Sequence

from midigan.live.connections.plug import Plug, connect, create
from midigan.live.processes.link import PipeLink
from midigan.live.processes.player_messages import Notice, Open, Opened, Stop, Touched
from midigan.live.processes.service import serve_parent
from midigan.live.sounding import CONTROL_CHANGE, NOTE_OFF, NOTE_ON, PROGRAM_CHANGE

_HEARD = (CONTROL_CHANGE, PROGRAM_CHANGE, NOTE_ON, NOTE_OFF)

_LOOK_EVERY_S = 0.25
_A_WHILE_S = 3600.0


def main() -> None:
    """Open an input, pass on controllers, programs and notes, until the parent ends."""
    serve_parent(_serve, "controllers")


def _serve(link: PipeLink) -> None:
    wish = link.receive(_A_WHILE_S)
    if not isinstance(wish, Open):
        return
    plug = _open(wish)
    arrived: queue.SimpleQueue[Sequence[int]] = queue.SimpleQueue()

    def arrive(event: tuple[Sequence[int], float], _: object = None) -> None:
        if event[0] and event[0][0] & 0xF0 in _HEARD:
            arrived.put(event[0])

    plug.listen(arrive)
    link.send(Opened(plug.name, ""))
    while not isinstance(link.receive(0), Stop):
        with contextlib.suppress(queue.Empty):
            link.send(Touched(arrived.get(timeout=_LOOK_EVERY_S)))
            while True:
                link.send(Touched(arrived.get_nowait()))
        news = plug.check()
        if news:
            link.send(Notice(news))


def _open(wish: Open) -> Plug:
    if wish.port is not None:
        return connect(wish.port, wish.backend, inputs=True)
    return create(wish.virtual or "midigan", wish.backend, inputs=True)


if __name__ == "__main__":
    main()
