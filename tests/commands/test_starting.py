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


@pytest.mark.skipif(sys.platform == "win32", reason="there no signal ends a process")
def test_ctrl_c_before_anything_has_begun_says_nothing():
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="there no signal ends a process")
def test_a_command_in_the_background_is_not_interrupted():
    code = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n{INTERRUPTED}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0
    assert done.stdout.startswith("midigan, version")
