"""The view of a live session: a picture on the whole terminal, drawn by a thread of its own.

Nothing that plays waits for it, and it draws only where something has changed. What is
printed meanwhile is shown in it, and the terminal is given back on every way out.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from midigan.commands.face.lines import Lines
from midigan.commands.face.scene import Scene, Watching
from midigan.commands.face.terminal import in_foreground, is_terminal, suspend

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live

    from midigan.live.processes.composer_messages import Loaded, Phrase, Told
    from midigan.live.processes.player_messages import Opened, Position, Report, Start

#: Pictures follow each other no faster than that.
_FRAME_S = 1 / 15
#: How long a terminal that takes nothing may hold up a suspension.
_PATIENCE_S = 2.0
#: Lines that are repeated after the view has gone.
_KEPT = 20


def can_be_drawn() -> bool:
    """Whether standard output is a terminal that shows pictures: in colour or not."""
    if sys.platform == "win32":
        from rich.console import Console

        if Console().legacy_windows:  # a console that knows no escape sequences
            return False
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "")
    return (
        is_terminal(sys.stdout)
        and os.environ.get("TERM", "") not in ("dumb", "unknown")
        and encoding == "utf8"
        and in_foreground(sys.stdout.fileno())
    )


class View:
    """Shows a session on the whole terminal; when it has ended, leaves what `lines` say of it."""

    def __init__(self, scene: Scene, lines: Lines) -> None:
        self._watching = Watching(scene)
        self._lines = lines
        self._kept: deque[str] = deque(maxlen=_KEPT)
        self._picture: _Picture | None = None
        self.screen = os.ttyname(sys.stdout.fileno()) if sys.platform != "win32" else ""

    def started(self, opened: Opened, start: Start, loaded: Loaded) -> None:
        """Begin to draw."""
        self._lines.started(opened, start, loaded)
        self._watching.started(opened, start, loaded)
        self._picture = _Picture(self._watching)
        self._picture.show(self.say)

    def composed(self, phrase: Phrase) -> None:
        """A phrase is ready."""
        self._watching.composed(phrase)

    def at(self, position: Position) -> None:
        """The music is there."""
        self._watching.at(position)

    def progress(self, report: Report) -> None:
        """Something was played."""
        self._lines.progress(report)
        self._watching.progress(report)

    def turned(self, told: Told) -> None:
        """A control was turned, or could not be."""
        self._watching.turned(told, time.perf_counter())

    def say(self, line: str) -> None:
        """Say it in the view, and once more after it has gone: a file that was kept, trouble."""
        self._watching.say(line, time.perf_counter())
        if self._picture is None:
            self._lines.say(line)
        elif "\n" not in line:
            self._kept.append(line)

    def ended(self) -> None:
        """Give the terminal back, and say what was played."""
        if self._picture is not None:
            self._picture.close()
            for line in self._kept:
                self._lines.say(line)
        self._lines.ended()


class _Picture:
    """The thread that draws, and the terminal while it does."""

    def __init__(self, watching: Watching) -> None:
        self._watching = watching
        self._out, self._err = sys.stdout, sys.stderr
        self._asked = threading.Condition()
        self._away = self._ended = self._anew = self._gave_back = False
        self._shown = False
        self._error: Exception | None = None
        self._handlers: dict[int, Any] = {}
        self._thread = threading.Thread(target=self._run, daemon=True)

    def show(self, printed: Callable[[str], None]) -> None:
        """Take the terminal; from now on what others print goes to `printed` line by line."""
        if hasattr(signal, "SIGTSTP"):
            hooks = {signal.SIGTSTP: self._suspended, signal.SIGCONT: self._resumed}
            self._handlers = {n: signal.signal(n, hook) for n, hook in hooks.items()}
        sys.stdout = sys.stderr = _Printed(printed)
        self._thread.start()

    def close(self) -> None:
        """Give the terminal back."""
        sys.stdout, sys.stderr = self._out, self._err
        with self._asked:
            self._ended = True
            self._asked.notify_all()
        # Output that somebody has paused must be waited for: the terminal is to be given back.
        self._thread.join()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        if self._error is not None:
            raise self._error

    def _suspended(self, number: int, frame: Any) -> None:
        """Ctrl-Z: give the terminal back first; who was asked before us stops the process."""
        self._away = True
        deadline = time.monotonic() + _PATIENCE_S
        while self._shown and self._thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.005)
        self._gave_back = True
        before = self._handlers[signal.SIGTSTP]
        if callable(before):
            before(number, frame)
        else:
            suspend()
        signal.signal(signal.SIGTSTP, self._suspended)
        self._away = False

    def _resumed(self, number: int, frame: Any) -> None:
        """Whoever had the terminal meanwhile may have left something on it.

        After Ctrl-Z the view begins anew in any case, maybe before we are called.
        """
        self._anew = not self._gave_back
        self._gave_back = False
        before = self._handlers[signal.SIGCONT]
        if callable(before):
            before(number, frame)

    def _run(self) -> None:
        live: Live | None = None
        try:
            from rich.console import Console

            console = Console(file=self._out, highlight=False)
            last: tuple[Scene, object] | None = None
            while not self._ended:
                if self._away or self._anew or not in_foreground(self._out.fileno()):
                    self._left(live)
                    live, last, self._anew = None, None, False
                else:
                    live = live or self._entered(console)
                    last = self._draw(live, console, last)
                with self._asked:
                    self._asked.wait_for(lambda: self._ended, _FRAME_S)
        except OSError:
            pass  # the terminal has gone, and with it whoever could look
        except Exception as error:  # a picture is no reason to stop the music
            self._error = error
        finally:
            with contextlib.suppress(OSError):
                self._left(live)

    def _draw(
        self, live: Live, console: Console, last: tuple[Scene, object] | None
    ) -> tuple[Scene, object]:
        """Draw what there is to see now, unless that is what is there already."""
        from midigan.commands.face.frame import Frame, roll_columns
        from midigan.commands.face.roll import grain_of

        size = console.size
        grain = grain_of(roll_columns(size.width))
        scene = self._watching.scene(time.perf_counter(), grain)
        if last != (scene, size):
            live.update(Frame(scene), refresh=True)
        return scene, size

    def _entered(self, console: Console) -> Live:
        from rich.live import Live

        live = Live(
            console=console,
            screen=True,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._shown = True
        live.start()
        return live

    def _left(self, live: Live | None) -> None:
        if live is not None:
            live.stop()
        self._shown = False


class _Printed(io.TextIOBase):
    """A stream whose lines are said."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._rest = ""

    def write(self, text: str) -> int:
        """Say each line that is complete."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            if line.strip():
                self._say(line.strip())
        return len(text)
