"""Notes that give way stay notes, and pass between those of a harmony."""

import numpy as np
import pytest

from midigan.harmony.choosing import choose
from midigan.layout import Layout, Track

ALONE = Layout("alone", (Track("Mono", mono=True),), pitches=24)
C_MAJOR = np.isin(np.arange(24) % 12, [0, 2, 4, 5, 7, 9, 11])[None]
TRIAD = np.isin(np.arange(24) % 12, [0, 4, 7])[None]


def line(*pitches, weak=()):
    """Scores of a phrase by pitch a step, None for silence; `weak` pitches are next best."""
    scores = np.full((1, *ALONE.shape), -9.0, np.float32)
    scores[..., list(weak)] = -1.0
    for step, pitch in enumerate(pitches):
        if pitch is not None:
            scores[0, 0, step // 16, step % 16, pitch] = 1.0
    return scores


def heard(phrases):
    """The pitch of each step of the only line; None for silence."""
    rows = phrases.reshape(-1, phrases.shape[-1])
    return [int(row.argmax()) if row.any() else None for row in rows]


def test_a_held_note_that_gives_way_stays_one_note():
    scores = line(*[6] * 4, *[4] * 4)
    # What is next best differs from step to step: over all of them it is 5.
    scores[0, 0, 0, :4, [4, 5, 7]] = np.array(
        [[-2, -6, -6, -2.0], [-3, -3, -3, -3], [-6, -2, -6, -6]]
    )
    assert heard(choose(scores, ALONE, C_MAJOR))[:8] == [5] * 4 + [4] * 4


@pytest.mark.parametrize(
    ("pitches", "expected"),
    [
        ([4, 4, 4, 5, 7, 7, 7, 7], [4, 4, 4, 5, 7, 7, 7, 7]),  # passes between two notes of it
        ([4, 4, 4, 5, 4, 4, 4, 4], [4, 4, 4, 5, 4, 4, 4, 4]),  # a neighbour of one
        ([4, 4, 4, 4, 5, 5, 7, 7], [4, 4, 4, 4, 4, 4, 7, 7]),  # on the beat
        ([4, 4, 5, 5, 5, 5, 5, 7], [4, 4, 4, 4, 4, 4, 4, 7]),  # as long as a beat
        ([0, 0, 0, 5, 7, 7, 7, 7], [0, 0, 0, 4, 7, 7, 7, 7]),  # reached by a leap
        ([4, 4, 4, 6, 7, 7, 7, 7], [4, 4, 4, 4, 7, 7, 7, 7]),  # not of the scale
        ([4, 4, 4, 5, None, 7, 7, 7], [4, 4, 4, 4, None, 7, 7, 7]),  # leads nowhere
        ([None, None, None, 5, 7, 7, 7, 7], [None, None, None, 4, 7, 7, 7, 7]),  # from nowhere
    ],
)
def test_a_light_note_passes_by_steps_between_notes_of_the_harmony(pitches, expected):
    found = choose(line(*pitches, weak=[4]), ALONE, TRIAD, C_MAJOR)
    assert heard(found)[:8] == expected


def test_without_passing_notes_all_are_of_the_harmony():
    found = choose(line(4, 4, 4, 5, 7, 7, 7, 7, weak=[4]), ALONE, TRIAD)
    assert heard(found)[:8] == [4, 4, 4, 4, 7, 7, 7, 7]


def test_nothing_passes_from_one_phrase_to_the_next():
    ends = line(*[4] * 31, 5, weak=[4])
    begins = line(*[7] * 32, weak=[4])
    found = choose(np.concatenate([ends, begins]), ALONE, TRIAD, C_MAJOR)
    assert heard(found[:1])[-2:] == [4, 4]
