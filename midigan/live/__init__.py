"""Playing in time: the only room with ports, threads and clocks."""
