"""Each measure on a phrase small enough to count by hand; every track has a pitch of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from by_hand import LOWEST, REST, layout_of, phrase

from midigan.evaluation import metrics, rolls
from midigan.files.aligning.meters import layout_in
from midigan.layout import load_layout


def of(metric: metrics.Metric, *lines: list[int | None], bars: int = 1) -> float:
    return float(metric(phrase(*lines, bars=bars), LOWEST)[0])


SCALE = [60, 60, 62, 62, 64, 64, 65, 65]
LOW = [48, 48, 48, 48, 47, 47, 45, 45]


def test_a_held_pitch_is_one_note_and_a_rest_starts_it_again():
    assert of(metrics.note_count, SCALE, LOW) == 4 + 3
    assert of(metrics.note_count, [60, REST, 60, 60], [50, 50, 50, 50]) == 2 + 1


def test_notes_go_on_over_the_bar_line():
    assert of(metrics.note_count, [60] * 8, [50] * 8, bars=2) == 2


def test_intervals_are_those_of_each_line():
    # moves: 2, 2, 1 above; 1, 2 below
    assert of(metrics.mean_interval, SCALE, LOW) == pytest.approx(8 / 5)
    assert of(metrics.stepwise_share, SCALE, LOW) == 1
    # moves: 12, 3 above; 7, 2 below
    wide = [60, 72, 75, 75], [50, 50, 57, 55]
    assert of(metrics.stepwise_share, *wide) == pytest.approx(1 / 4)
    assert of(metrics.leap_share, *wide) == pytest.approx(1 / 4)
    assert np.isnan(of(metrics.mean_interval, [60] * 4, [50] * 4))


def test_scale_consistency_finds_the_best_scale():
    assert of(metrics.scale_consistency, SCALE, LOW) == 1
    # C to E in semitones: no diatonic scale has more than three of the five (C D E, say)
    assert of(metrics.scale_consistency, [60, 61, 62, 63, 64]) == pytest.approx(3 / 5)


def test_pitch_classes_count_notes_whatever_the_octave():
    assert of(metrics.pitch_classes_used, [60, 72, 62, 62], [48, 48, 55, 55]) == 3
    assert of(metrics.pitch_class_entropy, [60, 60, 62, 62], [48, 48, 50, 50]) == pytest.approx(1)
    assert of(metrics.pitch_class_entropy, [60] * 4, [48] * 4) == 0


def test_pitch_classes_start_at_the_lowest_pitch():
    cells = np.zeros((1, 1, 1, 2, 12), dtype=bool)
    cells[0, 0, 0, :, 0] = True
    assert rolls.note_pitch_classes(cells, 26)[0].argmax() == 2


def test_range_is_over_all_tracks():
    assert of(metrics.pitch_range, [60, 72], [48, 50]) == 24


def test_dissonant_pairs():
    # a second with a doubled octave: (62, 60), (62, 48) dissonant, (60, 48) not
    assert of(metrics.dissonance, [62], [60], [48]) == pytest.approx(2 / 3)
    assert of(metrics.dissonance, [66], [60]) == 1
    assert of(metrics.dissonance, [67], [64], [60]) == 0
    assert np.isnan(of(metrics.dissonance, [67], [REST]))


def test_voices_cross_where_the_upper_is_below():
    assert of(metrics.voice_crossing, [60, 60, REST, 55], [57, 62, 62, 55]) == pytest.approx(1 / 3)


def test_parallels_are_same_intervals_moving_the_same_way():
    assert of(metrics.parallels, [67, 69], [60, 62]) == 1
    assert of(metrics.parallels, [72, 74], [60, 62]) == 1
    assert of(metrics.parallels, [64, 65], [60, 62]) == 0
    assert of(metrics.parallels, [67, 67], [60, 60]) == 0
    assert of(metrics.parallels, [67, 62], [60, 53]) == 0
    assert of(metrics.parallels, [67, 69], [60, 62], [48, 53]) == pytest.approx(1 / 3)


def test_onsets_off_the_beat_and_off_the_eighths():
    line = [60] * 4 + [62] * 2 + [64, 65] + [67] * 8  # starts 0, 4, 6, 7, 8
    low = [50] * 16
    assert of(metrics.offbeat_share, line, low) == pytest.approx(2 / 6)
    assert of(metrics.odd_sixteenth_share, line, low) == pytest.approx(1 / 6)


@pytest.mark.parametrize(("meter", "off"), [("3/4", 3 / 4), ("6/8", 2 / 4)])
def test_beats_are_those_of_the_meter(meter, off):
    layout = layout_in(load_layout("satb"), meter)
    phrases = np.zeros((1, *layout.shape), bool)
    phrases[0, 0, 0, [0, 2, 6, 11], [40, 41, 42, 43]] = True
    values = metrics.measure(phrases, layout)
    assert values["off the beat"] == pytest.approx([off])
    assert values["odd sixteenths"] == pytest.approx([1 / 4])


def test_tonal_distance_is_nought_for_the_same_pitch_classes():
    assert of(metrics.tonal_distance_of_tracks, [60, 62], [48, 50]) == pytest.approx(0)
    assert of(metrics.tonal_distance_of_bars, [60, 72], [48, 36], bars=2) == pytest.approx(0)
    # C and F# are opposite on the circles of fifths and minor thirds, one on that of major thirds
    assert of(metrics.tonal_distance_of_bars, [60, 66], bars=2) == pytest.approx(np.sqrt(8))
    near, far = ([60, 67], [60, 61])
    assert of(metrics.tonal_distance_of_bars, near, bars=2) < of(
        metrics.tonal_distance_of_bars, far, bars=2
    )


def test_rests_and_repeats():
    assert of(metrics.rest_share, [60, REST, REST, 62], [48] * 4) == pytest.approx(2 / 8)
    assert of(metrics.repeated_step_share, [60, 60, REST, REST], [48] * 4) == pytest.approx(5 / 6)


def test_mean_pitch_is_one_a_track():
    means = metrics.mean_pitch(phrase([60, 62], [48, 48], [REST, REST]), LOWEST)
    assert means.shape == (1, 3)
    assert means[0, :2].tolist() == [61, 48]
    assert np.isnan(means[0, 2])


def test_measure_names_every_track_and_gives_one_value_a_phrase():
    phrases = np.random.default_rng(3).random((5, 3, 2, 8, 30)) < 0.05
    values = metrics.measure(phrases, layout_of(phrases))
    assert set(values) == set(metrics.METRICS) | {"mean pitch 1", "mean pitch 2", "mean pitch 3"}
    assert all(value.shape == (5,) and value.dtype == np.float64 for value in values.values())


def test_several_phrases_are_measured_as_they_are_alone():
    phrases = np.random.default_rng(4).random((4, 3, 2, 8, 30)) < 0.05
    together, alone = (metrics.measure(part, layout_of(part)) for part in (phrases, phrases[2:3]))
    for name, value in alone.items():
        assert value[0] == pytest.approx(together[name][2], nan_ok=True)


def test_drums_are_left_out_unless_there_is_nothing_else():
    layout = load_layout("band")
    phrases = np.zeros((1, *layout.shape), bool)
    phrases[0, 0], phrases[0, 1, 0, 0, 5] = True, True
    tonal, lowest = rolls.pitched(phrases, layout)
    assert (tonal.shape[1], tonal.sum(), lowest) == (3, 1, layout.lowest_pitch)
    alone = replace(layout, tracks=layout.tracks[:1])
    assert rolls.pitched(phrases[:, :1], alone)[0].shape[1] == 1


def test_silence_is_undefined_and_not_an_error():
    with np.errstate(all="raise"):
        silence = np.zeros((2, 2, 2, 8, 30), dtype=bool)
        values = metrics.measure(silence, layout_of(silence))
    assert values["notes"].tolist() == [0, 0]
    assert values["rests"].tolist() == [1, 1]
    assert np.isnan(values["dissonance"]).all()
