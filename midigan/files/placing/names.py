"""Which track of a layout a source track's name means."""

from __future__ import annotations

import re
from functools import lru_cache

from midigan.layout import Layout

#: What French, German, Italian, Portuguese and Spanish files call what a layout names in English.
_TRANSLATIONS = {
    "bass": ("basse", "basso", "baixo", "bajo"),
    "chords": ("accords", "akkorde", "accordi", "acordes"),
    "drum": ("batterie", "schlagzeug", "batteria", "bateria", "batería"),
    "melody": ("mélodie", "melodie", "melodia", "melodía"),
    "vocal": ("chant", "gesang", "canto", "voce", "voz"),
}

_WORD = re.compile(r"[^\W\d_]+|\d+")


@lru_cache(maxsize=4096)
def track_named(name: str, layout: Layout) -> int | None:
    """The track of a layout that a source track's name means, by whole words; else None.

    The longest of the layout's names that the name holds decides; single letters count
    only as the whole name. Where sources are split by register, a name that means several
    voices ("Soprano, Alto") means none of them.
    """
    text = _spaced(name)
    found: dict[int, int] = {}
    for candidate, track in _vocabulary(layout) if text.strip() else ():
        if candidate == text or (candidate in text and len(candidate) > len(" s ")):
            found[track] = max(found.get(track, 0), len(candidate))
    if not found or (layout.unmatched == "register" and len(found) > 1):
        return None
    return max(found, key=lambda track: found[track])


@lru_cache
def _vocabulary(layout: Layout) -> tuple[tuple[str, int], ...]:
    """Pairs (name, track): a layout's own track names and the names that it lists, translated.

    What one track is called in English comes before what another one is in translation.
    """
    own = [
        (name.casefold(), number)
        for number, track in enumerate(layout.tracks)
        for name in (track.name, *track.names)
    ]
    known = {name for name, _ in own}
    translated = [
        (word, number)
        for name, number in own
        for word in _TRANSLATIONS.get(name, ())
        if word not in known
    ]
    return tuple((_spaced(name), number) for name, number in (*own, *translated))


def _spaced(name: str) -> str:
    """The name's words, in small letters, with a space before and after each."""
    return f" {' '.join(_WORD.findall(name.casefold()))} "
