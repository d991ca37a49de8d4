"""Coverage-guided fuzzing of every reader: a minute of it in CI, a glance elsewhere."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from real_parts import require

FUZZ = Path(__file__).with_name("fuzz.py")

#: Seconds for each reader in CI: a minute for MIDI files, which come from anywhere.
SECONDS = {
    "midi": 60,
    "score": 10,
    "jsb": 5,
    "set": 10,
    "dense": 5,
    "layout": 5,
    "metadata": 3,
    "message": 3,
}


@pytest.mark.parametrize("target", SECONDS)
def test_no_bytes_end_in_anything_but_a_midigan_error(target, tmp_path):
    require("module:atheris")
    long = os.environ.get("MIDIGAN_REAL_PARTS") == "1"
    run = subprocess.run(
        [
            *(sys.executable, str(FUZZ), target, "-seed=1"),
            f"-max_total_time={SECONDS[target] if long else 1}",
        ],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        timeout=300,
        check=False,
    )
    said = run.stderr.decode("utf-8", "replace")
    assert run.returncode == 0, said[-3000:]
    assert "runs in" in said
