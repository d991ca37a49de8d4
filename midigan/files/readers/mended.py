"""How readers say what they have mended in a file."""

from __future__ import annotations

#: Of notes that last until their track ends, for want of any release.
UNENDING = "a note that never ends was closed"


def mended(what: str, times: int) -> str:
    """A warning: what was mended, and how often if more than once."""
    return f"{what} ({times}x)" if times > 1 else what
