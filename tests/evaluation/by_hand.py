"""Phrases small enough to count by hand, from a MIDI pitch a step for each track."""

from __future__ import annotations

import numpy as np

from midigan.layout import Layout, Track

LOWEST = 24
REST = None


def phrase(*lines: list[int | None], bars: int = 1, pitches: int = 84) -> np.ndarray:
    """One phrase, `(1, tracks, bars, steps, pitches)`."""
    steps = len(lines[0]) // bars
    cells = np.zeros((1, len(lines), bars, steps, pitches), dtype=bool)
    for track, line in enumerate(lines):
        for step, pitch in enumerate(line):
            if pitch is not REST:
                cells[0, track, step // steps, step % steps, pitch - LOWEST] = True
    return cells


def layout_of(phrases: np.ndarray, drums: tuple[int, ...] = ()) -> Layout:
    """A layout of the phrases' shape, its tracks called A, B, C ..."""
    _, tracks, bars, steps, pitches = phrases.shape
    names = "ABCDEFGH"[:tracks]
    return Layout(
        "hand",
        tuple(Track(name, drum=i in drums) for i, name in enumerate(names)),
        bars=bars,
        steps=steps,
        lowest_pitch=LOWEST,
        pitches=pitches,
    )
