import os
from dataclasses import replace

import numpy as np
import pytest
from ballad import ballad

from midigan.files.aligning.align import align, aligned
from midigan.files.opening.read import read_scores
from midigan.files.readers.piece import read_piece
from midigan.files.writers import corpora
from midigan.files.writers.corpora import CORPORA
from midigan.files.writers.piece_midi import write_piece

BAR = 1920


@pytest.mark.parametrize("shift", [60, 345, 480, 1500, 5003, 9 * BAR + 20])
@pytest.mark.parametrize("meters", [(), ((0, 1, 4),), ((0, 4, 4), (BAR, 1, 4))])
def test_shifted_music_begins_on_a_bar_line(shift, meters):
    score = ballad(shift, meters=meters)
    moved = align(score)
    assert moved.heard is not None
    assert moved.notes["start"].tolist() == (score.notes["start"] - shift).tolist()
    assert moved.notes[["length", "pitch"]].tolist() == score.notes[["length", "pitch"]].tolist()
    assert moved.meters.tolist() == [(0, 4, 4)]
    assert moved.tempos.tolist() == [(0, 90), (4 * 480, 60)]


def test_a_meter_that_is_none_is_still_named_where_bars_move():
    moved = align(ballad(345, meters=((0, 4, 0),)))
    assert moved.heard is not None
    assert moved.warnings == ("a meter that is none was ignored",)


def test_four_four_is_moved_where_it_was_played():
    assert align(ballad(330, meters=((0, 4, 4),))).notes["start"].min() == 0
    written = ballad(480, meters=((0, 4, 4),))
    assert align(written) is written
    played = ballad(480, meters=((0, 4, 4),))
    played.notes["start"][-1] += 30
    assert align(played).notes["start"].min() == 0


def test_three_four_stays_three_four():
    for meters in ((), ((0, 3, 4),)):
        moved = align(ballad(100, beats=3, bars=40, meters=meters))
        assert moved.heard.beats == 3
        assert moved.meters.tolist() == [(0, 3, 4)]
        assert moved.notes["start"].min() == 0


def test_a_pickup_stays_before_its_bar_line_and_silence_is_less_than_a_bar():
    score = ballad(5 * BAR + 345)
    pickup = score.notes[:1].copy()
    pickup["start"] = 5 * BAR + 345 - 480
    moved = align(replace(score, notes=np.concatenate([pickup, score.notes])))
    assert moved.notes["start"][:2].tolist() == [BAR - 480, BAR]


def test_the_tempo_before_the_first_bar_line_holds_there():
    score = ballad(3 * BAR + 60)
    phase = align(score).heard
    late = replace(score, tempos=score.tempos[1:])
    assert aligned([late], [phase])[0].tempos.tolist() == [(BAR, 60)]
    early = replace(score, tempos=np.array([(0, 50), (9, 70), (BAR, 80)], score.tempos.dtype))
    assert aligned([early], [phase])[0].tempos.tolist() == [(0, 80)]


@pytest.mark.parametrize("meters", [(), ((0, 1, 4),), ((0, 4, 4),), ((0, 3, 4),), ((0, 6, 8),)])
def test_what_begins_on_a_bar_line_is_the_same_score(meters):
    score = ballad(0, meters=meters)
    assert align(score) is score
    assert align(ballad(4 * BAR, meters=meters)).heard is None


@pytest.mark.parametrize(
    "score",
    [
        ballad(480, meters=((0, 4, 4),), drums=True),
        ballad(480, meters=((0, 6, 8),)),
        ballad(480, meters=((0, 3, 4), (3 * 480, 4, 4))),
        ballad(345, bars=1),
    ],
    ids=["drums", "another meter", "several meters", "hardly any notes"],
)
def test_the_file_is_believed(score):
    assert align(score) is score


def test_music_without_a_grid_is_left_alone():
    score = ballad(345)
    score.notes["start"] = np.random.default_rng(2).integers(0, 1 << 18, len(score.notes))
    assert align(score) is score


def test_chorales_stay_as_they_are_with_their_pickups(tmp_path):
    corpus = CORPORA["chorales"]
    files = sorted(corpora.corpus_files(corpus, corpora.corpus_folder()).items())
    every = 1 if os.environ.get("MIDIGAN_REAL_PARTS") == "1" else 60
    for name, path in files[::every]:
        piece = read_piece(path, name)
        if len(piece.voices) == len(corpus.voices):
            target = tmp_path / f"{name}.mid"
            write_piece(piece, target, corpus.voices, corpus.programs, corpus.tempo_bpm)
            ((_, score),) = read_scores(target)
            assert align(score) is score, name
