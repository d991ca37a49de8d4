"""Files that appear whole or not at all: written beside the target, then renamed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from midigan.errors import MidiganError


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A temporary path beside `target`, which becomes `target` when the block ends well.

    The temporary name keeps the target's suffix, since some libraries write by it. On any
    error, a full disk among them, the old `target` stays as it was, nothing is left behind,
    and an OSError comes out as a MidiganError that names the target.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f".{target.stem}-", suffix=target.suffix, dir=target.parent
        )
        os.close(handle)
    except OSError as error:
        raise MidiganError(_refusal(target, error)) from error
    beside = Path(name)
    try:
        yield beside
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        beside.chmod(0o666 & ~_umask())
        beside.replace(target)
    except OSError as error:
        raise MidiganError(_refusal(target, error)) from error
    finally:
        beside.unlink(missing_ok=True)


def _refusal(target: Path, error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"cannot write {target}: {reason}; nothing was changed"


def _umask() -> int:
    """The process's file mode mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
