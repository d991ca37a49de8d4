"""Putting a plug-in's files into a folder, and taking exactly them away again."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Literal

from midigan import __version__
from midigan.daws.plugin import Plugin
from midigan.errors import MidiganError
from midigan.saving import whole_file

#: How a plug-in stands in a folder: `older` than what ships, or changed by its user.
State = Literal["not installed", "installed", "older", "changed"]


@dataclass(frozen=True)
class Record:
    """What was installed: kept beside the files as `.midigan-NAME.json`.

    files: the SHA-256 of each file, by its path in the folder.
    folders: the folders that were made for them, the innermost first.
    command: the words that call the midigan which installed them, for scripts in a DAW that
        does not share the terminal's PATH; no folder in which the DAW runs changes them (-P).
    """

    version: str
    files: dict[str, str]
    folders: list[str]
    command: list[str] = field(default_factory=lambda: [sys.executable, "-P", "-m", "midigan"])


def state_of(plugin: Plugin, folder: Path) -> State:
    """How a plug-in stands in a folder."""
    record = _load(plugin, folder)
    if record is None:
        return "not installed"
    if any(_digest(folder / name) != own for name, own in record.files.items()):
        return "changed"
    return "installed" if record.files == _shipped(plugin) else "older"


def install(plugin: Plugin, folder: Path) -> list[Path]:
    """Copy a plug-in's files into a folder, which must exist; returns where they are now.

    An older version is replaced. Raises MidiganError, having changed nothing, if a file is
    in the way that midigan did not install, or that was changed since.
    """
    if not folder.is_dir():
        raise MidiganError(f"no folder {folder}: name the DAW's own folder for user files")
    before = _load(plugin, folder)
    old = before.files if before else {}
    new = _shipped(plugin)
    for name in {**old, **new}:
        found = _digest(folder / name)
        if found not in (None, old.get(name), new.get(name)):
            raise MidiganError(
                f"{folder / name} is not as midigan installed it: move it away, then again"
            )
    made = _missing_folders(folder, new) + (before.folders if before else [])
    # The record first: what is interrupted after it can be removed.
    _save(plugin, folder, Record(__version__, {**old, **new}, made))
    for name, source in plugin.files.items():
        with whole_file(folder / name) as beside:
            beside.write_bytes(source.read_bytes())
    for name in old.keys() - new.keys():
        (folder / name).unlink(missing_ok=True)
    _save(plugin, folder, Record(__version__, new, made))
    return [folder / name for name in new]


def remove(plugin: Plugin, folder: Path) -> tuple[list[Path], list[Path]]:
    """Take a plug-in's files, and the folders made for them, out of a folder.

    Returns what is gone, and what stayed since it was changed. Raises MidiganError if the
    plug-in is not installed there.
    """
    record = _load(plugin, folder)
    if record is None:
        raise MidiganError(f"the {plugin.name} plug-in is not installed in {folder}")
    gone, kept = [], []
    for name, own in record.files.items():
        file = folder / name
        found = _digest(file)
        if found == own:
            file.unlink()
            gone.append(file)
        elif found is not None:
            kept.append(file)
    for name in record.folders:
        # What holds something else by now stays.
        with suppress(OSError):
            (folder / name).rmdir()
    _record_file(plugin, folder).unlink()
    return gone, kept


def _shipped(plugin: Plugin) -> dict[str, str]:
    return {name: sha256(source.read_bytes()).hexdigest() for name, source in plugin.files.items()}


def _digest(file: Path) -> str | None:
    """The SHA-256 of a file; None if it is not there, "" if it is no file that can be read."""
    try:
        return sha256(file.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None
    except OSError:
        return ""


def _missing_folders(folder: Path, files: dict[str, str]) -> list[str]:
    """The folders that must be made for some files, the innermost first."""
    needed = {parent for name in files for parent in PurePosixPath(name).parents}
    missing = [str(path) for path in needed if not (folder / path).exists()]
    return sorted(missing, key=lambda path: path.count("/"), reverse=True)


def _record_file(plugin: Plugin, folder: Path) -> Path:
    return folder / f".midigan-{plugin.name}.json"


def _save(plugin: Plugin, folder: Path, record: Record) -> None:
    with whole_file(_record_file(plugin, folder)) as beside:
        beside.write_text(json.dumps(asdict(record), indent=2) + "\n", "utf-8")


def _load(plugin: Plugin, folder: Path) -> Record | None:
    file = _record_file(plugin, folder)
    try:
        return Record(**json.loads(file.read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, TypeError, ValueError) as error:
        raise MidiganError(f"{file} is damaged: remove it and what it names by hand") from error
