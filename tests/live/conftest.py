"""Sessions at a real JACK server, for tests that have one as `server`."""

import contextlib
import os
import signal

import pytest
from real_parts import Midigan, Receiver


@pytest.fixture
def receiver(server):
    """A synthesizer, called Receiver, that takes down what it hears."""
    receiver = Receiver("Receiver")
    yield receiver
    receiver.close()


@pytest.fixture
def live(server, tiny_band):
    """Starts a session with these arguments; in the end none of its processes is left."""
    started = []

    def start(*arguments):
        started.append(Midigan("live", tiny_band, *arguments))
        return started[-1]

    yield start
    for midigan in started:
        family = midigan.family()
        midigan.process.kill()
        midigan.process.communicate()
        for pid in family[1:]:
            # Who was suspended, or waits for somebody who was.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
