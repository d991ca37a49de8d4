"""MIDI bytes to a score: symusic for sound files, the careful reader for all others."""

from __future__ import annotations

import re

import numpy as np

from midigan.errors import SourceError
from midigan.files.careful import read_carefully
from midigan.files.score import (
    TICK_METER,
    TICK_TEMPO,
    Score,
    SourceTrack,
    TickArray,
    tick_notes,
)

#: How far into a file the music may begin: behind a RIFF or MacBinary header, or junk.
SEARCHED_BYTES = 4096

#: Ticks within which symusic's 32-bit sums can be trusted. A block of note-offs is put this
#: long after the end of each track, so that a note which never ends shows by its length.
_TRUSTED_TICKS = 2**27
_TRUSTED_DELTA = b"\xc0\x80\x80\x00"
_ALL_OFF = [
    bytes([0x80 | channel]) + b"\0".join(bytes([pitch, 0]) for pitch in range(128))
    for channel in range(16)
]

#: Status bytes from here on are no channel messages; of those only these belong in a file.
_LAST_CHANNEL_STATUS, _SYSEX, _SYSEX_END, _META = 0xEF, 0xF0, 0xF7, 0xFF
#: What tells a status byte that does not from a byte of a long delta time: just before it
#: comes a one-byte delta time, and before that a whole message or the head of the track.
_BEFORE_SYSTEM = re.compile(rb".*(?:[\x80-\xbf\xe0-\xef][\0-\x7f]{2}|MTrk.{4})[\0-\x7f]", re.DOTALL)
#: Sizes of meta events (prefix, port, tempo, meter, key) that symusic takes for granted.
_META_SIZES = {0x20: 1, 0x21: 1, 0x51: 3, 0x58: 4, 0x59: 2}
#: A message without a status byte just after a system message.
_LAPSED_STATUS = re.compile(rb"\xf7[\x80-\xff]{0,3}[\0-\x7f]{2}")
_END_OF_TRACK = b"\xff\x2f\x00"


def read_midi(data: bytes, *, channels: bool = False) -> Score:
    """The score in the bytes of a MIDI file, with or without something in front of it.

    channels: whether source tracks must come with their channels, which takes longer.
    Raises SourceError if it is not a MIDI file, counts time in frames (SMPTE), or holds no
    notes. Damage is mended where it can be, and each kind named in the score's warnings.
    """
    begin = data.find(b"MThd", 0, SEARCHED_BYTES)
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
    chunks = None if channels else _sound_chunks(data)
    score = _read_fast(data[:14], chunks) if chunks else None
    if score is None:
        score = read_carefully(data, ppq)
    if len(score.notes) == 0:
        raise SourceError("; ".join(["it holds no notes", *warnings, *score.warnings]))
    return Score(
        ppq,
        score.tracks,
        score.notes,
        score.tempos,
        score.meters,
        (*warnings, *score.warnings),
    )


def _header_damage(data: bytes) -> list[str]:
    kind, tracks = int.from_bytes(data[8:10], "big"), int.from_bytes(data[10:12], "big")
    if kind > 2:
        return [f"its header names type {kind}, legal are 0 to 2"]
    if kind == 0 and tracks > 1:
        return [f"it claims type 0, which has one track, and counts {tracks}"]
    return []


def _sound_chunks(data: bytes) -> list[bytes] | None:
    """The track chunks' events; None if the bytes hold anything that is not in order.

    That is what symusic refuses, passes silently or misreads. A byte in a name may look
    like damage; then the careful reader finds none.
    """
    if data[4:8] != b"\0\0\0\6" or data[8:10] > b"\0\2":
        return None
    at, chunks = 14, []
    while data[at : at + 4] == b"MTrk":
        stop = at + 8 + int.from_bytes(data[at + 4 : at + 8], "big")
        if stop > len(data) or data.find(_END_OF_TRACK, at, stop) != stop - 3:
            return None
        chunks.append(data[at + 8 : stop])
        at = stop
    if len(chunks) != int.from_bytes(data[10:12], "big") or data.find(b"MTrk", at) >= 0:
        return None
    return None if _has_odd_events(data, at) else chunks


def _has_odd_events(data: bytes, stop: int) -> bool:
    """Whether `data[14:stop]` may hold one of the events that are described above.

    Nearly all bytes of music are below those that begin such events.
    """
    events = np.frombuffer(data, np.uint8, stop - 14, 14)
    for at in (np.flatnonzero(events > _LAST_CHANNEL_STATUS) + 14).tolist():
        if data[at] == _META:
            odd = data[at + 1] in _META_SIZES and data[at + 2] != _META_SIZES[data[at + 1]]
        elif data[at] == _SYSEX_END:
            odd = _LAPSED_STATUS.match(data, at) is not None
        elif data[at] != _SYSEX:
            odd = _BEFORE_SYSTEM.fullmatch(data, max(at - 9, 0), at) is not None
        else:
            odd = False
        if odd:
            return True
    return False


def _closed(events: bytes) -> bytes:
    """A track chunk of these events, and long after them note-offs for every key."""
    offs = b"\0".join(_ALL_OFF[channel] for channel in range(16) if 0x90 | channel in events)
    if offs:
        # The time before the end of the track goes to an empty text in its place.
        body, end = events[:-3], events[-3:]
        events = body + b"\xff\x01\x00" + _TRUSTED_DELTA + offs + b"\0" + end
    return b"MTrk" + len(events).to_bytes(4, "big") + events


def _read_fast(header: bytes, chunks: list[bytes]) -> Score | None:
    """The score as symusic reads it.

    None where symusic is not installed or fails, where a note never ends, and where ticks
    overflow.
    """
    try:
        from symusic import Score as FastScore
    except ImportError:
        return None
    try:
        # Not sanitised: bytes over 127 are left to the careful reader, which counts them.
        fast = FastScore.from_midi(header + b"".join(map(_closed, chunks)))
    except (RuntimeError, ValueError, UnicodeDecodeError):
        return None
    if fast.note_num() == 0:
        return None
    columns = [track.notes.numpy() for track in fast.tracks]
    start, length, pitch, velocity = (
        np.concatenate([column[name] for column in columns])
        for name in ("time", "duration", "pitch", "velocity")
    )
    if any(ticks.min() < 0 or ticks.max() >= _TRUSTED_TICKS for ticks in (start, length)):
        return None
    source = np.repeat(np.arange(len(columns)), [len(column["time"]) for column in columns])
    tracks = [SourceTrack(t.name, int(t.program), bool(t.is_drum)) for t in fast.tracks]
    notes = tick_notes(start, length, source, pitch, velocity)
    return Score(fast.tpq, tuple(tracks), notes, _tempos(fast), _meters(fast))


def _tempos(fast: object) -> TickArray:
    columns = fast.tempos.numpy()  # type: ignore[attr-defined]
    tempos = np.empty(len(columns["time"]), TICK_TEMPO)
    mspq = columns["mspq"].astype(float)
    tempos["tick"] = columns["time"]
    tempos["bpm"] = np.divide(60e6, mspq, out=np.zeros_like(mspq), where=mspq > 0)
    return tempos


def _meters(fast: object) -> TickArray:
    columns = fast.time_signatures.numpy()  # type: ignore[attr-defined]
    meters = np.empty(len(columns["time"]), TICK_METER)
    for name, column in zip(
        TICK_METER.names or (), ("time", "numerator", "denominator"), strict=True
    ):
        meters[name] = columns[column]
    return meters
