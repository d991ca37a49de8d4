"""Memory that is freed is not asked for again."""

import platform
import subprocess
import sys

import pytest

#: Takes and frees 20 MB ten times, and prints how many pages the kernel gave for it, but for the
#: first two times.
TAKES = """
import resource, sys
from midigan.files.encoding.kept_memory import keep_memory
if sys.argv[1] == "keep":
    keep_memory()
given = []
for _ in range(10):
    blocks = [bytearray(b"x") * (2 << 20) for _ in range(10)]
    del blocks
    given.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
print(given[-1] - given[1])
"""


def pages_given(how):
    run = subprocess.run(
        [sys.executable, "-c", TAKES, how], capture_output=True, text=True, timeout=60, check=True
    )
    return int(run.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only this C library has the option")
def test_pages_are_given_once():
    assert pages_given("keep") < 1000 < pages_given("give back")
