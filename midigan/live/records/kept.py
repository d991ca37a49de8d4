"""Where a session leaves what it keeps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Kept:
    """Where things are kept: a recording and a log, None for neither; a folder for clips."""

    record: Path | None = None
    log: Path | None = None
    clips: Path = Path("clips")
