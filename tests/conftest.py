"""Fixtures that tests of several rooms share."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_parts import SERVERS
from tiny import write_tiny_generator

from midigan.generator_info import GeneratorInfo
from midigan.layout import load_layout

#: Longer than any test plays, and shorter than pytest's limit.
HUNG_S = 270

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


@pytest.fixture(autouse=True)
def _no_hang_at_jack() -> Iterator[None]:
    """A test that hangs in a JACK server fails, since the server is killed.

    Server and client may wait for each other for ever (seen with JACK2 1.9.21), the client in a
    call during which no signal reaches Python: so pytest's own limit does not end such a test.
    The next try, and the tests after it, find the server alive again.
    """
    if not SERVERS:
        yield
        return
    for server in SERVERS:
        server.revive()
    guard = threading.Timer(HUNG_S, _end_the_hang)
    guard.daemon = True
    guard.start()
    yield
    guard.cancel()


def _end_the_hang() -> None:
    print(f"hung for {HUNG_S} s: the JACK servers are killed", file=sys.stderr)
    for server in SERVERS:
        server.kill()


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
