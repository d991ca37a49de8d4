"""MIDI bytes to scores: symusic for sound files, the careful reader for all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from midigan.errors import NotMusicError, SourceError
from midigan.files.foreign import archive_in
from midigan.files.readers.careful import read_carefully
from midigan.files.readers.drum_parts import may_have_drum_parts
from midigan.files.readers.fast import read_fast
from midigan.files.readers.joined import Joined
from midigan.files.readers.pedal import may_use_pedal
from midigan.files.readers.sound import sound_chunks
from midigan.files.score import Score

#: How far into a file the music may begin: behind a RIFF or MacBinary header, or junk.
SEARCHED_BYTES = 4096


@dataclass(frozen=True)
class _Headed:
    """The bytes of a MIDI file from its header on, and what is odd about that."""

    data: bytes
    ppq: int
    warnings: tuple[str, ...]


def read_midi(data: bytes, *, channels: bool = False, pedal: bool = False) -> Score:
    """The score in the bytes of a MIDI file, with or without something in front of it.

    channels: whether source tracks must come with their channels, which takes longer.
    pedal: whether notes last as long as the sustain pedal holds them, which takes longer.
    Raises SourceError if it is not a MIDI file, counts time in frames (SMPTE), or holds no
    notes. Damage is mended where it can be, and each kind named in the score's warnings.
    """
    (found,) = read_midis([data], channels=channels, pedal=pedal)
    if isinstance(found, SourceError):
        raise found
    return found


def read_midis(
    files: Sequence[bytes], *, channels: bool = False, pedal: bool = False
) -> list[Score | SourceError]:
    """Like `read_midi`, for many files at a time, which is much faster; errors are returned."""
    headed = [_headed(data) for data in files]
    scores = iter(_read([one for one in headed if isinstance(one, _Headed)], channels, pedal))
    return [one if isinstance(one, SourceError) else next(scores) for one in headed]


def _headed(data: bytes) -> _Headed | SourceError:
    begin = _header_at(data)
    # What is packed without being compressed has headers inside.
    if begin and (archive := archive_in(data)):
        return NotMusicError(archive)
    if begin < 0 or len(data) < begin + 14:
        return NotMusicError("not a MIDI file (no MThd header in its first 4 KB)")
    warnings = []
    if begin:
        if not data.startswith(b"RIFF"):
            warnings.append(f"{begin} bytes before the header were ignored")
        data = data[begin:]
    ppq = int.from_bytes(data[12:14], "big")
    if ppq >= 0x8000:
        return SourceError("it counts time in SMPTE frames, not in beats")
    if ppq == 0:
        return SourceError("its header says 0 ticks to the beat")
    return _Headed(data, ppq, (*warnings, *_header_damage(data)))


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


def _read(files: Sequence[_Headed], channels: bool, pedal: bool) -> list[Score | SourceError]:
    """The score of each file, the sound ones all at once."""
    if not files:
        return []
    joined = Joined.of([file.data for file in files])
    # symusic merges the tracks of a program, whatever their channels.
    chunks = [None] * len(files) if channels else sound_chunks(joined)
    drum_parts = may_have_drum_parts(joined)
    sound = {
        number: (file.data, own)
        for number, (file, own) in enumerate(zip(files, chunks, strict=True))
        if own and not drum_parts[number] and not (pedal and may_use_pedal(file.data))
    }
    read = dict(zip(sound, read_fast(list(sound.values())), strict=True))
    return [
        _checked(file, read.get(number) or read_carefully(file.data, file.ppq, pedal=pedal))
        for number, file in enumerate(files)
    ]


def _checked(file: _Headed, score: Score) -> Score | SourceError:
    """A file's score with the warnings about its header, or that there are no notes in it."""
    warnings = (*file.warnings, *score.warnings)
    if len(score.notes) == 0:
        return SourceError("; ".join(["it holds no notes", *warnings]))
    return replace(score, warnings=warnings) if file.warnings else score
