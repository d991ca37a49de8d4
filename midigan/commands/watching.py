"""How a training session is watched from a terminal: its progress, and Ctrl-C to stop it."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import click

from midigan.commands.common import console, duration

if TYPE_CHECKING:
    from midigan.training.runs.progress import Progress

#: Where no bar can be drawn, a line of progress is printed this often.
LINE_SECONDS = 30.0


@contextmanager
def asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C or SIGTERM has come; a second one ends the program at once."""
    asked = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        click.echo("finishing this step, then saving", err=True)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def shown() -> Iterator[Callable[[Progress], None]]:
    """A bar with losses and time left on a terminal, elsewhere a line now and then."""
    where = console(stderr=True)
    if not where.is_terminal:
        yield _line_printer()
        return
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    with Bar(BarColumn(), TextColumn("{task.description}"), console=where, transient=True) as bar:
        task = bar.add_task("first step", total=1.0)
        yield lambda now: bar.update(task, completed=now.fraction, description=_line(now))


def _line_printer() -> Callable[[Progress], None]:
    last = time.monotonic()

    def show(now: Progress) -> None:
        nonlocal last
        if time.monotonic() - last >= LINE_SECONDS:
            last = time.monotonic()
            click.echo(_line(now), err=True)

    return show


def _line(now: Progress) -> str:
    """Losses, quality and time left, in one line."""
    quality = "" if now.quality is None else f" · like held-out {now.quality:.2f}"
    left = now.seconds * (1 - now.fraction) / now.fraction if now.fraction else 0.0
    return (
        f"step {now.step} · epoch {now.epoch:.1f} · critic {now.losses.critic:.3g} · "
        f"generator {now.losses.generator:.3g}{quality} · {duration(left)} left"
    )
