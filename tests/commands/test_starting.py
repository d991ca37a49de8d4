"""The first moments of the command line."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

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


CLOSED = """
import sys
from midigan.__main__ import main
sys.argv = ["midigan", "--version"]
try:
    main()
finally:
    with open("first.txt", "w") as file:
        print(file.fileno(), file=file)
"""


def test_no_file_has_the_number_of_a_standard_stream_that_was_closed(tmp_path):
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
        command = ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-c", CLOSED]
        streams = {"stdin": subprocess.DEVNULL, "capture_output": True}
        done = subprocess.run(command, cwd=tmp_path, env=env, timeout=120, check=False, **streams)
        assert done.returncode == 0, done.stderr
        assert int((tmp_path / "first.txt").read_text()) > 2
