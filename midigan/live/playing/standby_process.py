"""The process with the standby port: `python -m midigan.live.playing.standby_process`.

It outlives the player, and does nothing until it is told that the player has died.
"""

from __future__ import annotations

from midigan.live.playing.standby import stand_by
from midigan.live.processes.link import PipeLink
from midigan.live.processes.player_messages import Ended, Guard, Hush, Stop
from midigan.live.processes.service import serve_parent

_LOOK_EVERY_S = 0.25
_A_WHILE_S = 3600.0


def main() -> None:
    """Stand by until the parent ends, or until the player has died."""
    serve_parent(_serve, "the standby port")


def _serve(link: PipeLink) -> None:
    wish = link.receive(_A_WHILE_S)
    if not isinstance(wish, Guard):
        return
    standby = stand_by(wish)
    while not isinstance(message := link.receive(_LOOK_EVERY_S), Stop | Hush):
        standby.look()
    if isinstance(message, Hush):
        standby.hush(message.channels)
        link.send(Ended(""))
    standby.close()


if __name__ == "__main__":
    main()
