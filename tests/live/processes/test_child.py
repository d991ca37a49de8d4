"""Ctrl-C while a process is being started: its parent gets it, and it does not."""

import queue
import signal
import subprocess
import sys

import pytest

from midigan.live.processes import child as module
from midigan.live.processes.child import Child

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot hold it back")


@pytest.fixture
def runs(monkeypatch):
    """Let the next child run some code instead of a module of midigan."""

    def run(code):
        monkeypatch.setattr(module, "command_of", lambda name: [sys.executable, "-c", code])

    return run


def test_the_parent_gets_it_when_the_process_is_there(runs, monkeypatch):
    born, start = [], subprocess.Popen

    def interrupted(command, **pipes):
        signal.raise_signal(signal.SIGINT)
        born.append(start(command, **pipes))
        return born[-1]

    runs("import sys; sys.stdin.read()")
    monkeypatch.setattr(module.subprocess, "Popen", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Child("any", lambda message: None)
    born[0].communicate(timeout=60)
    assert born[0].returncode == 0
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, set())


def test_the_process_goes_on(runs):
    heard = queue.SimpleQueue()
    runs("import signal; signal.raise_signal(signal.SIGINT); print('still here')")
    child = Child("any", heard.put)
    child.listen()
    assert "still here" in heard.get(timeout=60).trouble
    assert heard.get(timeout=60) is None
    child.close(60)
