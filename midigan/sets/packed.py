"""Long lists in little memory: a million paths take some ten megabytes."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar, overload

Value = TypeVar("Value")

#: Values in a block, which are compressed together.
BLOCK = 512


class Packed(Sequence[Value], Generic[Value]):
    """A list that only grows, compressed in blocks; a slice of it is a view.

    plain: makes of a value what JSON can hold; value: makes that a value again.
    """

    def __init__(self, plain: Callable[[Value], Any], value: Callable[[Any], Value]) -> None:
        self._plain, self._value = plain, value
        self._blocks: list[bytes] = []
        self._last: list[Any] = []
        self._view: range | None = None

    def append(self, value: Value) -> None:
        """Take a value, as the last one."""
        self._last.append(self._plain(value))
        if len(self._last) == BLOCK:
            self._blocks.append(zlib.compress(json.dumps(self._last).encode(), 1))
            self._last.clear()

    def __len__(self) -> int:
        return len(self._places())

    def __iter__(self) -> Iterator[Value]:
        here, block = -1, self._last
        for place in self._places():
            number, within = divmod(place, BLOCK)
            if number != here:
                here, block = number, self._block(number)
            yield self._value(block[within])

    @overload
    def __getitem__(self, index: int) -> Value: ...

    @overload
    def __getitem__(self, index: slice) -> Packed[Value]: ...

    def __getitem__(self, index: int | slice) -> Value | Packed[Value]:
        if isinstance(index, int):
            number, within = divmod(self._places()[index], BLOCK)
            return self._value(self._block(number)[within])
        view = Packed(self._plain, self._value)
        view._blocks, view._last, view._view = self._blocks, self._last, self._places()[index]
        return view

    def _places(self) -> range:
        """Where in all blocks its values are."""
        if self._view is None:
            return range(len(self._blocks) * BLOCK + len(self._last))
        return self._view

    def _block(self, number: int) -> list[Any]:
        """What JSON holds of a block; the last one is not full, and not compressed."""
        if number == len(self._blocks):
            return self._last
        found: list[Any] = json.loads(zlib.decompress(self._blocks[number]))
        return found
