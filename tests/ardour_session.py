"""Sessions of Ardour, made and looked into by its engine without its face."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ardour import SCRIPTS
from real_parts import lack, require

_START_S, _ATTEMPTS = 60.0, 6


def new_session(folder: Path, *tracks: str, tempo: str = "", jack: bool = False) -> None:
    """A session with MIDI tracks of these names, that listens to OSC.

    tempo: "BEATS BPM COUNT VALUE" changes tempo and meter after so many beats.
    jack: whether it is for the JACK server that runs.
    """
    require("ardour7-lua")
    for _ in range(_ATTEMPTS):
        made = ["ardour7-lua", str(SCRIPTS / "new_session.lua"), str(folder), *tracks]
        backend = "JACK" if jack else "None (Dummy)"
        environment = {**os.environ, "TEMPO": tempo, "BACKEND": backend}
        subprocess.run(made, capture_output=True, timeout=_START_S, check=False, env=environment)
        if (file := folder / f"{folder.name}.ardour").is_file():
            text = file.read_text()
            off = 'name="Open Sound Control (OSC)" active="0"'
            assert off in text
            file.write_text(text.replace(off, off.replace("0", "1")))
            return
    lack("ardour7-lua makes no session here")


def notes_in(session: Path, folder: Path) -> tuple[set[tuple[Any, ...]], set[tuple[str, str]]]:
    """The notes of a session that is opened anew, and its regions, each by its track's name.

    Each note is (track, region's beginning, start, length, pitch, velocity, channel), in beats.
    The MIDI of each track is exported into the folder.
    """
    folder.mkdir(exist_ok=True)
    command = ["ardour7-lua", str(SCRIPTS / "notes.lua"), str(session), str(folder)]
    for _ in range(_ATTEMPTS):
        said = subprocess.run(
            command, capture_output=True, text=True, timeout=_START_S, check=False
        ).stdout
        if "done" in said.splitlines():
            rows = [line.split("\t")[1:] for line in said.splitlines() if line[:5] == "note\t"]
            notes = {(row[0], *map(float, row[2:])) for row in rows}
            return notes, {(row[0], row[1]) for row in rows}
    lack(f"ardour7-lua opens no session here: {said}")
    raise AssertionError


def outline(session: Path) -> set[tuple[str, ...]]:
    """What a session's file says of its tracks, sources, playlists and regions."""
    root = ElementTree.parse(session / f"{session.name}.ardour").getroot()
    kinds = ("Route", "Source", "Playlist", "Region")
    return {
        (kind, *(element.get(name, "") for name in ("name", "position", "length")))
        for kind in kinds
        for element in root.iter(kind)
    }


def channels_of(session: Path) -> dict[str, int]:
    """The channels, as bits, that each track records which records not all of them."""
    root = ElementTree.parse(session / f"{session.name}.ardour").getroot()
    return {
        route.get("name", ""): int(inner.get("capture-channel-mask", "0"), 16)
        for route in root.iter("Route")
        for inner in route.iter()
        if inner.get("capture-channel-mode") == "FilterChannels"
    }
