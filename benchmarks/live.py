"""How well `midigan live` keeps time: starting and sending beside its peers, following, leading.

    pip install -e '.[benchmark,test,link]'      and, for most tables, Debian's jackd2
    python benchmarks/live.py [starting] [sending] [receiving] [following] [leading] [link] [chords]
                              [--sixteenths 1000] [--busy 2]

Each table says in its own file what it measures: live_start.py, live_sending.py, live_heard.py
(receiving, link), live_clock.py (following, leading) and live_chords.py.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "live")]

from live_chords import measure_chords  # noqa: E402
from live_clock import measure_following, measure_leading  # noqa: E402
from live_heard import measure_link, measure_receiving  # noqa: E402
from live_sending import measure_sending  # noqa: E402
from live_start import measure_starting  # noqa: E402


def be_first() -> None:
    """Let this process's JACK clients be as punctual as a DAW, but not what it starts."""
    with contextlib.suppress(OSError, AttributeError):
        policy = os.SCHED_FIFO | os.SCHED_RESET_ON_FORK
        os.sched_setscheduler(0, policy, os.sched_param(65))


def hush_jack() -> None:
    """Looking whether a server is up writes to standard error while it is not."""
    with contextlib.suppress(ImportError, OSError):
        import jack

        jack.set_error_function(lambda _: None)


def main() -> None:
    parser = argparse.ArgumentParser(description="How well live keeps time.")
    tables = ["starting", "sending", "receiving", "following", "leading", "link", "chords"]
    parser.add_argument("tables", nargs="*", default=tables)
    parser.add_argument("--sixteenths", type=int, default=1000)
    parser.add_argument("--busy", type=int, default=2)
    options = parser.parse_args()
    measures: Sequence[Callable[[], None]] = (
        measure_starting,
        lambda: measure_sending(options.sixteenths, options.busy),
        measure_receiving,
        measure_following,
        measure_leading,
        measure_link,
        measure_chords,
    )
    hush_jack()
    be_first()
    for table, measure in zip(tables, measures, strict=True):
        if table in options.tables:
            measure()


if __name__ == "__main__":
    main()
