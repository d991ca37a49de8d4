"""Two minutes of what `benchmarks/soak.py` does for an hour."""

import json
import subprocess
import sys
from pathlib import Path

from real_parts import require

SOAK = Path(__file__).resolve().parents[2] / "benchmarks" / "soak.py"


def test_two_minutes_of_jumps_and_closed_ports_beside_busy_processors():
    require("jackd", "module:jack", "module:rtmidi")
    # The busy processes take what others leave, so that all tests of a machine get their turn.
    soak = [sys.executable, str(SOAK), "--minutes", "2", "--nice", "15", "--json"]
    done = subprocess.run(soak, capture_output=True, text=True, timeout=280, check=False)
    assert done.stdout, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["notes"] > 500
    assert found["starts_and_jumps"] > 5
    assert found["ports_closed"] == 2
    kinds = ("stuck_notes", "late_phrases", "wrong_notes", "silent_runs", "ended_early", "status")
    assert {kind: found[kind] for kind in kinds if found[kind]} == {}, found["details"]
    # All processes together; what they share is not counted.
    assert len(found["memory_kib"]) >= 3
    assert sum(found["memory_kib"].values()) < 150 * 1024
