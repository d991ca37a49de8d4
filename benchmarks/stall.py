"""Takes a processor away from everybody, JACK included, for some milliseconds each second.

    python benchmarks/stall.py PROCESSOR LONGEST_MS

Bad drivers and busy hypervisors do it to all of them: run one for each. All stalls begin together
and last as long. A JACK server that misses its time overruns, and drops what was to be sent in
that period. Needs Linux and real-time priority; goes on until it is killed.
"""

from __future__ import annotations

import os
import random
import sys
import time

#: Above JACK's own threads, below the system's.
PRIORITY = 95
SHORTEST_MS = 5.0


def main() -> None:
    processor, longest_ms = int(sys.argv[1]), float(sys.argv[2])
    os.sched_setaffinity(0, {processor})
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
    while True:
        second = int(time.time()) + 1
        # The same for all of them: a processor that is left to others would serve JACK.
        until = second + random.Random(second).uniform(SHORTEST_MS, longest_ms) / 1000
        time.sleep(max(0.0, second - time.time()))
        while time.time() < until:
            pass


if __name__ == "__main__":
    main()
