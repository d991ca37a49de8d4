"""ABC tune books: the tunes of a file, each a text of its own.

Standard: ABC 2.1, sections 2.2 and 3.1. A tune begins with its reference number (X:) and ends
with an empty line; fields in front of the first tune hold for all of them.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

#: The line that begins a tune, and the number in it.
_NUMBER = re.compile(r"^X:[ \t]*(\d*)", re.MULTILINE)

#: The end of a tune: an empty line after its key, which ends its head, and a line of music.
_END = re.compile(r"^K:.*\n(?:[ \t]*\n)*.*\S.*\n((?:.*\S.*\n)*)[ \t]*\n", re.MULTILINE)

#: A field, or a directive, that may stand in front of all tunes.
_FIELD = re.compile(r"[A-Za-z]:|%%")

#: What a letter lasts, and fields that say so. Standard: section 3.1.7; music21 needs one.
_DEFAULT_LENGTH = "L:1/8"
_LENGTH = re.compile(r"^[LM]:", re.MULTILINE)


@dataclass(frozen=True)
class Tune:
    """One tune: its name in the book, and its text with what the book says of all tunes."""

    name: str
    text: str


def tunes_of(data: bytes) -> list[Tune]:
    """The tunes in the bytes of an ABC file, in order, named by their numbers.

    Of two with the same number the later gets a second one behind it. Bytes that are not
    UTF-8 are taken for Latin-1, as older files are.
    """
    text = re.sub(r"\r\n?", "\n", _decoded(data)) + "\n"
    heads = list(_NUMBER.finditer(text))
    if not heads:
        return []
    stops = [head.start() for head in heads[1:]] + [len(text)]
    front = text[: heads[0].start()]
    shared = "".join(f"{line}\n" for line in front.split("\n") if _FIELD.match(line))
    met: Counter[str] = Counter()
    tunes = []
    for head, stop in zip(heads, stops, strict=True):
        own = text[head.start() : stop]
        end = _END.search(own)
        first, _, rest = (own[: end.end()] if end else own).partition("\n")
        number = head[1] or "0"
        met[number] += 1
        name = f"{number}-{met[number]}" if met[number] > 1 else number
        text_of_tune = f"{shared}{rest}"
        if not _LENGTH.search(text_of_tune):
            text_of_tune = f"{_DEFAULT_LENGTH}\n{text_of_tune}"
        tunes.append(Tune(name, f"{first}\n{text_of_tune}"))
    return tunes


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
