"""MIDI bytes to a score: symusic for sound files, the careful reader for all others."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from midigan.errors import SourceError
from midigan.files.careful import read_carefully
from midigan.files.drum_parts import may_have_drum_parts
from midigan.files.fast import read_fast
from midigan.files.orderly import META_SIZES, in_order
from midigan.files.pedal import may_use_pedal
from midigan.files.score import Score

#: How far into a file the music may begin: behind a RIFF or MacBinary header, or junk.
SEARCHED_BYTES = 4096

#: Status bytes from here on are no channel messages; of those only these belong in a file.
_LAST_CHANNEL_STATUS, _SYSEX, _SYSEX_END, _META = 0xEF, 0xF0, 0xF7, 0xFF
#: What tells a status byte that does not from a byte of a long delta time: just before it
#: comes a one-byte delta time, and before that a whole message or the head of the track.
_BEFORE_SYSTEM = re.compile(rb".*(?:[\x80-\xbf\xe0-\xef][\0-\x7f]{2}|MTrk.{4})[\0-\x7f]", re.DOTALL)
#: A message without a status byte just after a system message.
_LAPSED_STATUS = re.compile(rb"\xf7[\x80-\xff]{0,3}[\0-\x7f]{2}")
#: The kind of meta event that ends a track; and the size of each kind, if it must have one.
_END_OF_TRACK, _ANY_SIZE = 0x2F, 0xFF
_META_SIZES = np.full(256, _ANY_SIZE, np.uint8)
_META_SIZES[list(META_SIZES)] = list(META_SIZES.values())


def read_midi(data: bytes, *, channels: bool = False, pedal: bool = False) -> Score:
    """The score in the bytes of a MIDI file, with or without something in front of it.

    channels: whether source tracks must come with their channels, which takes longer.
    pedal: whether notes last as long as the sustain pedal holds them, which takes longer.
    Raises SourceError if it is not a MIDI file, counts time in frames (SMPTE), or holds no
    notes. Damage is mended where it can be, and each kind named in the score's warnings.
    """
    begin = _header_at(data)
    if begin < 0 or len(data) < begin + 14:
        raise SourceError("not a MIDI file (no MThd header in its first 4 KB)")
    warnings = []
    if begin and not data.startswith(b"RIFF"):
        warnings.append(f"{begin} bytes before the header were ignored")
    data = data[begin:]
    ppq = int.from_bytes(data[12:14], "big")
    if ppq >= 0x8000:
        raise SourceError("it counts time in SMPTE frames, not in beats")
    if ppq == 0:
        raise SourceError("its header says 0 ticks to the beat")
    warnings += _header_damage(data)
    # symusic merges the tracks of a program, whatever their channels.
    careful = channels or may_have_drum_parts(data) or (pedal and may_use_pedal(data))
    chunks = None if careful else _sound_chunks(data)
    score = (read_fast(data, chunks) if chunks else None) or read_carefully(data, ppq, pedal=pedal)
    if len(score.notes) == 0:
        raise SourceError("; ".join(["it holds no notes", *warnings, *score.warnings]))
    return replace(score, warnings=(*warnings, *score.warnings)) if warnings else score


def _header_at(data: bytes) -> int:
    """Where the header is: in a RIFF file at the beginning of its data, else near the start.

    RIFF: chunks of a name, a size and so many bytes, and one more if they are odd. -1: nowhere.
    """
    at = 12
    while data.startswith(b"RIFF") and at < len(data) and data[at : at + 4] != b"data":
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
    found = data.startswith(b"MThd", at + 8)
    return at + 8 if found else data.find(b"MThd", 0, SEARCHED_BYTES)


def _header_damage(data: bytes) -> list[str]:
    if not 6 <= (size := int.from_bytes(data[4:8], "big")) <= len(data) - 8:
        return [f"its header claims {size} bytes, not 6"]
    kind, tracks = int.from_bytes(data[8:10], "big"), int.from_bytes(data[10:12], "big")
    if kind > 2:
        return [f"its header names type {kind}, legal are 0 to 2"]
    if kind == 0 and tracks > 1:
        return [f"it claims type 0, which has one track, and counts {tracks}"]
    if kind == 2 and tracks > 1:
        return [f"it claims type 2, but its {tracks} tracks were taken to sound together"]
    return []


def _sound_chunks(data: bytes) -> list[tuple[int, int]] | None:
    """Where the events of each track begin and stop; None if the bytes are not in order.

    That is anything that symusic refuses, passes silently or misreads. A byte in a name may
    look like damage; then the careful reader finds none.
    """
    if data[4:8] != b"\0\0\0\6" or data[8:10] > b"\0\2":
        return None
    at, chunks = 14, []
    while data[at : at + 4] == b"MTrk":
        stop = at + 8 + int.from_bytes(data[at + 4 : at + 8], "big")
        chunks.append((at + 8, stop))
        at = stop
    if at > len(data) or len(chunks) != int.from_bytes(data[10:12], "big"):
        return None
    return chunks if data.find(b"MTrk", at) < 0 and _in_order(data, chunks) else None


def _in_order(data: bytes, chunks: list[tuple[int, int]]) -> bool:
    """Whether each track ends where its header says, and none holds an event as above.

    Nearly all bytes of music are below those that begin such events. Where one of the others
    may, the track is walked through: it may as well be a byte of a long delta time.
    """
    stop = chunks[-1][1] if chunks else 14
    events = np.frombuffer(data, np.uint8, stop - 14, 14)
    high = np.flatnonzero(events > _LAST_CHANNEL_STATUS)
    meta = high.compress(events.take(high) == _META)
    kind, size = events.take(meta + 1, mode="clip"), events.take(meta + 2, mode="clip")
    ends = meta.compress((kind == _END_OF_TRACK) & (size == 0))
    if (ends + 17).tolist() != [end for _, end in chunks]:
        return False
    wanted = _META_SIZES.take(kind)
    odd = meta.compress((wanted != size) & (wanted != _ANY_SIZE)).tolist()
    if len(high) > len(meta):
        odd += [at - 14 for at in (high + 14).tolist() if data[at] != _META and _is_odd(data, at)]
    walked = [c for c in chunks if any(c[0] <= at + 14 < c[1] for at in odd)]
    return all(in_order(data, *chunk) for chunk in walked)


def _is_odd(data: bytes, at: int) -> bool:
    """Whether such a byte, if not _META, may begin an event that symusic cannot take."""
    if data[at] == _SYSEX_END:
        return _LAPSED_STATUS.match(data, at) is not None
    # A glance at where the message's status byte would be spares nearly all of the matching.
    if data[at] == _SYSEX or (data[at - 4] < 0x80 and data[at - 9 : at - 5] != b"MTrk"):
        return False
    return _BEFORE_SYSTEM.fullmatch(data, max(at - 9, 0), at) is not None
