"""What tests of commands share: folders to work in, and an export that takes no time."""

from __future__ import annotations

from pathlib import Path

import pytest
from encoding import VOICES
from midi_bytes import midi, name, notes

_TRAINING = str(Path(__file__).resolve().parent.parent / "training")


@pytest.fixture
def music(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with three chorales in `music/`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "music").mkdir()
    for number in range(3):
        voices = [name("S") + notes(32, first=70 + number), *VOICES[1:]]
        (tmp_path / "music" / f"{number}.mid").write_bytes(midi(*voices))
    return tmp_path


@pytest.fixture
def quick_export(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an exported file computes is tested with the training room, and once with Ctrl-C."""
    monkeypatch.syspath_prepend(_TRAINING)
    from pattern import convert_at_once

    monkeypatch.setattr("midigan.training.exporting.export.convert", convert_at_once)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a phrase set and a recipe that trains in moments."""
    monkeypatch.syspath_prepend(_TRAINING)
    from pattern import pattern_set, tiny_recipe

    monkeypatch.chdir(tmp_path)
    pattern_set().save(Path("songs.npz"))
    Path("tiny.toml").write_text(tiny_recipe().to_toml(), "utf-8")
    return tmp_path
