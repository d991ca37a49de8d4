"""MuseGAN's and MusPy's measures, counted by hand; every track has a pitch of its own."""

from __future__ import annotations

import numpy as np
import pytest
from by_hand import REST, layout_of, phrase

from midigan.evaluation.field import measure_field


def of(*lines, bars=1, drums=()):
    phrases = phrase(*lines, bars=bars)
    values = measure_field(phrases, layout_of(phrases, drums))
    return {name: float(value[0]) for name, value in values.items()}


def test_empty_bars_are_the_bars_in_which_nothing_sounds():
    found = of([60, REST, REST, REST], [50, 50, REST, 52], bars=2)
    assert found["empty bars, A"] == 0.5
    assert found["empty bars, B"] == 0


def test_a_held_note_fills_the_next_bar_and_is_no_note_of_it():
    found = of([60, 60, 60, REST], [50, 51, 52, 53], bars=2)
    assert found["empty bars, A"] == 0
    assert found["notes a bar, A"] == 0.5
    assert found["notes a bar, B"] == 2


def test_pitch_classes_are_counted_in_bars_that_are_not_empty():
    found = of([60, 72, 62, REST] + [REST] * 4, [50, 51, 52, 53, 50, 50, 50, 50], bars=2)
    assert found["classes a bar, A"] == 2
    assert found["classes a bar, B"] == (4 + 1) / 2


def test_pitches_used_and_their_entropy_are_of_notes():
    found = of([60, 60, 72, 60], [50, 50, 50, 50])
    assert found["pitches used"] == 3
    # 60 twice, 72 and 50 once
    assert found["pitch entropy"] == pytest.approx(1.5)


def test_polyphony_is_of_different_pitches_and_of_steps_that_sound():
    found = of([60, 60, REST, REST], [60, 50, REST, 52], [40, 41, REST, REST])
    assert found["polyphony"] == pytest.approx((2 + 3 + 1) / 3)
    assert found["polyphonic steps"] == pytest.approx(1 / 4)


def test_note_lengths_and_fragments():
    found = of([60, 60, 60, 62], [50, 50, 52, 52])
    assert found["note length"] == 2
    assert found["qualified notes"] == pytest.approx(3 / 4)
    # lengths 3, 1, 2, 2
    assert found["note-length entropy"] == pytest.approx(1.5)


def test_onsets_by_step_of_the_bar():
    found = of([60, 60, 62, 62], [50, 50, 52, 52], bars=2)
    # In each bar both notes begin on the first step.
    assert found["onset entropy"] == 0
    assert found["groove consistency"] == 1
    other = of([60, 60, 62, 64], [50, 50, 52, 52], bars=2)
    assert other["groove consistency"] == 0.5
    assert np.isnan(of([60, 62], [50, 50])["groove consistency"])


def test_parallels_by_interval():
    fifths = of([67, 69], [60, 62])
    assert (fifths["parallel fifths"], fifths["parallel octaves"]) == (1, 0)
    octaves = of([72, 74], [60, 62])
    assert (octaves["parallel fifths"], octaves["parallel octaves"]) == (0, 1)


def test_every_drum_cell_is_a_hit_and_off_the_eighths_it_counts_a_tenth():
    beat = [36, 36, 36, REST, 36, REST, REST, 36] * 2
    found = of(beat, [60] * 16, drums=(0,))
    assert found["notes a bar, A"] == 10
    # In half a bar of 16 steps: hits on 0, 2, 4 and on 1, 7.
    assert found["drum pattern"] == pytest.approx((3 + 2 * 0.1) / 5)


def test_drums_have_no_pitch():
    found = of([36, REST, 38, REST], [60, 60, 62, 62], drums=(0,))
    assert found["pitches used"] == 2
    assert "classes a bar, A" not in found
    assert "drum pattern" not in of([60, 62], [50, 52])


def test_silence_is_undefined_and_not_an_error():
    with np.errstate(all="raise"):
        found = of([REST] * 4, [REST] * 4, bars=2)
    assert found["empty bars, A"] == 1
    assert np.isnan(found["polyphony"])
    assert np.isnan(found["note length"])


def test_several_phrases_are_measured_as_they_are_alone():
    phrases = np.random.default_rng(4).random((4, 3, 2, 8, 30)) < 0.05
    layout = layout_of(phrases, drums=(1,))
    together, alone = measure_field(phrases, layout), measure_field(phrases[2:3], layout)
    for name, value in alone.items():
        assert value[0] == pytest.approx(together[name][2], nan_ok=True), name
