"""The phrase set's `.npz`: one compressed column a field, written and read in chunks.

No pickled objects, ever. Positions are stored as differences, which are small numbers that
compress well. A reader refuses a newer format.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from midigan.errors import FormatError
from midigan.layout import Layout
from midigan.saving import whole_file
from midigan.sets.damage import DAMAGED_ARRAYS
from midigan.sets.maps import parts_of
from midigan.sets.timeline import Timeline
from midigan.sets.windows import Looks
from midigan.song import METER, NOTE, TEMPO

#: Version of the `.npz` format. Readers refuse what is newer than they are.
FORMAT = 1

#: Records that are in memory at once.
CHUNK = 1 << 20

#: zlib's level: twice as fast as its default of 6, and files are a tenth larger.
_LEVEL = 5

_POSITIONS = ("start", "bar")
_EVENTS = {"notes": NOTE, "tempos": TEMPO, "meters": METER}


def write_set(path: Path, songs: Timeline, looks: Looks) -> None:
    """Write a timeline, which may be memory-mapped, whole or not at all."""
    header = {"format": FORMAT, "layout": songs.layout.to_dict(), "hop": looks.hop}
    if looks.fewest_notes > 1:
        header["fewest_notes"] = looks.fewest_notes
    with (
        whole_file(path) as beside,
        zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as file,
    ):
        _put(file, "header", _text(json.dumps(header)))
        _put(file, "names", _text(json.dumps(songs.names)))
        for name in ("first_bar", "bar_steps", "programs", "keys"):
            _put(file, name, getattr(songs, name))
        for name, dtype in _EVENTS.items():
            events = getattr(songs, name)
            for column in dtype.names or ():
                _put_field(file, f"{name}.{column}", events, column)


def _put(file: zipfile.ZipFile, name: str, array: NDArray[Any]) -> None:
    _put_chunks(file, name, array.dtype, array.shape, parts_of(array, CHUNK))


def _put_field(file: zipfile.ZipFile, name: str, events: NDArray[Any], column: str) -> None:
    """Write one field of a structured array; whole numbers as small as they are."""
    wide = events.dtype[column]
    dtype = wide
    if wide.kind == "i":
        greatest = max((int(c.max(initial=0)) for c in _field(events, column)), default=0)
        least = min((int(c.min(initial=0)) for c in _field(events, column)), default=0)
        dtype = np.dtype("<u2") if least >= 0 and greatest < 2**16 else wide
    _put_chunks(file, name, dtype, events.shape, _field(events, column))


def _field(events: NDArray[Any], column: str) -> Iterator[NDArray[Any]]:
    """A field in chunks; of a position, how far it is from the one before."""
    last = events.dtype[column].type(0)
    for chunk in parts_of(events, CHUNK):
        values = chunk[column]
        yield np.diff(values, prepend=last) if column in _POSITIONS else values
        last = values[-1]


def _put_chunks(
    file: zipfile.ZipFile,
    name: str,
    dtype: np.dtype[Any],
    shape: tuple[int, ...],
    chunks: Iterator[NDArray[Any]],
) -> None:
    descr = np.lib.format.dtype_to_descr(dtype)
    with file.open(f"{name}.npy", "w", force_zip64=True) as member:
        header = {"descr": descr, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(member, header)
        for chunk in chunks:
            member.write(chunk.astype(dtype).tobytes())


def _text(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode("utf-8"), np.uint8)


class SetReader:
    """An open `.npz` phrase set, whose events are read a chunk at a time.

    Opening raises FormatError if it is damaged, newer or another thing; so does reading.
    """

    def __init__(self, file: zipfile.ZipFile, path: Path) -> None:
        self._file = file
        if "header.npy" not in file.namelist():
            raise FormatError(f"{path} is not a midigan phrase set")
        header = json.loads(self.column("header").tobytes())
        if header["format"] > FORMAT:
            raise FormatError(
                f"{path} was written by a newer midigan (format {header['format']}, "
                f"this one reads up to {FORMAT}): upgrade midigan"
            )
        self.layout = Layout.from_dict(header["layout"])
        self.looks = Looks(header["hop"], header.get("fewest_notes", 1))
        self.names = tuple(json.loads(self.column("names").tobytes()))

    def column(self, name: str) -> NDArray[Any]:
        """One column, whole."""
        with self._file.open(f"{name}.npy") as member:
            stored = _Stored(member)
            return stored.read(stored.count)

    def has(self, name: str) -> bool:
        """Whether there is a column; sets from before there were keys do without them."""
        return f"{name}.npy" in self._file.namelist()

    def events(self, name: str, size: int | None = None) -> Iterator[NDArray[Any]]:
        """`notes`, `tempos` or `meters` in arrays of at most `size` records, at least one array.

        size: None reads all at once. Raises ValueError if its columns differ in length.
        """
        dtype = _EVENTS[name]
        columns = dtype.names or ()
        members = [self._file.open(f"{name}.{column}.npy") for column in columns]
        stored = [_Stored(member) for member in members]
        count = stored[0].count
        if any(column.count != count for column in stored):
            raise ValueError("columns of one array differ in length")
        last = dict.fromkeys(columns, 0)
        size = max(count, 1) if size is None else size
        for first in range(0, max(count, 1), size):
            part = np.empty(min(size, count - first), dtype)
            for column, source in zip(columns, stored, strict=True):
                values = source.read(len(part))
                if column in _POSITIONS and len(values):
                    values = np.cumsum(values, dtype=np.int64) + last[column]
                    last[column] = int(values[-1])
                part[column] = values
            yield part
        for member in members:
            member.close()


class _Stored:
    """A `.npy` in a zip file, of which the next records can be read."""

    def __init__(self, member: IO[bytes]) -> None:
        self._member = member
        version = np.lib.format.read_magic(member)
        if version != (1, 0):
            raise ValueError(f"a column of .npy version {version}")
        shape, fortran_order, self.dtype = np.lib.format.read_array_header_1_0(member)
        if fortran_order or self.dtype.hasobject or not shape:
            raise ValueError("a column that is no plain array")
        self.count, self._width = shape[0], shape[1:]

    def read(self, count: int) -> NDArray[Any]:
        """The next `count` records. Raises ValueError if there are fewer."""
        record = self.dtype.itemsize * int(np.prod(self._width, dtype=np.int64))
        data = self._member.read(count * record)
        # At the end zipfile checks the sum of all bytes.
        if len(data) != count * record:
            raise ValueError("a column is cut short")
        return np.frombuffer(data, self.dtype).reshape(count, *self._width).copy()


@contextmanager
def open_set(path: Path) -> Iterator[SetReader]:
    """Open a phrase set, to read it within the block.

    Whatever goes wrong in the block with its bytes becomes a FormatError that names the file.
    """
    try:
        with zipfile.ZipFile(path) as file:
            yield SetReader(file, path)
    except DAMAGED_ARRAYS as error:
        if isinstance(error, FileNotFoundError):
            raise FormatError(f"no file {path}") from error
        raise FormatError(f"{path} is not a midigan phrase set, or it is damaged") from error
