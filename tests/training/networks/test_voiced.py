"""Poly tracks as voices: what they play, which noise they hear, and that chords stay together."""

import numpy as np
import onnxruntime
import pytest
import torch

from midigan.latents import Latents
from midigan.training.exporting.onnx_file import IR_VERSION, OPSET
from midigan.training.exporting.onnx_multiscale import written
from midigan.training.networks.noise import draw_noise, generator_of
from midigan.training.networks.voiced import VoicedGenerator, rotation, voices_of
from midigan.training.runs.moments import match_moments

SMALL = {"embedding": 8, "context": 16, "own": 8}


def seeded(shape=(3, 2, 4, 24), counts=(4, 1, 4), **options):
    with torch.random.fork_rng():
        torch.manual_seed(7)
        mono = [count == 1 for count in counts]
        return VoicedGenerator(shape, counts, mono, **{**SMALL, **options}).eval()


def noise(generator, n, seed=0):
    return draw_noise(generator_of(seed, n), n, generator.tracks, torch.device("cpu"))


def sounding(*pitches):
    cells = -torch.ones(12)
    cells[list(pitches)] = 1
    return cells


@pytest.mark.parametrize(
    ("chord", "voices"),
    [
        ((), ((), (), ())),
        ((5,), ((5,), (), ())),
        ((0, 4), ((0,), (4,), ())),
        ((0, 4, 11), ((0,), (4,), (11,))),
        ((0, 4, 7, 9, 11), ((0,), (4,), (11,))),
    ],
)
def test_voices_sound_from_the_lowest_up_and_inner_pitches_are_left_out(chord, voices):
    found = voices_of(sounding(*chord), 3)
    for own, expected in zip(found, voices, strict=True):
        torch.testing.assert_close(own, sounding(*expected))


def test_tracks_are_what_their_voices_are_together():
    generator = seeded()
    phrases = generator.discretise(generator(*noise(generator, 16)))
    parts = generator.parted(phrases)
    assert parts.shape == (16, 9, 2, 4, 24)
    torch.testing.assert_close(generator._joined(parts), phrases)


def test_the_noise_of_a_tracks_melody_reaches_each_of_its_voices_in_its_own_way():
    generator = seeded()
    melody = noise(generator, 1)[2]
    own = generator._own(melody)
    for voice, track in enumerate(generator.track_of):
        torch.testing.assert_close(own[0, voice].norm(), melody[0, track].norm())
    assert torch.equal(own[0, 4], melody[0, 1])
    assert (own[0, 0] - own[0, 1]).abs().max() > 0.1
    torch.testing.assert_close(rotation(3, 32) @ rotation(3, 32).T, torch.eye(32))


def test_pitches_of_a_chord_are_chosen_together():
    """Two triads that share no pitch: chosen apart, their pitches would mix."""
    chords = [(0, 4, 7), (2, 5, 9)]
    phrases = torch.stack([sounding(*chord) for chord in chords]).reshape(2, 1, 1, 1, 12)
    phrases = phrases.expand(-1, -1, -1, 4, -1)
    generator = seeded((1, 1, 4, 12), (3,), dropout=0.0, temperature=1.0).train()
    optimizer = torch.optim.Adam(generator.parameters(), 0.02)
    for step in range(150):
        loss = generator.likelihood_loss(phrases, torch.Generator().manual_seed(step))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    generator.eval()
    with torch.no_grad():
        played = generator.discretise(generator(*noise(generator, 200)))[:, 0, 0, 0]
    each = [(played == sounding(*chord)).all(dim=1).float().mean().item() for chord in chords]
    assert sum(each) > 0.95
    assert min(each) > 0.1


def test_it_can_be_calibrated():
    generator = seeded((1, 1, 4, 12), (3,))
    phrases = sounding(0, 4, 7).expand(8, 1, 1, 4, 12)
    before = [part.values.detach().clone() for part in generator.countable()]
    match_moments(generator, phrases, rounds=2)
    assert any(
        not torch.equal(old, part.values)
        for old, part in zip(before, generator.countable(), strict=True)
    )


@pytest.mark.parametrize("shape", [(3, 2, 4, 24), (3, 1, 7, 30)])
@pytest.mark.parametrize("options", [{}, {"together": 0, "counts": (2, 1, 1)}])
def test_the_graph_written_by_hand_plays_the_same(shape, options):
    generator = seeded(shape, **options)
    for weights in generator.parameters():
        weights.data += 0.1 * torch.randn(weights.shape, generator=generator_of(1))
    model = written(generator, OPSET)
    model.ir_version = IR_VERSION
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    given = noise(generator, 16)
    with torch.no_grad():
        expected = generator(*given).numpy()
    feed = dict(zip(Latents._fields, (vector.numpy() for vector in given), strict=True))
    (found,) = session.run(["phrase"], feed)
    # Rounding decides where a height lies on the edge of two choices.
    wrong = np.abs(found - expected).reshape(16, -1).max(axis=1) > 1e-3
    assert wrong.sum() <= 1
