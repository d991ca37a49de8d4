"""Fixtures that tests of several rooms share."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny import write_tiny_generator

from midigan.layout import load_layout


@pytest.fixture(scope="session")
def tiny_generator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of a generator of four voices that plays nonsense, made without torch."""
    return write_tiny_generator(tmp_path_factory.mktemp("tiny") / "tiny.onnx")


@pytest.fixture(scope="session")
def tiny_band(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of a generator of drums, bass, chords and lead that plays nonsense."""
    return write_tiny_generator(tmp_path_factory.mktemp("tiny") / "band.onnx", load_layout("band"))
