"""What music comes in that is not read, and what its owner can do: archives, projects, audio."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

#: What an archive begins with, or has at such a place.
_MAGIC = (
    ("zip", 0, b"PK\3\4"),
    ("gzip", 0, b"\x1f\x8b"),
    ("7z", 0, b"7z\xbc\xaf\x27\x1c"),
    ("rar", 0, b"Rar!\x1a\7"),
    ("xz", 0, b"\xfd7zXZ\0"),
    ("bzip2", 0, b"BZh"),
    ("tar", 257, b"ustar"),
)
#: So many bytes tell.
HEAD_BYTES = 512

_PROGRAMS = {
    "MuseScore": (".mscz", ".mscx"),
    "Sibelius": (".sib",),
    "Finale": (".musx", ".mus"),
    "Dorico": (".dorico",),
    "Guitar Pro": (".gp", ".gp3", ".gp4", ".gp5", ".gpx"),
    "Ableton Live": (".als", ".alc"),
    "FL Studio": (".flp",),
    "Cubase": (".cpr",),
    "Logic": (".logicx",),
    "GarageBand": (".band",),
    "REAPER": (".rpp",),
    "Pro Tools": (".ptx",),
    "Ardour": (".ardour",),
}
_AUDIO = (".wav", ".aif", ".aiff", ".mp3", ".m4a", ".flac", ".ogg", ".opus")
_ARRAYS = (".npz", ".npy")
_ARCHIVES = (".zip", ".gz", ".tgz", ".7z", ".rar", ".xz", ".bz2", ".tar")

_UNPACK = "unpack it first"
_BY_SUFFIX = {
    **{
        suffix: f"a file of {program} (export it there as MIDI or MusicXML)"
        for program, suffixes in _PROGRAMS.items()
        for suffix in suffixes
    },
    **dict.fromkeys(_AUDIO, "audio (midigan reads notes, as MIDI or MusicXML)"),
    **dict.fromkeys(_ARRAYS, "an array or a phrase set ('midigan decode' makes MIDI of it)"),
    **dict.fromkeys(_ARCHIVES, f"an archive ({_UNPACK})"),
}


def foreign_by_name(path: str | Path) -> str | None:
    """What a file that holds no MIDI is by its suffix, if that is known, and what to do with it."""
    return _BY_SUFFIX.get(Path(path).suffix.lower())


def archive_in(data: bytes) -> str | None:
    """What a file is that begins with `data`, if it is an archive, and what to do with it."""
    for kind, place, magic in _MAGIC:
        if data.startswith(magic, place):
            return f"a {kind} archive ({_UNPACK})"
    return None


def foreign_in(folder: str | Path) -> Iterator[tuple[str, str]]:
    """Files in a folder and the folders in it that are none that is read: names, and what to do.

    As for music, hidden folders are left out.
    """
    for _, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        # A project may be a folder by itself.
        for name in sorted([*folders, *names]):
            if found := foreign_by_name(name):
                yield name, found
