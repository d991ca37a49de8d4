"""Training with PyTorch: the only room that imports torch."""

import os
from importlib.util import find_spec

from midigan.errors import MidiganError

# Threads that wait for each other should sleep: PyTorch's would turn in circles instead, and beside
# a program that needs the processor, a DAW for one, a step takes ten times as long then. It must be
# said before PyTorch is loaded; what the user says holds.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

#: What `pip install 'midigan[train]'` adds.
LIBRARIES = ("torch", "onnx", "onnxscript", "safetensors")


def require_libraries() -> None:
    """Raise MidiganError, with what to type, if a library that training needs is not there."""
    missing = [name for name in LIBRARIES if find_spec(name) is None]
    if missing:
        raise MidiganError(
            f"training needs {', '.join(missing)}: install it with pip install 'midigan[train]'"
        )
