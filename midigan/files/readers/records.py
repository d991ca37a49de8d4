"""symusic's lists of events as records: as it pickles them, which takes one call a list."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: The size of what a pickled list has before its events.
_COUNT_BYTES = 4


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of event.

    name: what symusic calls it.
    record: one as symusic pickles it; `fields`: what symusic calls the record's fields, in the
        order of its constructor.
    example: two of them, as columns in that order, with a number as wide as each field.
    """

    name: str
    record: np.dtype[Any]
    fields: dict[str, str]
    example: tuple[NDArray[Any], ...]


#: A note, with room for its source in bytes that mean nothing in a pickled one.
NOTE = Kind(
    "Note",
    np.dtype(
        {
            "names": ["start", "length", "source", "pitch", "velocity"],
            "formats": ["<i4", "<i4", "<u2", "u1", "u1"],
            "offsets": [0, 4, 10, 8, 9],
            "itemsize": 12,
        }
    ),
    {"start": "time", "length": "duration", "pitch": "pitch", "velocity": "velocity"},
    (
        *(np.array(numbers, np.int32) for numbers in ([1, 70_000], [300, 2**30])),
        *(np.array(numbers, np.int8) for numbers in ([60, 127], [1, 100])),
    ),
)

#: A tempo, in microseconds a quarter note.
TEMPO = Kind(
    "Tempo",
    np.dtype([("tick", "<i4"), ("mspq", "<i4")]),
    {"tick": "time", "mspq": "mspq"},
    (np.array([1, 70_000], np.int32), np.array([300, 2**23], np.int32)),
)

METER = Kind(
    "TimeSignature",
    np.dtype(
        {
            "names": ["tick", "numerator", "denominator"],
            "formats": ["<i4", "u1", "u1"],
            "offsets": [0, 4, 5],
            "itemsize": 8,
        }
    ),
    {"tick": "time", "numerator": "numerator", "denominator": "denominator"},
    (np.array([1, 70_000], np.int32), np.array([3, 200], np.uint8), np.array([4, 128], np.uint8)),
)


def records_of(events: Any, kind: Kind) -> bytes | memoryview:
    """The events of one of symusic's lists, as the bytes of their records."""
    if _pickles(kind):
        return memoryview(events.__getstate__())[_COUNT_BYTES:]
    columns = events.numpy()
    found = np.zeros(len(events), kind.record)
    for name, own in kind.fields.items():
        found[name] = columns[own]
    return found.tobytes()


@cache
def _pickles(kind: Kind) -> bool:
    """Whether symusic pickles events of a kind as such records: nothing promises that it does."""
    import symusic

    state = getattr(symusic, kind.name).from_numpy(*kind.example).__getstate__()
    if not isinstance(state, bytes) or len(state) != _COUNT_BYTES + 2 * kind.record.itemsize:
        return False
    found = np.frombuffer(state, kind.record, offset=_COUNT_BYTES)
    return all(np.array_equal(found[n], c) for n, c in zip(kind.fields, kind.example, strict=True))
