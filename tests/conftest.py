"""Fixtures that tests of several rooms share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny import write_tiny_generator

from midigan.layout import load_layout


@pytest.fixture(scope="session", autouse=True)
def _state_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Sessions leave their logs in a folder of the tests', in processes of their own too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def tiny_generator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of a generator of four voices that plays nonsense, made without torch."""
    return write_tiny_generator(tmp_path_factory.mktemp("tiny") / "tiny.onnx")


@pytest.fixture(scope="session")
def tiny_band(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of a generator of drums, bass, chords and lead that plays nonsense."""
    return write_tiny_generator(tmp_path_factory.mktemp("tiny") / "band.onnx", load_layout("band"))
