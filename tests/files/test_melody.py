import numpy as np

from midigan.files.melody import melody_key
from midigan.song import NOTE


def notes(*rows):
    return np.array([(start, 4, track, pitch, 80) for start, track, pitch in rows], NOTE)


TUNE = notes((0, 0, 60), (4, 0, 62), (4, 1, 40), (8, 0, 64), (12, 0, 60))


def test_a_transposed_tune_in_another_rhythm_has_the_same_key():
    moved = TUNE.copy()
    moved["pitch"] += 5
    moved["start"] *= 2
    assert melody_key(moved) == melody_key(TUNE) == (2, 2, -4)


def test_pitches_struck_again_and_chords_below_do_not_matter():
    more = notes((0, 0, 60), (2, 0, 60), (4, 0, 62), (4, 0, 55), (8, 0, 64), (12, 0, 60))
    assert melody_key(more) == melody_key(TUNE)


def test_only_the_beginning_and_only_the_track_counts():
    assert melody_key(TUNE, intervals=2) == (2, 2)
    assert melody_key(TUNE, track=1) == ()
    assert melody_key(TUNE[:0]) == ()
