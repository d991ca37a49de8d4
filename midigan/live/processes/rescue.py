"""The terminal of a face that was killed: given back by whoever survives it."""

from __future__ import annotations

import contextlib
import os

#: Leave the alternate screen, show the cursor (xterm's control sequences).
_GIVE_BACK = b"\x1b[?1049l\x1b[?25h"


class Rescue:
    """Made by a child while its parent lives, and used when the child ends."""

    def __init__(self) -> None:
        self._parent = os.getppid()
        #: The terminal that the parent draws on, "" for none.
        self.screen = ""

    def finish(self) -> None:
        """Give the terminal back if the parent has died; else that did it by itself.

        The mode of the terminal is left alone: shells have one of their own by then.
        """
        if self.screen and os.getppid() != self._parent:
            with contextlib.suppress(OSError):
                screen = os.open(self.screen, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
                os.write(screen, _GIVE_BACK)
                os.close(screen)
