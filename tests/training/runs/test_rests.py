"""Rests: what is counted of silence, and that a generator comes to songs' share of it."""

import pytest
import torch

from midigan.training.networks.multiscale import MultiscaleGenerator
from midigan.training.runs.moments import draw
from midigan.training.runs.rests import match_rests, seen, sparing, turns

SHAPE = (2, 1, 8, 6)


def seeded(**options):
    with torch.random.fork_rng():
        torch.manual_seed(7)
        sizes = {"embedding": 8, "context": 12, "own": 8, "frame": 2, "together": 1}
        return MultiscaleGenerator(SHAPE, **{**sizes, **options}).eval()


def phrases(*tracks):
    """One phrase of tracks, in which x sounds and . is silent."""
    cells = -torch.ones(1, len(tracks), 1, len(tracks[0]), 6)
    for track, line in enumerate(tracks):
        for step, sign in enumerate(line):
            cells[0, track, 0, step, 3] = 1 if sign == "x" else -1
    return cells


def test_silence_is_counted_by_what_its_choice_hears():
    found = list(turns(seeded(), phrases("xx.xx.xx", "xxxx.xx.")))
    # Three levels: steps 0 and 4, 2 and 6, and the odd ones, chosen at once.
    assert [(turn.turn, turn.track) for turn in found] == [(0, 1), (1, 0)] * 3
    assert found[0].sounds.tolist() == [[True, False]]
    # The upper track hears whether the lower one, which has chosen, sounds; later levels hear
    # their own steps on both sides, and after the last one nothing sounds.
    heard = [[0, 0]], [[1, 0]], [[1, 0]], [[1, 1]], [[2, 1, 1, 1]], [[1, 1, 2, 1]]
    assert tuple(turn.heard.tolist() for turn in found) == heard
    assert [turn.rows for turn in found] == [(), (0,), (0, 1), (2,), (0, 1), (0, 1)]
    assert seen(found[4]).tolist() == [0, 3, 1]


def holes(made):
    """Shares of the cells where one track rests alone, and where both do."""
    silent = ~(made > 0).any(dim=-1).flatten(2)
    both = silent.all(dim=1)
    return float((silent.any(dim=1) & ~both).float().mean()), float(both.float().mean())


def songs_that_pause():
    """Songs in which both rest in a quarter of the phrases' halves, and never one alone."""
    quiet = torch.rand(512, 2, generator=torch.Generator().manual_seed(3)) < 0.25
    songs = torch.full((512, *SHAPE), -1.0)
    songs[..., 2] = torch.where(quiet.repeat_interleave(4, dim=1), -1.0, 1.0)[:, None, None]
    return songs


@pytest.mark.parametrize("together", [0, 1])
def test_tracks_learn_to_rest_together_and_not_alone(together):
    generator = seeded(together=together)
    alone, _ = holes(draw(generator, 512, 2))
    match_rests(generator, songs_that_pause(), 16)
    fewer, both = holes(draw(generator, 512, 2))
    assert fewer < alone / 2
    assert abs(both - 0.25) < 0.1


@pytest.mark.parametrize("together", [0, 1])
def test_all_pause_as_often_as_a_share_of_the_songs_asks(together):
    found = {}
    for share in (1.0, 0.4):
        generator = seeded(together=together)
        songs = songs_that_pause()
        match_rests(generator, songs[sparing(songs, share)], 16)
        found[share] = holes(draw(generator, 1024, 2))[1]
    assert 0.4 < found[0.4] / found[1.0] < 0.75


def test_of_phrases_that_pause_a_share_is_kept_evenly_and_all_others():
    both, one = phrases("xxxx.xxx", "xx.x.xxx"), phrases("xxxx.xxx", "xx.xxxxx")
    songs = torch.cat([both, both, one, both, both, one])
    assert sparing(songs, 1.0).tolist() == [True] * 6
    assert sparing(songs, 0.5).tolist() == [False, True, True, False, True, True]
    assert sparing(songs, 0.25).tolist() == [False, False, True, False, True, True]
