"""The end of a process that is stopped, or hangs, where its silence does harm to others."""

from __future__ import annotations

import ctypes
import signal
import sys

_CLOCK_MONOTONIC, _SIGEV_SIGNAL = 1, 0
_NS = 1_000_000_000


class _Event(ctypes.Structure):
    """Linux: struct sigevent, 64 bytes."""

    _fields_ = (
        ("value", ctypes.c_void_p),
        ("signal", ctypes.c_int),
        ("notify", ctypes.c_int),
        ("rest", ctypes.c_char * 48),
    )


class _Times(ctypes.Structure):
    """struct itimerspec: the interval, and the first time."""

    _fields_ = (
        ("every_s", ctypes.c_long),
        ("every_ns", ctypes.c_long),
        ("in_s", ctypes.c_long),
        ("in_ns", ctypes.c_long),
    )


class DeadManSwitch:
    """Kills this process unless it holds the switch again and again.

    A stopped process runs no handlers, but a timer of the system kills it all the same.
    """

    def __init__(self) -> None:
        """Raises OSError where the system has no such timers: only Linux is known to."""
        if sys.platform != "linux":
            raise OSError("no timers that end a process")
        self._library = ctypes.CDLL(None, use_errno=True)
        self._timer = ctypes.c_void_p()
        event = _Event(signal=signal.SIGKILL, notify=_SIGEV_SIGNAL)
        self._call("timer_create", _CLOCK_MONOTONIC, ctypes.byref(event), ctypes.byref(self._timer))

    def hold(self, seconds: float) -> None:
        """Live on for so long, 0 is for ever."""
        whole_s, rest_ns = divmod(round(seconds * _NS), _NS)
        self._call(
            "timer_settime", self._timer, 0, ctypes.byref(_Times(0, 0, whole_s, rest_ns)), None
        )

    def _call(self, name: str, *arguments: object) -> None:
        if getattr(self._library, name)(*arguments) != 0:
            raise OSError(ctypes.get_errno(), name)
