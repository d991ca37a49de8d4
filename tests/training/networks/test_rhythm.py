"""Rhythm: counted numbers of real phrases are standard normal, apart, and those of a style."""

import pytest
import torch

from midigan.training.networks.coarse_to_fine import chosen_steps
from midigan.training.networks.multiscale import MultiscaleGenerator
from midigan.training.networks.rhythm import KEPT, Rhythm
from midigan.training.networks.voiced import VoicedGenerator

LENGTH, TRACKS, PITCHES = 8, 2, 6
ORDER = chosen_steps(LENGTH, [4, 2, 1])


def songs(n=600, seed=1):
    """Cells of 0 and 1 of songs that mostly hold their pitches: half never move between beats."""
    rng = torch.Generator().manual_seed(seed)
    busy = torch.rand(n, 1, 1, generator=rng) < 0.5
    pitch = torch.randint(PITCHES + 1, (n, LENGTH, TRACKS), generator=rng)
    odd = (torch.arange(LENGTH) % 2 == 1)[None, :, None]
    pitch = torch.where(odd & ~busy, pitch.roll(1, dims=1), pitch)
    return torch.nn.functional.one_hot(pitch, PITCHES + 1)[..., 1:].float()


def learned(cells):
    rhythm = Rhythm(ORDER, TRACKS, PITCHES)
    rhythm.learn(cells)
    return rhythm


def test_what_begins_on_each_finer_level_and_what_is_silent_is_counted():
    line = torch.tensor([1, 1, 2, 3, 0, 0, 3, 3])
    cells = torch.nn.functional.one_hot(line, PITCHES + 1)[None, :, None, 1:].float()
    rhythm = Rhythm(ORDER, 1, PITCHES)
    # New on steps 0, 2, 3 and 6: two of the steps 2 and 6, one of the odd ones; 4 and 5 are silent.
    assert rhythm.counts(cells).tolist() == [[2, 1, 2]]


def test_the_numbers_of_songs_are_standard_normal_and_apart():
    cells = songs()
    numbers = learned(cells)(cells)
    assert numbers.shape == (600, 3)
    assert numbers.mean(dim=0).abs().max() < 0.05
    assert (torch.cov(numbers.T) - torch.eye(3)).abs().max() < 0.05


def test_they_are_the_same_where_products_are_rounded():
    cells = songs()
    rhythm = learned(cells)
    exact = rhythm(cells)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(rhythm(cells), exact)


def test_more_of_it_is_a_higher_number():
    cells = songs()
    rhythm = learned(cells)
    odd = rhythm.counts(cells)[:, 1]
    first, last = rhythm(cells)[odd == odd.min(), 1], rhythm(cells)[odd >= 8, 1]
    assert first.mean() < -0.5
    assert last.mean() > 0.8


@pytest.mark.parametrize("rhythm", [0, 1])
def test_a_style_says_it_in_its_first_numbers_if_asked(rhythm):
    shape = (TRACKS, 1, LENGTH, PITCHES)
    sizes = {"embedding": 8, "context": 12, "own": 8}
    generator = MultiscaleGenerator(shape, rhythm=rhythm, **sizes)
    cells = songs(64)
    phrases = (cells * 2 - 1).transpose(1, 2).unflatten(2, (1, LENGTH))
    generator.learn_rhythms(phrases)
    mean, deviation = generator.reader(cells)
    assert mean.shape == deviation.shape == (64, 32)
    known = generator.reader.rhythm
    assert (known is not None) == bool(rhythm)
    if known is not None:
        assert torch.equal(mean[:, : known.numbers], KEPT * known(cells))
    loss = generator.likelihood_loss(phrases, torch.Generator().manual_seed(1))
    assert loss.isfinite()


def test_voices_of_poly_tracks_have_a_rhythm_too():
    generator = VoicedGenerator((1, 1, LENGTH, PITCHES), [2], [False], rhythm=1)
    before = generator.inner.reader.rhythm.shares.clone()
    generator.learn_rhythms((songs(32).amax(dim=2) * 2 - 1)[:, None, None])
    assert not torch.equal(before, generator.inner.reader.rhythm.shares)
