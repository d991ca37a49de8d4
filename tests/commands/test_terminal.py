"""Keys from a real pseudo-terminal, whose mode comes back on every way out."""

import os
import select
import signal
import subprocess
import sys
import time

import pytest

pytest.importorskip("termios", reason="a Windows console has no mode to give back")

#: Leads a session as a shell does: a job of its own in the foreground, and its states told.
SHELL = """
import fcntl, os, signal, subprocess, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
job = subprocess.Popen([sys.executable, "-c", sys.argv[1]], process_group=0)
os.tcsetpgrp(0, job.pid)
tell = os.fdopen(int(sys.argv[2]), "w", buffering=1)
tell.write(f"{job.pid}\\n")
while True:
    _, status = os.waitpid(job.pid, os.WUNTRACED)
    canonical = bool(termios.tcgetattr(0)[3] & termios.ICANON)
    tell.write(f"{'stopped' if os.WIFSTOPPED(status) else 'ended'} {canonical}\\n")
    if not os.WIFSTOPPED(status):
        break
"""

#: A job that prints each key in brackets until it is told to end, or fails, or is interrupted.
JOB = """
import signal, threading
from midigan.commands.terminal import Terminal
signal.signal(signal.SIGTERM, signal.default_int_handler)
ended = threading.Event()
def press(text):
    print(f"<{text}>", flush=True)
    if "q" in text:
        ended.set()
with Terminal(press):
    print("ready", flush=True)
    ended.wait(600)
"""


class Shell:
    """A pseudo-terminal, a shell in it and its job."""

    def __init__(self):
        self.master, slave = os.openpty()
        self.slave = slave
        told, tell = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-c", SHELL, JOB, str(tell)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            pass_fds=[tell],
        )
        os.close(tell)
        self.told = os.fdopen(told)
        self.seen = ""
        self.job = int(self.told.readline())
        self.expect("ready")

    def look(self, seconds):
        """Takes what the terminal shows, waiting for it at most so long."""
        if select.select([self.master], [], [], seconds)[0]:
            self.seen += os.read(self.master, 1000).decode()

    def expect(self, text):
        deadline = time.monotonic() + 60
        while text not in self.seen:
            assert time.monotonic() < deadline, f"no {text!r} but {self.seen!r}"
            self.look(1)
        self.seen = self.seen.partition(text)[2]

    def type(self, text):
        os.write(self.master, text.encode())

    def close(self):
        self.process.kill()
        self.process.wait()
        self.told.close()
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def shell():
    made = Shell()
    yield made
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
    assert shell.told.readline() == "ended True\n"


def test_while_it_is_suspended_too(shell):
    shell.type("\x1a")
    assert shell.told.readline() == "stopped True\n"
    os.kill(shell.job, signal.SIGCONT)
    deadline = time.monotonic() + 60
    while "<b>" not in shell.seen and time.monotonic() < deadline:
        shell.type("b")  # until it is back in its mode, this only waits for Enter
        shell.look(0.1)
    shell.type("q")
    assert shell.told.readline() == "ended True\n"


def test_without_a_terminal_nothing_is_read():
    code = JOB.replace("ended.wait(600)", "print('not read')")
    done = subprocess.run(
        [sys.executable, "-c", code], input="abc", capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["ready", "not", "read"]
