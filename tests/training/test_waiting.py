"""Training beside other programs: threads that wait do not take the processor from them."""

import os
import subprocess
import sys

import pytest

CODE = "import midigan.training, os; print(os.environ['OMP_WAIT_POLICY'])"


@pytest.mark.parametrize(
    ("said", "found"), [({}, "PASSIVE"), ({"OMP_WAIT_POLICY": "ACTIVE"}, "ACTIVE")]
)
def test_waiting_threads_sleep_unless_the_user_says_otherwise(said, found):
    around = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        env=around | said,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == [found]


def test_it_is_said_before_pytorch_is_loaded():
    """PyTorch's threads read it once, when they are loaded."""
    code = "import midigan.training, sys; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["False"]
