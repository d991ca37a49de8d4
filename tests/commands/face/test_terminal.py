"""Keys from a real pseudo-terminal, whose mode comes back on every way out."""

import os
import signal
import subprocess
import sys
import time

import pytest

pytest.importorskip("termios", reason="a Windows console has no mode to give back")

from pseudo_terminal import PATIENCE_S, Shell

#: A job that prints each key in brackets until it is told to end, or fails, or is interrupted.
JOB = """
import signal, threading
from midigan.commands.face.terminal import Terminal
signal.signal(signal.SIGTERM, signal.default_int_handler)
ended = threading.Event()
def press(text):
    print(f"<{text}>", flush=True)
    if "q" in text:
        ended.set()
with Terminal(press):
    print("ready", flush=True)
    while not ended.wait(0.1):  # a signal just before a long wait would be seen after it
        pass
"""


@pytest.fixture
def shell():
    made = Shell("-c", JOB)
    try:
        made.expect("ready")
        yield made
    finally:
        made.close()


def test_keys_arrive_one_by_one_and_are_not_shown(shell):
    shell.type("a")
    shell.expect("<a>")
    shell.type("\x1b[A")
    shell.expect("<\x1b[A>")
    assert "a" not in shell.seen


@pytest.mark.parametrize("end", ["q", "\x03", signal.SIGTERM, signal.SIGINT])
def test_the_terminal_gets_its_mode_back(end, shell):
    if isinstance(end, str):
        shell.type(end)
    else:
        os.kill(shell.job, end)
    assert shell.told().startswith("ended True")


def test_while_it_is_suspended_too(shell):
    shell.type("\x1a")
    assert shell.told() == "stopped True"
    os.kill(shell.job, signal.SIGCONT)
    deadline = time.monotonic() + PATIENCE_S
    while "<b>" not in shell.seen and time.monotonic() < deadline:
        shell.type("b")  # until it is back in its mode, this only waits for Enter
        shell.look(0.1)
    shell.type("q")
    assert shell.told().startswith("ended True")


def test_without_a_terminal_nothing_is_read():
    code = JOB.replace("not ended.wait(0.1)", "print('not read')")
    done = subprocess.run(
        [sys.executable, "-c", code], input="abc", capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["ready", "not", "read"]
