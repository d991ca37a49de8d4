"""What a process can do so that the system wakes it up in time."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import sys
import threading

#: Below the priority that JACK gives its own threads, above everything ordinary.
_PRIORITY = 60
#: Of a busy processor, somebody so much less nice than others has nine times their share.
_LESS_NICE = -10
_PR_SET_TIMERSLACK = 29


def be_punctual() -> str:
    """Ask the system for punctual wake-ups, for this process from now on.

    Returns what was obtained, in words for people: "real-time" or "normal priority".
    """
    gc.collect()
    gc.freeze()
    gc.disable()
    if sys.platform == "linux":
        _lower_timer_slack()
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_PRIORITY))
            _raise_threads()
            return "real-time"
    return "normal priority"


def _raise_threads() -> None:
    """Those that listen for us, too: news that wait for a turn are late however quick we are."""
    for thread in threading.enumerate():
        with contextlib.suppress(OSError):
            if thread.native_id and os.sched_getscheduler(thread.native_id) == os.SCHED_OTHER:
                os.sched_setscheduler(thread.native_id, os.SCHED_FIFO, os.sched_param(_PRIORITY))


def be_preferred() -> None:
    """Ask the system for a larger share of a busy processor, for this process from now on.

    Nothing changes where that needs privileges which the user has not.
    """
    with contextlib.suppress(OSError, AttributeError):  # Windows has no such thing
        os.nice(_LESS_NICE)


def _lower_timer_slack() -> None:
    """Linux lets a sleep last 50 microseconds longer than asked; ask for 1 nanosecond."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_TIMERSLACK, 1, 0, 0, 0)
