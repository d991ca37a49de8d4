import numpy as np
import pytest

from midigan.controls import ATTRIBUTES
from midigan.generating.attributes import MEASURES
from midigan.layout import load_layout

BAND = load_layout("band")  # drums, bass, chords, lead


def phrase(*cells):
    """One phrase of the band with (track, bar, first step, last step, pitch) sounding."""
    found = np.zeros((1, *BAND.shape), bool)
    for track, bar, first, last, pitch in cells:
        found[0, track, bar, first : last + 1, pitch - BAND.lowest_pitch] = True
    return found


def test_every_attribute_that_can_be_turned_is_measured():
    assert tuple(MEASURES) == ATTRIBUTES


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("density", 3 / 8),  # bass, C4 and D4 in eight beats
        ("polyphony", 24 / 32),
        ("register", (40 + 61) / 2),
        ("activity", 3 / 32),  # steps 0, 4 and 9
        ("dissonance", 0.5),  # a minor sixth, then a minor seventh
    ],
)
def test_measures_are_what_is_counted_by_hand(name, expected):
    # Bass on E2 (40) with C4 (60) and then D4 (62) above it, drums on a step of their own.
    music = phrase((1, 0, 0, 15, 40), (2, 0, 0, 3, 60), (2, 0, 4, 7, 62), (0, 0, 9, 9, 36))
    assert MEASURES[name](music, BAND)[0] == pytest.approx(expected)


def test_silence_has_no_register_and_no_dissonance():
    silence = phrase()
    assert np.isnan(MEASURES["register"](silence, BAND)).all()
    assert np.isnan(MEASURES["dissonance"](silence, BAND)).all()
    for name in ("density", "polyphony", "activity"):
        assert MEASURES[name](silence, BAND)[0] == 0
