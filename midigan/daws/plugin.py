"""DAWs and the plug-ins for them: what ships, where it belongs, what is installed.

A plug-in is a folder in `plugins/`, shaped like the DAW's own folder for its user's files,
and in it a `plugin.toml` that describes it. What several need lies once in `plugins/shared`.
Installing copies the files and leaves a record beside them, so that removing takes away exactly
what was installed.
"""

from __future__ import annotations

import os
import shutil
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from midigan.errors import FormatError
from midigan.shipped import shipped_folder

#: Files of a plug-in's folder that are about it, and not for the DAW.
_ABOUT = ("plugin.toml", "README.md")


@dataclass(frozen=True)
class Plugin:
    """A plug-in that ships.

    name: of its folder in `plugins/`.
    title: the DAW's name.
    does: what it adds to the DAW, in one line.
    next_step: what to do in the DAW after installing.
    programs: names of the DAW's executable, to look for on the PATH.
    places: by system (`linux`, `macos`, `windows`), patterns of the DAW's user folder, in
        which `~` and `$NAME` are expanded.
    shared: files of `plugins/shared`, and for each where it goes in the DAW's folder.
    source: where the files are.
    """

    name: str
    title: str
    does: str
    next_step: str
    programs: tuple[str, ...]
    places: Mapping[str, tuple[str, ...]]
    shared: Mapping[str, str]
    source: Path

    @property
    def files(self) -> dict[str, Path]:
        """The files to install: by place in the DAW's folder, sorted, where each comes from."""
        own = (path for path in self.source.rglob("*") if path.is_file())
        found = {path.relative_to(self.source).as_posix(): path for path in own}
        found |= {to: self.source.parent / "shared" / name for name, to in self.shared.items()}
        return {name: found[name] for name in sorted(found) if name not in _ABOUT}

    def daw_folders(self) -> list[Path]:
        """The folders in which versions of the DAW keep their user's files, the newest's last.

        One appears when the DAW is started for the first time.
        """
        found: set[Path] = set()
        for pattern in self.places.get(system(), ()):
            expanded = os.path.expandvars(pattern)
            if "$" not in expanded and "%" not in expanded:
                place = Path(expanded).expanduser()
                found |= {path for path in place.parent.glob(place.name) if path.is_dir()}
        return sorted(found, key=_version)

    def program(self) -> str | None:
        """Path of the DAW's executable; None if it is not on the PATH."""
        return next(filter(None, map(shutil.which, self.programs)), None)


def shipped_plugins() -> list[Plugin]:
    """The plug-ins that come with midigan, by name."""
    described = sorted(shipped_folder("plugins").glob("*/plugin.toml"))
    return [_read(path) for path in described]


def find_plugin(name: str) -> Plugin:
    """The plug-in of that name, in any case. Raises FormatError with the names there are."""
    plugins = shipped_plugins()
    for plugin in plugins:
        if plugin.name == name.lower():
            return plugin
    known = ", ".join(plugin.name for plugin in plugins)
    raise FormatError(f"no plug-in {name!r}: there are {known}")


def system() -> str:
    """The system on which this runs: linux, macos or windows."""
    return {"darwin": "macos", "win32": "windows"}.get(sys.platform, "linux")


def _read(path: Path) -> Plugin:
    about = tomllib.loads(path.read_text("utf-8"))
    return Plugin(
        name=path.parent.name,
        title=about["title"],
        does=about["does"],
        next_step=about["next_step"],
        programs=tuple(about["programs"]),
        places={system: tuple(places) for system, places in about["places"].items()},
        shared=about.get("shared", {}),
        source=path.parent,
    )


def _version(folder: Path) -> tuple[int, str]:
    """Folders by the number at the end of their names: ardour10 is newer than ardour9."""
    name = folder.name
    digits = name[len(name.rstrip("0123456789")) :]
    return int(digits or 0), name
