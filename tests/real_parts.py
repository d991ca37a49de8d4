"""Real MIDI parts for tests: a JACK server, a receiver in it, a synthesizer.

Where a part is missing the test is skipped and says which; with MIDIGAN_REAL_PARTS=1, as in
CI, it fails instead.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest

RATE = 48_000
#: Long enough that a busy machine without real-time priority loses nothing.
PERIOD = 1024

#: The clients that this process has had at JACK servers.
_clients: list[Any] = []

#: Where distributions keep a General MIDI sound font.
SOUND_FONTS = (
    Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"),
    Path("/usr/share/sounds/sf2/default-GM.sf2"),
    Path("/usr/share/soundfonts/FluidR3_GM.sf2"),
)


def require(*parts: str) -> None:
    """Go on only if these programs and Python modules ("jackd", "module:jack") are there."""
    for part in parts:
        kind, _, name = part.rpartition(":")
        there = importlib.util.find_spec(name) if kind == "module" else shutil.which(name)
        if not there:
            lack(f"{'Python module ' if kind else ''}{name} is not installed")


def lack(what: str) -> None:
    """A real part is missing: skip, or fail where all parts must be there."""
    if os.environ.get("MIDIGAN_REAL_PARTS") == "1":
        pytest.fail(f"{what}, and MIDIGAN_REAL_PARTS=1 asks for it")
    pytest.skip(f"{what} (set MIDIGAN_REAL_PARTS=1 to make this a failure)")


def wait_until(what: str, happened: Callable[[], Any], timeout_s: float = 15.0) -> Any:
    """What `happened` returns once that is true; fails if it takes too long."""
    deadline = time.monotonic() + timeout_s
    while not (found := happened()):
        assert time.monotonic() < deadline, f"{what}: not within {timeout_s:g} s"
        time.sleep(0.01)
    return found


class JackServer:
    """A JACK server on the dummy driver, that can be killed and started anew."""

    def __init__(self, name: str, period: int) -> None:
        self.name = name
        self.period = period
        self.process = _start_jackd(name, period)
        self._earlier_clients = len(_clients)

    def kill(self) -> None:
        """End it without a word to its clients."""
        self.process.kill()
        self.process.wait()

    def revive(self) -> None:
        """Start it anew if it has ended, without the clients that this process had there."""
        if (status := self.process.poll()) is not None:
            print(f"JACK server {self.name} has ended ({status}): started anew", file=sys.stderr)
            self._close_clients()
            self.process = _start_jackd(self.name, self.period)

    def close(self) -> None:
        """End it, so that nothing of it is left."""
        self._close_clients()
        # A killed server keeps one of JACK's eight places until one of its name has ended well.
        self.revive()
        self.process.terminate()
        self.process.wait()
        for left in Path("/dev/shm").glob(f"jack_sem.*_{self.name}_*"):
            left.unlink(missing_ok=True)

    def _close_clients(self) -> None:
        """Close what failed tests have left.

        The garbage collector would do so among clients of another server, or of this one anew,
        which is a segmentation fault in JACK2: all clients of a process share its memory.
        """
        while len(_clients) > self._earlier_clients:
            _clients.pop().close()


#: The JACK servers that run for the tests.
SERVERS: list[JackServer] = []


@contextlib.contextmanager
def jack_server(period: int = PERIOD) -> Iterator[JackServer]:
    """A JACK server on the dummy driver, the default of this process and its children."""
    require("jackd", "module:jack", "module:rtmidi")
    before = os.environ.get("JACK_DEFAULT_SERVER")
    server = None
    with _server_name() as name:
        os.environ["JACK_DEFAULT_SERVER"] = name
        try:
            server = JackServer(name, period)
            SERVERS.append(server)
            yield server
        finally:
            if server is not None:
                SERVERS.remove(server)
                server.close()
            os.environ.pop("JACK_DEFAULT_SERVER")
            if before is not None:
                os.environ["JACK_DEFAULT_SERVER"] = before


@contextlib.contextmanager
def _server_name() -> Iterator[str]:
    """A server's name that no other process has, and that tests have had before.

    A server that is killed together with its tests keeps one of the eight places that JACK has for
    servers, until one of its name takes it over: so names come from a short list, not from chance.
    """
    import fcntl

    folder = Path(tempfile.gettempdir())
    for number in itertools.count(1):
        name = f"midigan-{os.getuid()}-{number}"
        with (folder / f"{name}.jack").open("w") as owned:
            try:
                fcntl.flock(owned, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield name
            return


def jack_client(name: str) -> Any:
    """A client of the default server, closed with it at the latest."""
    import jack

    _clients.append(jack.Client(name, no_start_server=True))
    return _clients[-1]


def _start_jackd(name: str, period: int) -> subprocess.Popen[bytes]:
    """Start jackd, with real-time priority if the system grants it."""
    dummy = ["-d", "dummy", "-r", str(RATE), "-p", str(period)]
    # It ends in good order when the tests are killed, where util-linux can see to it.
    along = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
    with tempfile.TemporaryFile() as said:
        for scheduling in (["-R", "-P", "70"], ["-r"]):
            server = subprocess.Popen(
                [*along, "jackd", "-n", name, *scheduling, *dummy], stdout=said, stderr=said
            )
            # It answers within a second if it can, and ends at once if it may not.
            up = wait_until("jackd", partial(_ended_or_answers, server, name))
            if up and server.poll() is None:
                return server
        said.seek(0)
        print(said.read().decode(errors="replace"), file=sys.stderr)
    lack("jackd does not start here (what it says is on standard error)")
    raise AssertionError


def _ended_or_answers(server: subprocess.Popen[bytes], name: str) -> bool:
    import jack

    if server.poll() is not None:
        return True
    try:
        with contextlib.redirect_stderr(None):
            jack.Client("probe", no_start_server=True, servername=name).close()
    except jack.JackError:
        return False
    return True


@contextlib.contextmanager
def pipewire_server(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """PipeWire, as this process's children find it that are started by `pw-jack`."""
    require("pipewire", "pw-jack", "module:jack", "module:rtmidi")
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    server = subprocess.Popen(
        ["pipewire"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
    )
    try:
        wait_until("PipeWire", (folder / "pipewire-0").exists)
        yield server
    finally:
        server.kill()
        server.wait()
        os.environ.pop("XDG_RUNTIME_DIR")
        if before is not None:
            os.environ["XDG_RUNTIME_DIR"] = before


Bytes = TypeVar("Bytes", bound=Sequence[int])


def without_repeats(messages: Sequence[tuple[float, Bytes]]) -> list[tuple[float, Bytes]]:
    """All but the note-offs of keys that were let go already.

    After an overrun of the server they are sent again, as they may have got lost.
    """
    down: dict[tuple[int, int], bool] = {}
    found = []
    for at, message in messages:
        kind, key = message[0] & 0xF0, (message[0] & 0x0F, message[1] if message[1:] else 0)
        if kind != 0x80 or down.get(key, True):
            found.append((at, message))
        if kind in (0x80, 0x90):
            down[key] = kind == 0x90
    return found


class Receiver:
    """A JACK client that takes down every MIDI message it gets, and when, and how loud it is."""

    def __init__(self, name: str) -> None:
        self.client = jack_client(name)
        self.midi = self.client.midi_inports.register("in")
        self.left = self.client.inports.register("left")
        self.right = self.client.inports.register("right")
        self.messages: list[tuple[float, bytes]] = []
        self.peak = 0.0
        #: Whether the server overran: releases may be sent again then, and only then.
        self.overran = False
        self.client.set_xrun_callback(self._overrun)
        self.client.set_process_callback(self._process)
        self.client.activate()

    def _process(self, frames: int) -> None:
        begin = self.client.last_frame_time
        for offset, data in self.midi.incoming_midi_events():
            self.messages.append(((begin + offset) / RATE, bytes(data)))
        for port in (self.left, self.right):
            samples = memoryview(port.get_buffer()).cast("f")
            self.peak = max(self.peak, *map(abs, samples))

    def _overrun(self, _: float) -> None:
        self.overran = True

    def connect(self, source: str, port: Any = None) -> None:
        """Connect the first output whose name holds `source`, as soon as there is one."""
        find = self.client.get_ports
        (found, *_) = wait_until(source, lambda: find(source, is_output=True))
        self.client.connect(found, port or self.midi)

    def close(self) -> None:
        """Leave the server."""
        self.client.deactivate()
        self.client.close()

    @property
    def notes(self) -> list[tuple[float, bytes]]:
        """The note-ons and note-offs among the messages; after an overrun, each release once."""
        notes = [(at, data) for at, data in self.messages if data[0] & 0xF0 in (0x80, 0x90)]
        return without_repeats(notes) if self.overran else notes

    def assert_silent(self) -> None:
        """Each note-on is followed by the note-off of its key, before its next note-on."""
        down: Counter[tuple[int, int]] = Counter()
        for _, (status, pitch, _) in self.notes:
            key = status & 0x0F, pitch
            # Who connects while notes sound hears note-offs that have no note-on.
            down[key] = down[key] + 1 if status & 0xF0 == 0x90 else 0
            assert down[key] <= 1, f"{key} was struck again before its note-off"
        assert not +down, f"left sounding: {+down}"


def process_that_runs(module: str) -> int:
    """The number of the newest process that runs a module of midigan in a session of its own.

    Whoever starts such a process ends at once, and has the same command line till then.
    """

    def newest() -> int:
        found = [0]
        for place in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # it has ended
                runs = f"from {module} import main" in (place / "cmdline").read_text()
                if runs and os.getsid(int(place.name)) == int(place.name):
                    found.append(int(place.name))
        return max(found)

    return int(wait_until(module, newest))


class Midigan:
    """`midigan` as a process of its own."""

    def __init__(self, *arguments: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "midigan", *(str(argument) for argument in arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def child(self, module: str) -> int:
        """The process number of the child, or its child, that runs a module."""
        return int(wait_until(module, lambda: self._children().get(module)))

    def family(self) -> list[int]:
        """The process numbers of all of it: parent, children and theirs."""
        found = [self.process.pid]
        for pid in found:
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                found += [int(child) for child in children.read_text().split()]
        return found

    def _children(self) -> dict[str, int]:
        found = {}
        with contextlib.suppress(OSError):  # one of them has ended
            for pid in self.family()[1:]:
                line = Path(f"/proc/{pid}/cmdline").read_text()
                found[line.partition("from ")[2].partition(" import")[0]] = pid
        return found

    def end(self, timeout_s: float = 30.0) -> tuple[int, str, str]:
        """Wait for it: exit status, standard output and standard error."""
        try:
            out, err = self.process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            out, err = self.process.communicate()
            pytest.fail(f"midigan did not end within {timeout_s:g} s: {out} {err}")
        return self.process.returncode, out, err
