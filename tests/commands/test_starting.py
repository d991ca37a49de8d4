"""The first moments of the command line."""

import signal
import subprocess
import sys

import pytest

INTERRUPTED = """
import signal, sys
from midigan.__main__ import main

class WhenLoaded:
    def find_spec(self, name, path, target=None):
        if name == "midigan.commands":
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, WhenLoaded())
sys.argv = ["midigan", "--version"]
main()
"""


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there no signal ends a process")


def run(code):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_ctrl_c_before_anything_has_begun_says_nothing():
    done = run(INTERRUPTED)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_a_command_in_the_background_is_not_interrupted():
    done = run(f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n{INTERRUPTED}")
    assert done.returncode == 0
    assert done.stdout.startswith("midigan, version")
