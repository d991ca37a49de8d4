"""What reading a damaged file of arrays may raise: numpy and zipfile document none of it."""

from __future__ import annotations

import lzma
import struct
import tokenize
import zipfile
import zlib

#: Exceptions of a damaged `.npy` or `.npz`. Found by fuzzing: a header that is no Python
#: literal, one that claims more than there is memory, any of the decompressors' own;
#: RuntimeError includes NotImplementedError, of ways to compress that zipfile does not know.
DAMAGED_ARRAYS: tuple[type[Exception], ...] = (
    *(OSError, EOFError, MemoryError, RuntimeError),
    *(LookupError, TypeError, ValueError),
    *(lzma.LZMAError, struct.error, tokenize.TokenError, zipfile.BadZipFile, zlib.error),
)
