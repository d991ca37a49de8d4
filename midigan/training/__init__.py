"""Training with PyTorch: the only room that imports torch."""

from importlib.util import find_spec

from midigan.errors import MidiganError

#: What `pip install 'midigan[train]'` adds.
LIBRARIES = ("torch", "onnx", "onnxscript", "safetensors")


def require_libraries() -> None:
    """Raise MidiganError, with what to type, if a library that training needs is not there."""
    missing = [name for name in LIBRARIES if find_spec(name) is None]
    if missing:
        raise MidiganError(
            f"training needs {', '.join(missing)}: install it with pip install 'midigan[train]'"
        )
