"""Tracks choose among the pitches that hold most of what songs play."""

import pytest
import torch

from midigan.training.networks.compass import NEVER, Compass
from midigan.training.networks.multiscale import MultiscaleGenerator, without_limits
from midigan.training.networks.noise import draw_noise, generator_of
from midigan.training.networks.voiced import VoicedGenerator

SHAPE = (2, 1, 8, 12)


def songs(*pitches):
    """A song for each pitch of each track, -1 and +1."""
    found = -torch.ones(len(pitches), *SHAPE)
    for song, own in enumerate(pitches):
        for track, pitch in enumerate(own):
            found[song, track, :, :, pitch] = 1
    return found


def scores(generator, n=64):
    noise = draw_noise(generator_of(0), n, generator.tracks, torch.device("cpu"))
    with torch.no_grad():
        return generator(*noise)


@pytest.mark.parametrize(
    ("pitches", "found"),
    [
        ([(3, 5)], range(3, 7)),  # in the middle of what would do
        ([(0, 1)], range(4)),
        ([(11, 10)], range(8, 12)),
        ([(0, 8), (8, 9), (10, 11)], range(8, 12)),  # one note of six is outside
    ],
)
def test_it_holds_most_notes_of_all_tracks(pitches, found):
    compass = Compass(12, 4)
    assert compass.inside() == range(12)
    assert not compass.outside().any()
    compass.learn(songs(*pitches))
    assert compass.inside() == found
    assert [i for i, out in enumerate(compass.outside().tolist()) if not out] == list(found)


@pytest.mark.parametrize("size", [-1, 13, 2.5])
def test_what_is_no_number_of_pitches_is_refused(size):
    with pytest.raises(ValueError, match=rf"0 \(all\) to 12 pitches, not {size}"):
        Compass(12, size)


@pytest.mark.parametrize("size", [0, 12])
def test_a_compass_of_all_pitches_learns_nothing(size):
    compass = Compass(12, size)
    compass.learn(songs((0, 1)))
    assert compass.inside() == range(12)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (MultiscaleGenerator, {}),
        (MultiscaleGenerator, {"mono": [True, False]}),
        (VoicedGenerator, {"counts": [1, 2], "mono": [True, False]}),
    ],
)
def test_what_lies_outside_is_never_played(kind, options):
    torch.manual_seed(0)
    generator = kind(SHAPE, **options, embedding=8, context=12, own=8, compass=5).eval()
    before = scores(generator)
    assert (before > 0).any(dim=(0, 1, 2, 3)).all()
    generator.learn_limits(songs((2, 3), (4, 6)))
    found = scores(generator)
    assert (found[..., 2:7] > 0).any(dim=(0, 1, 2, 3)).all()
    assert (found[..., :2] == NEVER).all()
    assert (found[..., 7:] == NEVER).all()


def test_that_of_other_songs_can_be_dropped_and_weights_of_before_have_none():
    generator = MultiscaleGenerator(SHAPE, compass=5)
    generator.learn_limits(songs((2, 3)))
    known = generator.state_dict()
    other = MultiscaleGenerator(SHAPE, compass=5)
    other.load_state_dict(known)
    assert other.compass.inside() == generator.compass.inside() == range(1, 6)
    other.load_state_dict(without_limits(known))
    assert other.compass.inside() == range(12)
