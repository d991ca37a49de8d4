"""A song such as phase finding must understand: piano and voice, its bar lines to be heard."""

import numpy as np

from midigan.files.score import TICK_METER, TICK_TEMPO, Score, SourceTrack, tick_notes

#: Roots of the chords, one a bar.
ROOTS = (48, 45, 41, 43, 40, 45, 50, 43)


def ballad(shift=0, *, bars=32, beats=4, ppq=480, meters=((0, 1, 4),), drums=False):
    """A score whose first bar line is at tick `shift`: bass and chords, and a melody over them."""
    rows = []
    for bar in range(bars):
        root = ROOTS[bar % len(ROOTS)] + (12 if bar % 3 else 0)
        at = bar * beats * 4
        rows += [(at, 4 * beats, 0, root, 100), (at, 8, 0, root + 16, 90)]
        chord = (root + 12, root + 16)
        rows += [(at + 4 * beat, 3, 0, note, 40) for beat in range(1, beats) for note in chord]
        rows += [(at + 4 * i + 2, 2, 1, root + 24 + 2 * i, 70) for i in range(1, beats)]
        rows += [(at + 4 * beat, 1, 2, 38, 120) for beat in (1, 3) if drums]
    sixteenth = ppq // 4
    start, length, source, pitch, velocity = np.array(rows, np.int64).T
    tracks = (SourceTrack("piano"), SourceTrack("voice"), SourceTrack("kit", drum=True))
    return Score(
        ppq,
        tracks[: 2 + drums],
        tick_notes(start * sixteenth + shift, length * sixteenth, source, pitch, velocity),
        np.array([(0, 90.0), (shift + 4 * ppq, 60.0)], TICK_TEMPO),
        np.array(list(meters), TICK_METER),
    )
