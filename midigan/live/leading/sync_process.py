"""The process that follows: `python -m midigan.live.leading.sync_process`, a child of the player.

It does nothing but listen to the leader, so that nothing else is in the way of knowing when
something arrived.
"""

from __future__ import annotations

from midigan.live.leading.leader import Leader, open_leader
from midigan.live.processes.link import PipeLink
from midigan.live.processes.player_messages import Follow, Following, Start, Stop
from midigan.live.processes.priority import be_punctual
from midigan.live.processes.service import serve_parent

#: How often it looks whether it should end.
_LISTEN_S = 0.05
_A_WHILE_S = 3600.0


def main() -> None:
    """Join a leader, say where it is, until the player ends."""
    serve_parent(_follow, "following")


def _follow(link: PipeLink) -> None:
    wish = _next(link)
    if isinstance(wish, Follow):
        _serve(link, open_leader(wish))


def _serve(link: PipeLink, leader: Leader) -> None:
    link.send(Following(leader.name))
    be_punctual()
    start = _next(link)
    if isinstance(start, Start):
        leader.begin(start)
        while not isinstance(link.receive(0), Stop):
            for message in leader.listen(_LISTEN_S):
                link.send(message)
    leader.close()


def _next(link: PipeLink) -> object:
    while (message := link.receive(_A_WHILE_S)) is None:
        pass
    return message


if __name__ == "__main__":
    main()
