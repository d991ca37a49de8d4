"""Counts of notes, by hand."""

import numpy as np
from by_hand import REST, layout_of, phrase

from midigan.evaluation.tally import Tally


def test_notes_are_counted_where_they_are():
    cells = np.concatenate(
        [
            phrase([60, 60, REST, 62], [50, 51, 51, 51]),
            phrase([72, 72, 72, 72], [REST, REST, 40, REST]),
        ]
    )
    tally = Tally.of(cells, layout_of(cells))
    assert tally.count == 2
    assert tally.phrase.tolist() == [0, 0, 0, 0, 1, 1]
    assert tally.onsets[0].tolist() == [[1, 0, 0, 1], [1, 1, 0, 0]]
    assert tally.onsets[1].tolist() == [[1, 0, 0, 0], [0, 0, 1, 0]]
    assert tally.pitches[0].nonzero()[0].tolist() == [50, 51, 60, 62]
    assert tally.pitch_classes[1, 0, 0] == tally.pitch_classes[1, 1, 4] == 1
    assert tally.lengths[0].tolist() == [[1, 1, 0, 0], [1, 0, 1, 0]]
    assert tally.lengths[1].tolist() == [[0, 0, 0, 1], [1, 0, 0, 0]]


def test_drums_are_hits_without_pitch_or_length():
    cells = phrase([36, 36, REST, REST], [60, 60, 60, 60])
    tally = Tally.of(cells, layout_of(cells, drums=(0,)))
    assert tally.onsets[0].tolist() == [[1, 1, 0, 0], [1, 0, 0, 0]]
    assert tally.pitches.sum() == tally.pitch_classes.sum() == tally.lengths.sum() == 1
