import platform
import subprocess
import sys

import pytest

#: How often a page of memory comes from the system while blocks of three arrays come and go.
FAULTS = """
import resource
import numpy as np
from midigan.files.opening.limits import keep_freed_memory

def work():
    block = [np.ones(3 << 20, np.uint8) for _ in range(3)]

{first}
work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="others keep memory by themselves")
def test_memory_that_is_freed_serves_what_is_next():
    faults = {}
    for first in ("pass", "keep_freed_memory()"):
        command = [sys.executable, "-c", FAULTS.format(first=first)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        faults[first] = int(done.stdout)
    assert faults["keep_freed_memory()"] < 100
    # Where the system hands out pages of 2 MB it does so more rarely.
    assert faults["pass"] > faults["keep_freed_memory()"]
