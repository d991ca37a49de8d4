"""The fast MIDI reader: symusic, for files that are in order (see `midi`)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from midigan.files.readers.mended import UNENDING, mended
from midigan.files.readers.records import METER, NOTE, TEMPO, Kind, records_of
from midigan.files.readers.sound import Chunks
from midigan.files.readers.unending import TRUSTED_TICKS, closed, with_all_off
from midigan.files.score import TICK_METER, TICK_TEMPO, Score, SourceTrack, TickArray

#: As many sources as a record of a note has room for.
_MOST_SOURCES = 1 << 16


class _Parsed(NamedTuple):
    """What symusic read in a file; of notes a list for each track, tempos and meters in order.

    closed: how many notes never end and were closed.
    """

    ppq: int
    tracks: tuple[SourceTrack, ...]
    notes: Sequence[bytes | memoryview]
    tempos: bytes | memoryview
    meters: bytes | memoryview
    closed: int = 0


def read_fast(files: Sequence[tuple[bytes, Chunks]]) -> list[Score | None]:
    """The scores as symusic reads them: quickly, and only right if the bytes are in order.

    files: the bytes of MIDI files, and where the events of each track begin and stop in them.
    None where symusic is not installed, fails, or needs more memory than it may have, where
    many notes never end, where ticks overflow, where there are no notes, and where there are
    more sources than it counts.
    """
    try:
        import symusic  # noqa: F401
    except ImportError:
        return [None] * len(files)
    parsed = [_parsed(data, chunks) for data, chunks in files]
    scores = _scores(parsed)
    late = {n: one.notes for n, one in enumerate(parsed) if one and not scores[n]}
    again = [_closed(*files[n], notes) for n, notes in late.items()]
    for number, score in zip(late, _scores(again), strict=True):
        scores[number] = score
    return scores


def _closed(data: bytes, chunks: Chunks, once: Sequence[bytes | memoryview]) -> _Parsed | None:
    """What symusic reads in a file with notes that never end; None where it cannot be used.

    once: the notes that it found at first.
    """
    again = _parsed(data, chunks, again=True)
    found = closed(once, again.notes) if again else None
    return again._replace(notes=found[0], closed=found[1]) if again and found else None


def _parsed(data: bytes, chunks: Chunks, again: bool = False) -> _Parsed | None:
    """What symusic reads in a file whose notes all end; None where it cannot be used."""
    from symusic import Score as FastScore

    try:
        # Not sanitised: bytes over 127 are left to the careful reader, which counts them.
        found = FastScore.from_midi(with_all_off(data, chunks, again))
    except (RuntimeError, ValueError, UnicodeDecodeError, MemoryError):
        return None
    tracks = found.tracks
    if not found.note_num() or len(tracks) > _MOST_SOURCES:
        return None
    # Taken at once, so that the next file is read into the same memory.
    notes, sources = [], []
    for number in range(len(tracks)):
        track = tracks[number]
        sources.append(_source(track.name, track.program, track.is_drum))
        notes.append(records_of(track.notes, NOTE))
    tempos, meters = found.tempos, found.time_signatures
    return _Parsed(
        found.tpq, tuple(sources), notes, records_of(tempos, TEMPO), records_of(meters, METER)
    )


@lru_cache(4096)
def _source(name: str, program: int, drum: bool) -> SourceTrack:
    """A source track, which is much the same from file to file."""
    return SourceTrack(name, int(program), bool(drum))


def _scores(parsed: Sequence[_Parsed | None]) -> list[Score | None]:
    """The score of each file that was read; None where ticks cannot be trusted."""
    read = [one for one in parsed if one is not None]
    if not read:
        return [None] * len(parsed)
    notes, of_notes = _joined([one.notes for one in read], NOTE)
    counts = [len(own) // NOTE.record.itemsize for one in read for own in one.notes]
    sources = [np.arange(len(one.notes), dtype=np.uint16) for one in read]
    notes["source"] = np.repeat(np.concatenate(sources), counts)
    # A power of two, so that the bits of all ticks together tell; a sign is one of them.
    ticks = notes["start"] | notes["length"]
    bits = np.bitwise_or.reduceat(ticks, [own.start for own in of_notes]).tolist()
    tempos, of_tempos = _tempos([one.tempos for one in read])
    meters, of_meters = _meters([one.meters for one in read])
    scores = iter(
        [
            Score(
                one.ppq,
                one.tracks,
                notes[of_notes[n]],
                tempos[of_tempos[n]],
                meters[of_meters[n]],
                (mended(UNENDING, one.closed),) if one.closed else (),
            )
            if 0 <= bits[n] < TRUSTED_TICKS
            else None
            for n, one in enumerate(read)
        ]
    )
    return [None if one is None else next(scores) for one in parsed]


def _joined(
    lists: Sequence[Sequence[bytes | memoryview]], kind: Kind
) -> tuple[NDArray[np.void], list[slice]]:
    """All records of all files, which can be written to, and which those of each file are."""
    found = np.frombuffer(bytearray().join([x for own in lists for x in own]), kind.record)
    ends = accumulate((sum(map(len, own)) // kind.record.itemsize for own in lists), initial=0)
    return found, [slice(begin, stop) for begin, stop in pairwise(ends)]


def _tempos(lists: Sequence[bytes | memoryview]) -> tuple[TickArray, list[slice]]:
    """TICK_TEMPO records as `_joined`; no microseconds are no tempo, and say so as one of 0."""
    found, parts = _joined([[own] for own in lists], TEMPO)
    tempos, mspq = np.empty(len(found), TICK_TEMPO), found["mspq"]
    tempos["tick"] = found["tick"]
    tempos["bpm"] = np.divide(60e6, mspq, out=np.zeros(len(found)), where=mspq > 0)
    return tempos, parts


def _meters(lists: Sequence[bytes | memoryview]) -> tuple[TickArray, list[slice]]:
    """TICK_METER records as `_joined`."""
    found, parts = _joined([[own] for own in lists], METER)
    meters = np.empty(len(found), TICK_METER)
    for name in TICK_METER.names or ():
        meters[name] = found[name]
    return meters, parts
