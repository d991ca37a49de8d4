"""Which track of a layout a source track's name means."""

from __future__ import annotations

import re
from functools import lru_cache

from midigan.layout import Layout

_WORD = re.compile(r"[^\W\d_]+|\d+")


def track_named(name: str, layout: Layout) -> int | None:
    """The track of a layout that a source track's name means, by whole words; else None.

    Single letters count only as the whole name. Where sources are split by register, a
    name that means several voices ("Soprano, Alto") means none of them.
    """
    words = tuple(_WORD.findall(name.casefold()))
    found: dict[int, int] = {}
    for candidate, track in _vocabulary(layout) if words else ():
        size = len(candidate)
        alone = size == 1 and len(candidate[0]) == 1
        places = range(len(words) - size + 1) if not alone else range(len(words) == 1)
        if any(words[at : at + size] == candidate for at in places):
            found[track] = max(found.get(track, 0), sum(map(len, candidate)))
    if not found or (layout.unmatched == "register" and len(found) > 1):
        return None
    return max(found, key=lambda track: found[track])


@lru_cache
def _vocabulary(layout: Layout) -> tuple[tuple[tuple[str, ...], int], ...]:
    """Pairs (words, track): a layout's own track names and the names that it lists."""
    return tuple(
        (tuple(_WORD.findall(name.casefold())), number)
        for number, track in enumerate(layout.tracks)
        for name in (track.name, *track.names)
    )
