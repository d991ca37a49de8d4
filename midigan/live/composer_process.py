"""The process that composes: `python -m midigan.live.composer_process`, asked through pipes."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import BinaryIO

from midigan.errors import MidiganError
from midigan.live.link import standard_pipes
from midigan.live.wire import Ask, Failed, Load, Message, pack, unpack


def main() -> None:
    """Load a generator, then answer until the other end closes."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # the parent decides when to end
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    with standard_pipes() as (source, target_fd), open(target_fd, "wb", closefd=False) as target:
        for message in _answers(source):
            try:
                target.write(pack(message))
                target.flush()
            except BrokenPipeError:
                return


def _answers(source: BinaryIO) -> Iterator[Message]:
    try:
        from midigan.live.composer import Composer

        composer: Composer | None = None
        for line in source:
            message = unpack(line)
            if isinstance(message, Load):
                composer = Composer(message)
                yield composer.describe()
            elif isinstance(message, Ask) and composer is not None:
                yield composer.phrase(message.number)
    except MidiganError as error:
        yield Failed(str(error))
    except Exception as error:  # the parent is the one that can tell the user
        yield Failed(f"the composer met an unexpected {type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
