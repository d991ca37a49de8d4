import subprocess
import sys

import pytest

#: Frees a large array below one that stays, after an even larger one. Prints how many KiB more
#: are private then.
HOLES = """
import sys
from pathlib import Path
import numpy as np
from midigan.live.processes.memory import give_memory_back

def private_kib():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))

if sys.argv[1] == "back":
    give_memory_back()
before = private_kib()
np.ones(30 << 20, np.uint8)
hole = np.ones(20 << 20, np.uint8)
stays = np.ones(100 << 10, np.uint8)
del hole
print(private_kib() - before)
"""


def grown_kib(how):
    done = subprocess.run(
        [sys.executable, "-c", HOLES, how], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc keeps what is freed")
def test_large_arrays_are_given_back():
    assert grown_kib("back") < 4 * 1024
    kept = grown_kib("kept")
    if kept < 16 * 1024:
        pytest.skip("this C library gives memory back by itself")
