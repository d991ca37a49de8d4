from dataclasses import replace

import numpy as np
import pytest
from ballad import ballad

from midigan.files.aligning.accents import accents, lengths_in_beats, sums_by_song
from midigan.files.aligning.heard import Heard, find_grids
from midigan.files.aligning.phase import fold, folded, phases_on
from midigan.files.score import tick_notes

PPQ = 480
SHIFTS = [0, 1, 37, 119, 120, 240, 345, 360, 480, 777, 960, 1440, 1919, 1920, 5003]


def find_phase(score, beats=None):
    heard = Heard.of([score])
    return phases_on(heard, find_grids(heard), [beats])[0]


def grid_of(score):
    (grid,) = find_grids(Heard.of([score]))
    return grid


@pytest.mark.parametrize("ppq", [480, 96, 24])
@pytest.mark.parametrize("beats", [4, 3])
@pytest.mark.parametrize("shift", SHIFTS)
def test_beats_and_bar_lines_are_found_wherever_the_file_begins(shift, beats, ppq):
    shift = shift * ppq // 480
    phase = find_phase(ballad(shift, beats=beats, bars=48, ppq=ppq))
    assert phase.beats == beats
    assert phase.beat_tick == shift % ppq
    assert phase.bar_tick == shift % (beats * ppq)
    assert phase.beat_confidence > 0.9
    assert phase.bar_confidence > 0.9


@pytest.mark.parametrize(("shift", "own"), [(0, True), (480, False), (960, False), (60, False)])
def test_how_likely_the_files_own_bar_lines_are(shift, own):
    phase = find_phase(ballad(shift))
    assert (phase.own_confidence > 0.9) == own
    assert own or phase.own_confidence < 0.01
    assert grid_of(ballad(shift)).in_place == (shift % 120 == 0)


def test_notes_a_little_early_or_late_are_in_place():
    rng = np.random.default_rng(1)
    score = ballad(4 * PPQ)
    score.notes["start"] += rng.integers(-6, 7, len(score.notes))
    phase, grid = find_phase(score), grid_of(score)
    assert grid.in_place
    assert grid.share > 0.9
    assert abs((phase.bar_tick + 960) % 1920 - 960) <= 3


def test_a_first_note_before_the_first_sixteenth_of_the_grid():
    score = ballad(100)
    early = score.notes[:1].copy()
    early["start"] = 0
    phase = find_phase(replace(score, notes=np.concatenate([early, score.notes])))
    assert (phase.beat_tick, phase.bar_tick) == (100, 100)


def test_music_without_a_grid_has_few_notes_on_any():
    score = ballad()
    score.notes["start"] = np.random.default_rng(2).integers(0, 1 << 18, len(score.notes))
    assert grid_of(score).share < 0.3


def test_the_meter_can_be_told():
    assert find_phase(ballad(beats=4), beats=3).beats == 3
    # Eight bars are too few to hear a meter in.
    assert find_phase(ballad(beats=3, bars=8)).beats == 4
    assert find_phase(ballad(PPQ, beats=3, bars=8), beats=3).bar_tick == PPQ


def test_drums_are_heard_only_alone():
    with_drums, without = ballad(700, drums=True), ballad(700)
    assert find_phase(with_drums) == find_phase(without)
    alone = replace(with_drums, notes=with_drums.notes[with_drums.notes["source"] == 2])
    # Two and four are all there is: beats are clear, bars are not.
    assert find_phase(alone).beat_tick == 700 % PPQ


def test_notes_hours_later_cost_nothing():
    score = ballad(100)
    far = tick_notes(np.array([2**40]), np.array([PPQ]), 0, np.array([60]), 80)
    late = replace(score, notes=np.concatenate([score.notes, far]))
    found, expected = find_phase(late), find_phase(score)
    assert (found.beat_tick, found.bar_tick) == (expected.beat_tick, expected.bar_tick)
    assert len(Heard.of([late]).start) == len(score.notes)


def test_each_accent_is_a_sign_of_its_own():
    score = ballad(bars=16)
    heard = Heard.of([score])
    position, length = heard.positions([0]), lengths_in_beats(heard)
    for weights in np.eye(4):
        assert fold(accents(position, length, heard, weights).of_song(0), 4).argmax() == 0


def test_silence_between_beats_has_no_accents():
    score = ballad(bars=16)
    heard = Heard.of([score])
    position = np.full(len(score.notes), 2)
    assert not accents(position, lengths_in_beats(heard), heard).of_song(0).any()


def test_folding_pads_the_last_bar():
    assert fold(np.array([1.0, 2, 3, 4, 5]), 4).tolist() == [3, 1, 1.5, 2]


def test_accents_of_many_songs_are_folded_and_summed_like_those_of_each():
    heard = Heard.of([ballad(bars=7), ballad(beats=3, bars=5), ballad(bars=1), ballad(bars=33)])
    position = heard.positions([0, 0, 0, 0])
    found = accents(position, lengths_in_beats(heard), heard)
    each = [found.of_song(i) for i in range(4)]
    assert found.counts.tolist() == [len(own) for own in each]
    assert len(each[1]) % 4
    sums = sums_by_song(found.strength, found.first, found.counts)
    assert sums.tolist() == pytest.approx([own.sum() for own in each])
    beats = [4, 3, 4, 4]
    alone = [fold(own, n).tolist() for own, n in zip(each, beats, strict=True)]
    for many, one in zip(folded(found, beats), alone, strict=True):
        assert many == pytest.approx(one)


def test_many_songs_are_heard_as_each_one_alone():
    rng = np.random.default_rng(3)
    late = ballad(345, bars=5)
    late.notes["start"] += 2**30
    short = ballad(60, bars=2)
    short = replace(short, notes=short.notes[:1])
    free = ballad(bars=9)
    free.notes["start"] += rng.integers(0, 300, len(free.notes))
    hits = ballad(700, drums=True)
    hits = replace(hits, notes=hits.notes[hits.notes["source"] == 2])
    songs = [ballad(100, beats=3), late, short, hits, free, ballad(7, drums=True, ppq=96)]
    heard = Heard.of(songs)
    grids = find_grids(heard)
    assert grids == [grid_of(song) for song in songs]
    beats = [None, 3, None, None, 4, None]
    alone = [find_phase(song, own) for song, own in zip(songs, beats, strict=True)]
    assert phases_on(heard, grids, beats) == alone
    some = [4, 1, 3]
    grids, beats = [grids[i] for i in some], [beats[i] for i in some]
    assert phases_on(heard.only(some), grids, beats) == [alone[i] for i in some]
