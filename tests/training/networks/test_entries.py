"""Where a track must enter, learned from songs and kept to."""

import pytest
import torch

from midigan.training.networks.coarse_to_fine import chosen_steps
from midigan.training.networks.entries import Entries
from midigan.training.networks.multiscale import MultiscaleGenerator, without_limits
from midigan.training.networks.noise import draw_noise, generator_of
from midigan.training.networks.voiced import VoicedGenerator

STEPS = 8


def songs(*bars, tracks=1):
    """-1/+1 phrases of one bar, each of whose tracks sounds on the steps that its bar names."""
    phrases = -torch.ones(len(bars), tracks, 1, STEPS, 5)
    for number, steps in enumerate(bars):
        phrases[number, :, 0, list(steps), 2] = 1
    return phrases


def learned(*bars):
    """The steps on which the track of such songs must enter if it is silent until then."""
    entries = Entries(chosen_steps(STEPS, [8, 4, 2, 1]), STEPS, 1)
    entries.learn(songs(*bars), [True])
    return entries.cells[:, 0].nonzero().flatten().tolist()


def test_a_bar_silent_until_then_enters_where_songs_do():
    assert learned([0], [0, 4], [0, 1]) == [0]
    assert learned([0], [4, 5]) == [4]
    assert learned([0], [6, 7], [4]) == [6]
    assert learned([0], [6], [2, 6]) == [6]


def test_nothing_is_learned_of_a_track_that_leaves_bars_empty():
    assert learned([0], []) == []


def test_each_bar_and_track_has_its_own_entry():
    phrases = -torch.ones(4, 2, 2, STEPS, 5)
    phrases[:, 0, 0, 0, 1] = 1
    phrases[:, 0, 1, 4, 1] = 1
    phrases[:2, 1, 0, 0, 1] = 1
    entries = Entries(chosen_steps(2 * STEPS, [8, 4, 2, 1]), STEPS, 2)
    entries.learn(phrases, [True, True])
    assert entries.cells.nonzero().tolist() == [[0, 0], [12, 0]]
    entries.learn(phrases, [False, True])
    assert not entries.cells.any()


def silent_generator(shape, kind=MultiscaleGenerator, **options):
    """A generator that wants nothing but rests."""
    with torch.random.fork_rng():
        torch.manual_seed(7)
        own = {"embedding": 8, "context": 12, "own": 8}
        generator = kind(shape, **own, **options).eval()
    inner = generator if kind is MultiscaleGenerator else generator.inner
    for level in inner.levels:
        for track in range(len(level.order)):
            level.prefer(track, torch.full((shape[-1],), -30.0))
    return generator


def sounding(generator, n=64):
    noise = draw_noise(generator_of(0), n, generator.tracks, torch.device("cpu"))
    return (generator.discretise(generator(*noise)) > 0).any(dim=-1)


@pytest.mark.parametrize("step", [0, 2, 7])
def test_a_generator_leaves_no_bar_empty_that_songs_do_not(step):
    generator = silent_generator((2, 1, STEPS, 5))
    assert not sounding(generator).any()
    phrases = songs([step], [step, 1], tracks=2)
    phrases[0, 1] = -1
    generator.learn_limits(phrases)
    found = sounding(generator)
    assert found[:, 0, 0].nonzero()[:, 1].unique().tolist() == [step]
    assert found[:, 0].any(dim=2).all()
    assert not found[:, 1].any()


def test_what_sounds_already_is_let_alone():
    generator = silent_generator((1, 1, STEPS, 5), frame=1)
    generator.levels[0].prefer(0, torch.full((5,), 30.0))
    generator.learn_limits(songs([0], [4]))
    assert sounding(generator).nonzero()[:, 3].unique().tolist() == [0]


def test_the_lowest_voice_of_a_poly_track_sees_to_it():
    generator = silent_generator((1, 1, STEPS, 5), VoicedGenerator, counts=[3], mono=[False])
    generator.learn_limits(songs([4], [0, 4]))
    assert sounding(generator).any(dim=3).all()


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (MultiscaleGenerator, {}),
        (MultiscaleGenerator, {"mono": [False, True]}),
        (VoicedGenerator, {"counts": [2, 1], "mono": [False, True]}),
    ],
)
def test_a_track_that_songs_leave_silent_is_never_heard(kind, options):
    generator = silent_generator((2, 1, STEPS, 5), kind, **options)
    inner = generator if kind is MultiscaleGenerator else generator.inner
    for level in inner.levels:
        for track in range(len(level.order)):
            level.prefer(track, torch.full((5,), 4.0))
    phrases = songs([0], [4], [], tracks=2)
    generator.learn_limits(phrases)
    assert sounding(generator).any(dim=(0, 2, 3)).tolist() == [True, True]
    phrases[:, 0] = -1
    generator.learn_limits(phrases)
    assert sounding(generator).any(dim=(0, 2, 3)).tolist() == [False, True]


def test_weights_of_before_are_read_and_those_of_other_songs_can_be_dropped():
    generator = silent_generator((1, 1, STEPS, 5))
    generator.learn_limits(songs([0]))
    generator.entries.never[:] = True
    old = without_limits(generator.state_dict())
    assert len(old) == len(generator.state_dict()) - 3
    generator.load_state_dict(old)
    assert not generator.entries.cells.any()
    assert not generator.entries.never.any()
