"""A child process of a live session, and the thread that listens to it."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import midigan
from midigan.errors import MidiganError
from midigan.live.processes.player_messages import Failed
from midigan.live.processes.wire import Message, pack, unpack

#: Where this midigan is, installed or not; a child runs the same one.
_ROOT = str(Path(midigan.__file__).parent.parent)
_RUN = (
    "import sys; {root!r} in sys.path or sys.path.insert(0, {root!r}); "
    "from {module} import main; main()"
)


class Child:
    """Runs a module of midigan; every message it writes goes to `hear`, in a thread.

    After its last message `hear` gets None: the process has ended, however it did.
    """

    def __init__(self, module: str, hear: Callable[[Message | None], None]) -> None:
        self._hear = hear
        self._writing = threading.Lock()
        with _interrupts_held_back():
            self._process = subprocess.Popen(
                command_of(module),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )

    def listen(self) -> None:
        """Begin to hear; not before everyone whom `hear` speaks to is there."""
        threading.Thread(target=self._listen, daemon=True).start()

    def send(self, message: Message) -> None:
        """Write a message; if the process has ended, `hear` will say so, not this."""
        pipe = self._process.stdin
        assert pipe is not None
        with self._writing, contextlib.suppress(OSError, ValueError):
            pipe.write(pack(message))
            pipe.flush()

    def close(self, patience_s: float) -> None:
        """End it: close its input, which it takes as a wish to end; kill it if it does not."""
        pipe = self._process.stdin
        assert pipe is not None
        if not self._writing.acquire(timeout=patience_s):
            self.kill()  # it hangs while a thread of ours writes to it, which ends that
            self._writing.acquire()
        with contextlib.suppress(OSError):
            pipe.close()
        self._writing.release()
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                try:
                    self._hear(unpack(line))
                except MidiganError as error:
                    self._hear(Failed(str(error)))
        self._hear(None)


def command_of(module: str) -> list[str]:
    """The command line that runs a module of this midigan."""
    return [sys.executable, "-P", "-c", _RUN.format(root=_ROOT, module=module)]


@contextlib.contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """A child born meanwhile never hears of Ctrl-C; ours does, when this is left."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
