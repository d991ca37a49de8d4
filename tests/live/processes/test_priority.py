"""Punctuality: what a process asks for, for itself and for the threads that listen for it."""

import os
import subprocess
import sys

import pytest

pytest.importorskip("termios", reason="scheduling as POSIX has it")

CODE = """
import os, threading
from midigan.live.processes.priority import be_punctual
wait = threading.Event()
thread = threading.Thread(target=wait.wait, daemon=True)
thread.start()
tier = be_punctual()
print(tier, os.sched_getscheduler(0), os.sched_getscheduler(thread.native_id))
"""


def test_threads_that_listen_are_as_punctual_as_who_plays():
    if not hasattr(os, "sched_getscheduler"):
        pytest.skip("this system does not say how it schedules")
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, timeout=60
    )
    tier, own, listening = done.stdout.rsplit(maxsplit=2)
    assert own == listening
    assert (tier == "real-time") == (int(own) == os.SCHED_FIFO)
