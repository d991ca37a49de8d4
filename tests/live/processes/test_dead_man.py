"""A process that ends when it is stopped."""

import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such timers")

CODE = """
import sys, time
from midigan.live.processes.dead_man import DeadManSwitch
switch = DeadManSwitch()
switch.hold({seconds})
print("held", flush=True)
{then}
"""


def run(seconds, then):
    code = CODE.format(seconds=seconds, then=then)
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"held\n"
    return process


def test_a_process_that_is_stopped_is_killed():
    process = run(0.3, "while True: switch.hold(0.3); time.sleep(0.01)")
    process.send_signal(signal.SIGSTOP)
    assert process.wait(10) == -signal.SIGKILL
    process.stdout.close()


def test_whoever_holds_it_lives_on():
    process = run(0.5, "for _ in range(30): time.sleep(0.02); switch.hold(0.5)\nswitch.hold(0)")
    assert process.wait(10) == 0
    process.stdout.close()


def test_whoever_does_not_hold_it_is_killed():
    process = run(0.1, "time.sleep(60)")
    assert process.wait(10) == -signal.SIGKILL
    process.stdout.close()
