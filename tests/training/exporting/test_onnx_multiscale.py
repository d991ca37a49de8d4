"""The graph written by hand chooses what PyTorch chooses, for any layout, in few nodes."""

import numpy as np
import onnxruntime
import pytest
import torch

from midigan.latents import Latents
from midigan.training.exporting.onnx_file import IR_VERSION, OPSET
from midigan.training.exporting.onnx_multiscale import written
from midigan.training.networks.compass import NEVER
from midigan.training.networks.multiscale import MultiscaleGenerator
from midigan.training.networks.noise import draw_noise, generator_of
from midigan.training.networks.voiced import VoicedGenerator

SHAPE = (4, 2, 16, 84)
SMALL = {"embedding": 8, "context": 12, "own": 8}
ODD_SHAPES = [(1, 1, 1, 12), (3, 1, 7, 30), (2, 3, 12, 48), (5, 4, 6, 84)]


def eager(shape, kind=MultiscaleGenerator, **options):
    """A generator all of whose weights matter, those of tables most."""
    with torch.random.fork_rng():
        torch.manual_seed(7)
        generator = kind(shape, **{**SMALL, **options}).eval()
        for weights in generator.parameters():
            weights.data += 0.1 * torch.randn_like(weights)
    return generator


def entering(generator, tracks):
    """The generator with entries learned from songs: some tracks leave no bar empty."""
    rng = torch.Generator().manual_seed(1)
    shape = (6, generator.tracks, generator.bars, generator.steps, generator.pitches)
    songs = 2.0 * (torch.rand(shape, generator=rng) < 0.02) - 1
    songs[::2, tracks, :, 0] = 1
    songs[1::2, tracks, :, -1] = 1
    generator.learn_limits(songs)
    return generator


def answers(generator, n, seed=0, far=1.0):
    """What PyTorch and what ONNX Runtime make of the same noise, times `far`."""
    model = written(generator, OPSET)
    model.ir_version = IR_VERSION
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    drawn = draw_noise(generator_of(seed, n), n, generator.tracks, torch.device("cpu"))
    noise = [far * vector for vector in drawn]
    with torch.no_grad():
        expected = generator(*noise).numpy()
    feed = dict(zip(Latents._fields, (vector.numpy() for vector in noise), strict=True))
    return expected, session.run(["phrase"], feed)[0]


@pytest.mark.parametrize("shape", ODD_SHAPES)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"frame": 1, "together": 0},
        {"frame": 4, "together": 2},
        {"frame": 1, "together": 0, "motion": 0},
    ],
)
def test_any_layout_of_mono_tracks_gives_the_same_scores(shape, options):
    expected, found = answers(eager(shape, **options), 16)
    assert found.shape == expected.shape
    assert found == pytest.approx(expected, abs=1e-4)


VOICES = {"kind": VoicedGenerator, "mono": [False, True, False, False]}


@pytest.mark.parametrize(("motion", "compass"), [(1, 0), (0, 63), (1, 20)])
@pytest.mark.parametrize(
    "options",
    [
        {"at_once": [1, 2, 1]},
        {"at_once": [3, 1], "together": 0},
        {"at_once": [4], "together": 5},
        {**VOICES, "counts": [3, 1, 2, 1], "at_once": [5, 2], "together": 2},
        {**VOICES, "counts": [2, 1, 1, 3], "at_once": [1, 3, 3]},
    ],
)
def test_tracks_and_voices_that_choose_at_once_give_the_same_scores(options, motion, compass):
    """But for a phrase where rounding decides: a height lies on the edge of two choices."""
    generator = eager(SHAPE, motion=motion, compass=compass, **options)
    songs = -torch.ones(2, *SHAPE)
    songs[..., 9:70:3] = 1
    generator.learn_limits(songs)
    expected, found = answers(generator, 8)
    wrong = np.abs(found - expected).reshape(8, -1).max(axis=1) > 1e-3
    assert wrong.sum() <= 1
    assert np.array_equal(found == NEVER, expected == NEVER)
    assert (found[~wrong] > 0).any(axis=(0, 2, 3, 4)).all()


@pytest.mark.parametrize("shape", ODD_SHAPES)
@pytest.mark.parametrize("options", [{}, {"frame": 1, "together": 0}])
def test_what_songs_never_leave_empty_sounds_in_the_graph_too(shape, options):
    generator = entering(eager(shape, **options), list(range(0, shape[0], 2)))
    assert generator.entries.cells.any()
    for level in generator.levels:
        for track in range(shape[0]):
            level.prefer(track, torch.full((shape[-1],), -4.0))
    expected, found = answers(generator, 32)
    assert found == pytest.approx(expected, abs=1e-4)
    assert (found[:, ::2] > 0).any(axis=(3, 4)).all()


@pytest.mark.parametrize("options", [{}, {"frame": 1, "together": 0}])
def test_what_songs_leave_silent_is_silent_in_the_graph_too(options):
    generator = eager((3, 2, 12, 48), **options)
    songs = torch.ones(4, *(3, 2, 12, 48))
    songs[:, 1] = -1
    generator.learn_limits(songs)
    for level in generator.levels:
        level.prefer(1, torch.full((48,), 4.0))
    expected, found = answers(generator, 32)
    assert found == pytest.approx(expected, abs=1e-4)
    assert (found > 0).any(axis=(0, 2, 3, 4)).tolist() == [True, False, True]


@pytest.mark.parametrize("n", [1, 64])
def test_choices_are_the_same_in_batches_of_any_size(n):
    expected, found = answers(eager(SHAPE, temperature=0.8), n)
    # Rounding decides where a height lies on the edge of two choices.
    wrong = np.abs(found - expected).reshape(n, -1).max(axis=1) > 1e-3
    assert wrong.sum() <= n // 32


@pytest.mark.parametrize("options", [{}, {"together": 0}])
@pytest.mark.parametrize("far", [-100.0, 100.0])
def test_the_most_extreme_noise_chooses_nothing_that_is_unlikely(options, far):
    """Heights are 1 and -1 then, and rounding must not carry choices beyond what has a share."""
    generator = eager(SHAPE, **options)
    unlikely = torch.where(torch.arange(84) < 40, 0.0, -60.0)
    for level in generator.levels:
        for track in range(4):
            level.prefer(track, unlikely)
    found = answers(generator, 64, far=far)[1]
    assert not (found[..., 40:] > 0).any()


def test_parallel_motion_never_leads_out_of_the_range():
    """Strong tables with few pitches: most goals lie outside."""
    generator = eager((3, 1, 8, 5))
    for level in generator.levels:
        for table in level.motions.values():
            table.data += 2.0
    expected, found = answers(generator, 64)
    assert found == pytest.approx(expected, abs=1e-3)


def test_the_graph_is_small():
    """What follows from constants alone is worked out when the file is opened."""
    generator = entering(MultiscaleGenerator(SHAPE).eval(), [0, 1, 2, 3])
    graph = written(generator, OPSET).graph
    fixed = {tensor.name for tensor in graph.initializer}
    for node in graph.node:
        if fixed.issuperset(node.input):
            fixed.update(node.output)
    assert sum(not fixed.issuperset(node.input) for node in graph.node) < 450
