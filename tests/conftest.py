"""Fixtures that tests of several rooms share."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny import write_tiny_generator

from midigan.generator_info import GeneratorInfo
from midigan.layout import load_layout

# What a shell starts in the background ignores Ctrl-C, and so would every program tested here.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that time real programs may try three times, each try named in the summary.

    Others may use the machine at the same moment, and no deadline is kept on one that does
    not run us.
    """
    for item in items:
        if item.path.name.startswith(("test_real_", "test_ardour_")):
            item.add_marker(pytest.mark.flaky(reruns=2, reruns_delay=2))


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


@pytest.fixture(scope="session")
def tiny_genres(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of a generator of two genres: low pitches for Deep, high ones for Bright."""
    info = GeneratorInfo(
        load_layout("satb"), genres=("Deep", "Bright"), genre_shares=(0.25, 0.75), licence="MIT"
    )
    return write_tiny_generator(tmp_path_factory.mktemp("tiny") / "genres.onnx", info=info)
