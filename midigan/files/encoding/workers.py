"""Many files at once: worker processes, of which one that dies loses its file alone."""

from __future__ import annotations

import multiprocessing
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count, islice
from multiprocessing.connection import Connection, wait
from types import ModuleType
from typing import Any

#: Seconds after which an item is given up, unless told otherwise.
PATIENCE_S = 60.0

#: Items that a worker has at once, so that it never waits for the next.
_AHEAD = 2


@dataclass(frozen=True)
class Lost:
    """What comes instead of a result, where a worker gave none: why."""

    reason: str


def each_in_workers(
    work: Callable[[Any], Any],
    items: Iterable[Any],
    jobs: int,
    patience_s: float | Callable[[Any], float] = PATIENCE_S,
) -> Generator[Any, None, None]:
    """`work(item)` of each item, in order, done in `jobs` processes; `Lost` where it failed.

    work: a function of a module that can be imported, so that a fresh process finds it. A
    worker that dies, or takes longer than `patience_s` (one for all items, or for each) over
    one, is replaced.
    """
    patience = patience_s if callable(patience_s) else lambda item: patience_s
    waiting = iter(enumerate(items))
    done: dict[int, Any] = {}
    workers: list[_Worker] = []
    try:
        for first in islice(waiting, jobs):
            workers.append(_Worker(work))
            workers[-1].give(first)
        for worker in workers * (_AHEAD - 1):
            worker.give(next(waiting, None))
        for number in count():
            while number not in done:
                if not any(worker.items for worker in workers):
                    return
                wait([worker.pipe for worker in workers if worker.items], timeout=1)
                for i, worker in enumerate(workers):
                    if worker.items and (found := worker.result(patience)):
                        done[worker.items.popleft()[0]] = found[0]
                        workers[i] = worker if worker.alive else worker.successor()
                        workers[i].give(next(waiting, None))
            yield done.pop(number)
    finally:
        for worker in workers:
            worker.stop()


def start_early() -> None:
    """Begin now what the first worker would wait for, while this process goes on.

    Where workers are forked from one process, that one takes as long as a small folder until it
    has imported the readers. Does nothing if it is there, or where the system has no such one.
    """
    if _context().get_start_method() == "forkserver":
        from multiprocessing import forkserver

        with _main_left_alone():
            forkserver.ensure_running()


class _Worker:
    """One process, the item that it works on and those that it does next, with numbers."""

    def __init__(self, work: Callable[[Any], Any]) -> None:
        self.work = work
        context = _context()
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(work, theirs), daemon=True)
        with _main_left_alone():
            self.process.start()
        theirs.close()
        self.items: deque[tuple[int, Any]] = deque()
        self.alive = True
        self.since = 0.0

    def give(self, numbered: tuple[int, Any] | None) -> None:
        """Hand over an item and its number, if there is one."""
        if numbered is not None:
            if not self.items:
                self.since = time.monotonic()
            self.items.append(numbered)
            # One that is dead already shows when its result is asked for.
            with suppress(OSError):
                self.pipe.send(numbered[1])

    def result(self, patience: Callable[[Any], float]) -> tuple[Any] | None:
        """The result, or why there is none; None while there may still be one."""
        try:
            if self.pipe.poll():
                self.since = time.monotonic()
                return (self.pipe.recv(),)
        except (EOFError, OSError):
            self.alive = False
            return (Lost("reading it crashed"),)
        patience_s = patience(self.items[0][1])
        if time.monotonic() - self.since > patience_s:
            self.alive = False
            return (Lost(f"reading it took longer than {patience_s:g} s"),)
        return None

    def successor(self) -> _Worker:
        """A new worker in place of this one, with the items that it has left."""
        self.stop()
        worker = _Worker(self.work)
        for item in self.items:
            worker.give(item)
        return worker

    def stop(self) -> None:
        """End the process, whatever it does."""
        self.pipe.close()
        self.process.kill()
        self.process.join()


@contextmanager
def _main_left_alone() -> Iterator[None]:
    """A process born meanwhile does not run the script that the user started once more.

    multiprocessing imports it for the sake of functions that it may define; ours are all in
    modules. So no script needs an `if __name__ == "__main__"` on our account.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _context() -> Any:
    """How processes are started: fresh, so that they inherit no threads such as a progress bar's.

    Where the system can, one fresh process imports the readers and the workers are forked from
    it, so that one in place of another is there in a few milliseconds.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["midigan.files.encoding.encode_apart", "symusic"])
    return context


def _serve(work: Callable[[Any], Any], pipe: Connection) -> None:
    """A worker's life: results for items, until the parent closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        while True:
            item = pipe.recv()
            try:
                found = work(item)
            except Exception as error:  # a defect costs one file, not all
                found = Lost(f"unexpected {type(error).__name__} while reading it: {error}")
            pipe.send(found)
