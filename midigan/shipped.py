"""Finds what ships with midigan as data: generators in `export/`, DAW scripts in `plugins/`.

A wheel installs both folders inside the package; a checkout has them one level up.
"""

from __future__ import annotations

from pathlib import Path

from midigan.errors import FormatError

#: The generator that is used where none is named.
DEFAULT_GENERATOR = "chorales"


def shipped_folder(kind: str) -> Path:
    """The folder `export` or `plugins`. Raises FormatError if the installation lacks it."""
    here = Path(__file__).resolve().parent
    for folder in (here / kind, here.parent / kind):
        if folder.is_dir():
            return folder
    raise FormatError(f"this installation of midigan has no {kind} folder: install it again")


def shipped_generators() -> list[str]:
    """Names of the generators that come with midigan, sorted."""
    folder = shipped_folder("export")
    return sorted(path.parent.name for path in folder.glob("*/generator.onnx"))


def find_generator(name: str | None) -> Path:
    """The `.onnx` file meant by a path to one, a run folder, a shipped name, or None.

    Raises FormatError if there is no such generator, with the names that there are.
    """
    wanted = name if name is not None else DEFAULT_GENERATOR
    path = Path(wanted)
    for candidate in (path, path / "generator.onnx"):
        if candidate.is_file():
            return candidate
    if wanted in shipped_generators():
        return shipped_folder("export") / wanted / "generator.onnx"
    if path.is_dir():
        raise FormatError(f"{wanted} holds no generator.onnx: make it with 'midigan export'")
    known = ", ".join(shipped_generators()) or "none"
    raise FormatError(
        f"no generator {wanted!r}: name a .onnx file, a run folder, or one that ships ({known})"
    )


def name_of(generator: Path) -> str:
    """What people call a generator: its folder if that is what names it, else its file."""
    return generator.parent.name if generator.name == "generator.onnx" else generator.stem
