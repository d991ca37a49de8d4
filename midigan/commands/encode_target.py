"""Where encode writes: a phrase set .npz, or a dense array .npy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

if TYPE_CHECKING:
    from midigan.sets.phrase_set import PhraseSet

#: How many phrases are rendered at a time.
_BLOCK = 256


def default_target(source: str) -> Path:
    """A name in the current folder, made from the first source's."""
    path = Path(source.rpartition(":")[0] if ".npz:" in source else source)
    if path.is_dir():
        return Path(f"{path.resolve().name or 'phrases'}.npz")
    if any(sign in path.name for sign in "*?["):
        return Path(f"{path.parent.resolve().name or 'phrases'}.npz")
    return Path(f"{path.stem}-phrases.npz" if path.suffix == ".npz" else f"{path.stem}.npz")


def checked_target(target: Path, sources: Sequence[str]) -> Path:
    """The target, if it is a kind of file that is written, and none of the sources.

    Raises click.UsageError if it is not.
    """
    if target.suffix.lower() not in (".npz", ".npy"):
        raise click.UsageError(f"cannot write {target}: name a phrase set .npz or an array .npy")
    if target.is_dir():
        raise click.UsageError(f"cannot write {target}: it is a folder")
    for source in sources:
        if target.exists() and Path(source).exists() and target.samefile(source):
            raise click.UsageError(f"{target} is a source: name another file with -o")
    return target


def save(phrases: PhraseSet, target: Path, repeats: Literal["gap", "held"]) -> None:
    """Write a phrase set, or the phrases of it as a dense array, by the target's ending."""
    from midigan.files.dense import save_dense_blocks

    if target.suffix.lower() == ".npz":
        phrases.save(target)
        return
    blocks = (
        phrases.phrases(slice(i, i + _BLOCK), repeats) for i in range(0, len(phrases), _BLOCK)
    )
    save_dense_blocks(blocks, (len(phrases), *phrases.layout.shape), target)
