"""Many messages for a receiver that keeps few.

ALSA keeps 200 events for a client that does not read them (SNDRV_SEQ_DEFAULT_CLIENT_EVENTS), and
forgets all of them when there are more (Linux: sound/core/seq/seq_fifo.c). Whoever sends
with real-time priority on a machine with one free core lets nobody read.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

#: So many are sent at once, then the receiver may read.
_AT_ONCE = 64
_PAUSE_S = 0.01


def paced(messages: Sequence[Sequence[int]]) -> Iterator[Sequence[int]]:
    """These messages, with a pause whenever there have been so many, and after the last."""
    for begin in range(0, len(messages), _AT_ONCE):
        yield from messages[begin : begin + _AT_ONCE]
        time.sleep(_PAUSE_S)
