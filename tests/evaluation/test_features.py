"""Histograms of a phrase, found again in the row of features."""

import numpy as np
import pytest
from by_hand import REST, layout_of, phrase

from midigan.evaluation.features import histograms


def parts(cells, **how):
    """The row of features cut up again: tracks of 12, 25, 12, steps; and lengths."""
    tracks, steps = cells.shape[1], cells.shape[2] * cells.shape[3]
    row = histograms(cells, layout_of(cells, **how))[0]
    sizes = [tracks * 12, tracks * 25, tracks * 12, tracks * steps, steps]
    assert len(row) == sum(sizes)
    cut = np.split(row, np.cumsum(sizes)[:-1])
    return [
        part.reshape(-1, each) for part, each in zip(cut, (12, 25, 12, steps, steps), strict=True)
    ]


def test_each_histogram_is_of_its_track():
    classes, moves, together, onsets, lengths = parts(
        phrase([60, 60, 64, 62], [50, 50, 50, REST], [43, 43, 43, 43])
    )
    assert classes[0, [0, 2, 4]] == pytest.approx(1 / 3)
    assert (classes[1, 2], classes[2, 7]) == (1, 1)
    assert (moves[0, 12 + 4], moves[0, 12 - 2], moves[1].sum()) == (0.5, 0.5, 0)
    # A over B: 10, 10, 14 semitones; B over C: 7; all pairs: those and A over C: 17, 17, 21, 19.
    assert together[0, [10, 2]] == pytest.approx([2 / 3, 1 / 3])
    assert together[1, 7] == 1
    assert together[2, [10, 2, 7, 5, 9]] == pytest.approx(np.array([2, 1, 4, 2, 1]) / 10)
    assert onsets.tolist() == [[1, 0, 1, 1], [1, 0, 0, 0], [1, 0, 0, 0]]
    assert lengths[0] == pytest.approx([2 / 5, 1 / 5, 1 / 5, 1 / 5])


def test_wide_moves_count_as_octaves_and_silence_is_nought():
    assert parts(phrase([60, 80, 50]))[1][0, [0, 24]].tolist() == [0.5, 0.5]
    assert not histograms(phrase([REST] * 4), layout_of(phrase([REST] * 4))).any()
