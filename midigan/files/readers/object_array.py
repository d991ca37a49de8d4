"""Arrays of arrays out of a `.npy` file, without running what such files may carry.

NumPy stores them as a pickle, and a pickle is a program. This reads the list of its
instructions and follows only the few that build arrays of numbers out of bytes; any other
instruction, or any other function to call, is refused. Nothing of it is ever executed.
"""

from __future__ import annotations

import io
import math
import pickletools
import struct
import tokenize
import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midigan.errors import SourceError

#: The functions that NumPy names in pickles of arrays, by the role that they play here.
_ROLES = {
    "numpy.core.multiarray _reconstruct": "array",
    "numpy._core.multiarray _reconstruct": "array",
    "numpy.core.numeric _frombuffer": "buffer",
    "numpy._core.numeric _frombuffer": "buffer",
    "numpy ndarray": "class",
    "numpy dtype": "dtype",
    "_codecs encode": "encode",
}

_NUMBERS = {"f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"}

_MARK = object()

#: What NumPy's and pickletools' readers raise on damaged bytes.
_DAMAGE = (
    *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError),
    *(RecursionError, SyntaxError, tokenize.TokenError, struct.error),
)

#: Instructions that push their argument, those that push a constant, those that make a
#: tuple of so many values.
_PUSHED = {
    *("BININT", "BININT1", "BININT2", "INT", "LONG1"),
    *("SHORT_BINSTRING", "BINSTRING", "SHORT_BINBYTES", "BINBYTES", "BINBYTES8", "BYTEARRAY8"),
    *("SHORT_BINUNICODE", "BINUNICODE"),
}
_CONSTANTS = {"NONE": None, "NEWFALSE": False, "NEWTRUE": True, "EMPTY_TUPLE": (), "MARK": _MARK}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


@dataclass(frozen=True)
class _Role:
    name: str


@dataclass
class _Type:
    """A dtype in the making: `O` or a number, then its byte order."""

    code: str
    order: str = "<"


@dataclass
class _Array:
    """An array in the making; `value` is what it became."""

    value: Any = field(default=None)


def arrays_in_npy(data: bytes) -> list[NDArray[Any]]:
    """The arrays in a `.npy` file: the elements of an object array, or along the first axis.

    Raises SourceError if it is anything but arrays of numbers.
    """
    file = io.BytesIO(data)
    try:
        shape, dtype = _header(file)
        if dtype.hasobject:
            value = _Machine().run(file.read())
        elif math.prod(shape) * dtype.itemsize > len(data):
            raise ValueError("it breaks off")
        else:
            file.seek(0)
            whole = np.lib.format.read_array(file, allow_pickle=False)
            value = [whole] if whole.ndim == 2 else list(whole)
    except _DAMAGE as error:
        raise SourceError(f"an array in it is not readable: {error}") from error
    if not isinstance(value, list) or not all(isinstance(v, np.ndarray) for v in value):
        raise SourceError("it holds no arrays of songs, legal is (steps, 4) of pitches each")
    return value


def _header(file: io.BytesIO) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and dtype that a `.npy` file states."""
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0
    if version != (1, 0):
        read = np.lib.format.read_array_header_2_0
    with warnings.catch_warnings():
        # Headers that Python 2 wrote are read with a warning.
        warnings.simplefilter("ignore")
        shape, _, dtype = read(file)
    return shape, dtype


class _Machine:
    """Follows a pickle's instructions on a stack of plain values."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def run(self, pickle: bytes) -> Any:
        for opcode, argument, _ in pickletools.genops(pickle):
            name = opcode.name
            if name == "STOP":
                found = self.stack.pop()
                return found.value if isinstance(found, _Array) else found
            if name in _PUSHED:
                self.stack.append(argument)
            elif name in _CONSTANTS:
                self.stack.append(_CONSTANTS[name])
            elif name == "EMPTY_LIST":
                self.stack.append([])
            elif name == "GLOBAL":
                self._name(str(argument))
            else:
                self._do(name, argument)
        raise ValueError("it breaks off")

    def _do(self, name: str, argument: Any) -> None:
        """One of the instructions that move what is on the stack."""
        stack = self.stack
        if name in _TUPLES:
            stack.append(self._taken(len(stack) - _TUPLES[name]))
        elif name in ("BINPUT", "LONG_BINPUT", "MEMOIZE"):
            self.memo[len(self.memo) if argument is None else argument] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            stack.append(self.memo[argument])
        elif name in ("TUPLE", "APPENDS"):
            items = self._taken(self._mark())[1:]
            stack.append(items) if name == "TUPLE" else stack[-1].extend(items)
        elif name == "APPEND":
            (item,) = self._taken(len(stack) - 1)
            stack[-1].append(item)
        elif name == "STACK_GLOBAL":
            self._name(" ".join(self._taken(len(stack) - 2)))
        elif name == "REDUCE":
            stack.append(_called(*self._taken(len(stack) - 2)))
        elif name == "BUILD":
            _build(*self._taken(len(stack) - 2, keep=1))
        elif name not in ("PROTO", "FRAME"):
            raise SourceError(f"it is a program, not only numbers ({name}), and is not run")

    def _name(self, name: str) -> None:
        if name not in _ROLES:
            raise SourceError(f"it is a program that calls {name!r}, and is not run")
        self.stack.append(_Role(_ROLES[name]))

    def _taken(self, at: int, keep: int = 0) -> tuple[Any, ...]:
        """What lies on the stack from `at` up, taken off it but for the first `keep`."""
        if at < 0:
            raise ValueError("an instruction in it has nothing to work on")
        items = tuple(self.stack[at:])
        del self.stack[at + keep :]
        return items

    def _mark(self) -> int:
        """Where the topmost mark lies."""
        at = len(self.stack) - 1
        while at >= 0 and self.stack[at] is not _MARK:
            at -= 1
        return at


def _called(role: Any, arguments: Any) -> Any:
    """What a whitelisted function makes of its arguments."""
    kind = role.name if isinstance(role, _Role) else None
    if kind == "array":
        return _Array()
    if kind == "buffer":
        content, element, shape, order = arguments
        return _Array(_numbers(content, element, shape, order))
    if kind == "dtype":
        return _Type(str(arguments[0]))
    if kind == "encode":
        # How Python 3 writes bytes for Python 2.
        return str(arguments[0]).encode("latin-1")
    raise SourceError("it calls something that is no function of NumPy's, and is not run")


def _build(target: Any, state: Any) -> None:
    """Fill in a dtype's byte order, or an array's shape and content."""
    if isinstance(target, _Type):
        target.order = str(state[1])
        return
    if not isinstance(target, _Array):
        raise SourceError("it builds something that is no array, and is not run")
    _, shape, kind, fortran, content = state
    if kind.code in ("O", "O8"):
        target.value = [item.value if isinstance(item, _Array) else item for item in content]
        return
    target.value = _numbers(content, kind, shape, "F" if fortran else "C")


def _numbers(content: Any, kind: Any, shape: Any, order: Any) -> NDArray[Any]:
    """The array of `shape` that bytes hold."""
    if kind.code not in _NUMBERS:
        raise SourceError(f"it holds an array of {kind.code!r}, legal are numbers")
    raw = content.encode("latin-1") if isinstance(content, str) else content
    byte_order = kind.order if kind.order in "<>" else "<"
    return np.frombuffer(raw, np.dtype(byte_order + kind.code)).reshape(shape, order=order)
