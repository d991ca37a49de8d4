"""Which key of the terminal turns what."""

from __future__ import annotations

from midigan.commands.face.terminal import DOWN, LEFT, RIGHT, UP
from midigan.controls import Turn

HELP = (
    "c t m g  draw chords, style, melody, groove anew   r  all that is not locked",
    "C T M G  lock them as they are, or let them go     1 2 3 4  mute a track",
    "up down  walk faster, slower                       s  keep the last 8 bars",
    "h j k l  draw the line of track 1, 2, 3 or 4 anew, over what the others play",
    "d o e a x  less dense, polyphonic, elevated, active, dissonant  D O E A X more",
    "p  all notes off                                   q  stop    ?  these lines",
)

_NOISES = {"c": "chords", "t": "style", "m": "melody", "g": "groove"}
_ATTRIBUTES = {
    "d": "density",
    "o": "polyphony",
    "e": "register",
    "a": "activity",
    "x": "dissonance",
}
_FASTER, _SLOWER = Turn("walk/by", 0.1), Turn("walk/by", -0.1)

KEYS = {
    **{key: Turn(f"reroll/{name}") for key, name in _NOISES.items()},
    **{key.upper(): Turn(f"lock/{name}") for key, name in _NOISES.items()},
    **{str(track): Turn(f"mute/{track}") for track in range(1, 10)},
    **{key: Turn(f"attribute/{name}/by", -0.25) for key, name in _ATTRIBUTES.items()},
    **{key.upper(): Turn(f"attribute/{name}/by", 0.25) for key, name in _ATTRIBUTES.items()},
    **{key: Turn(f"reroll/line/{track}") for track, key in enumerate("hjkl", start=1)},
    "r": Turn("reroll/all"),
    **dict.fromkeys((UP, RIGHT), _FASTER),
    **dict.fromkeys((DOWN, LEFT), _SLOWER),
    "s": Turn("keep"),
    "p": Turn("panic"),
    "q": Turn("quit"),
    "?": Turn("help"),
}


def turns_of_keys(text: str) -> list[Turn]:
    """The turns of what was typed; keys that do nothing are left alone."""
    return [KEYS[key] for key in _split(text) if key in KEYS]


def _split(text: str) -> list[str]:
    """Single keys; an arrow is three characters, of which a terminal has two spellings."""
    keys = []
    while text:
        arrow = len(text) > 2 and text[0] == "\x1b" and text[1] in "[O"
        keys.append(f"\x1b[{text[2]}" if arrow else text[0])
        text = text[3 if arrow else 1 :]
    return keys
