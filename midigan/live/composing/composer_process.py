"""The process that composes: `python -m midigan.live.composing.composer_process`.

It is asked, and answers, through its pipes.
"""

from __future__ import annotations

import queue
import signal
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from midigan.controls import Turn
from midigan.errors import MidiganError
from midigan.live.processes.composer_messages import Ask, Heard, Load
from midigan.live.processes.link import standard_pipes
from midigan.live.processes.memory import give_memory_back
from midigan.live.processes.player_messages import Failed
from midigan.live.processes.priority import be_preferred
from midigan.live.processes.wire import Message, pack, unpack

if TYPE_CHECKING:
    from midigan.live.composing.composer import Composer


def main() -> None:
    """Load a generator, then answer until the other end closes."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # the parent decides when to end
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    # Beside a DAW that keeps all processors busy, a phrase still comes in time.
    be_preferred()
    give_memory_back()
    with standard_pipes() as (source, target_fd), open(target_fd, "wb", closefd=False) as target:
        for message in _answers(source):
            try:
                target.write(pack(message))
                target.flush()
            except BrokenPipeError:
                return


def _answers(source: BinaryIO) -> Iterator[Message]:
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(source, lines), daemon=True).start()
    composer: Composer | None = None
    try:
        while line := lines.get():
            message = unpack(line)
            if isinstance(message, Load):
                composer = _load(message)
                yield composer.describe()
                composer.foresee(0)
            elif composer is not None:
                yield from _answer(composer, message)
                # However fast somebody turns things, what is asked for comes first.
                if lines.empty():
                    yield from composer.renewed()
                    yield from filter(None, [composer.prepare()])
    except MidiganError as error:
        yield Failed(str(error))
    except Exception as error:  # the parent is the one that can tell the user
        yield Failed(f"the composer met an unexpected {type(error).__name__}: {error}")


def _answer(composer: Composer, message: Message) -> Iterator[Message]:
    if isinstance(message, Ask):
        yield composer.phrase(message.number)
    elif isinstance(message, Heard):
        composer.heard(message)
    elif isinstance(message, Turn):
        yield composer.turn(message)


def _load(load: Load) -> Composer:
    from midigan.live.composing.composer import Composer

    return Composer(load)


def _read(source: BinaryIO, lines: queue.SimpleQueue[bytes]) -> None:
    """Take lines as they come; an empty one is the end."""
    for line in source:
        lines.put(line)
    lines.put(b"")


if __name__ == "__main__":
    main()
