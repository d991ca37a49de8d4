"""The multiscale generator: any size, what each input means, and that it learns by example."""

import math

import pytest
import torch
from pattern import distance, pattern_set, tiny_layout
from torch.utils.flop_counter import FlopCounterMode

from midigan.training.networks.chance import picked, picked_each, played, spread
from midigan.training.networks.coarse_to_fine import interleaved
from midigan.training.networks.multiscale import MultiscaleGenerator
from midigan.training.runs.batches import to_tensor

SHAPE = (4, 2, 16, 84)
SMALL = {"embedding": 8, "context": 12, "own": 8}
ODD_SHAPES = [(1, 1, 1, 12), (3, 1, 7, 30), (2, 3, 12, 48), (5, 4, 6, 84)]


def noise(n, tracks=4, seed=0):
    rng = torch.Generator().manual_seed(seed)
    shapes = ((n, 32), (n, 32), (n, tracks, 32), (n, tracks, 32))
    return [torch.randn(shape, generator=rng) for shape in shapes]


def seeded(shape=SHAPE, **options):
    with torch.random.fork_rng():
        torch.manual_seed(7)
        return MultiscaleGenerator(shape, **{**SMALL, **options}).eval()


def cells(generator, inputs):
    """What plays, as bool `(n, tracks, bars * steps, pitches)`."""
    return (generator.discretise(generator(*inputs)) > 0).flatten(2, 3)


def cells_after(generator, inputs, number):
    """The cells when one input is drawn anew, and the rest stay as they are."""
    inputs = list(inputs)
    inputs[number] = noise(len(inputs[0]), inputs[2].shape[1], seed=99)[number]
    return cells(generator, inputs)


@pytest.mark.parametrize("shape", ODD_SHAPES)
@pytest.mark.parametrize("mono", [True, False])
def test_any_layout_can_be_written_and_learned(shape, mono):
    generator = seeded(shape, mono=(mono,) * shape[0])
    scores = generator(*noise(3, shape[0]))
    assert scores.shape == (3, *shape)
    phrase = generator.discretise(scores)
    assert set(phrase.unique().tolist()) <= {-1.0, 1.0}
    assert math.isfinite(generator.likelihood_loss(phrase.detach(), torch.Generator()).item())


def test_a_phrase_is_the_same_alone_and_among_others():
    generator, inputs = seeded(), noise(4)
    alone = generator(*(vector[2:3] for vector in inputs))
    torch.testing.assert_close(alone[0], generator(*inputs)[2])


def test_chords_change_every_track_and_begin_on_the_beats():
    generator, inputs = seeded(), noise(8)
    changed = (cells(generator, inputs) != cells_after(generator, inputs, 0)).any(dim=-1)
    assert changed.any(dim=2).any(dim=0).all()
    assert changed[:, :, ::4].float().mean() > changed[:, :, 1::2].float().mean()


def test_style_is_heard_in_every_bar_and_track():
    generator, inputs = seeded(), noise(64)
    changed = (cells(generator, inputs) != cells_after(generator, inputs, 1)).any(dim=-1)
    assert changed.unflatten(2, (2, 16)).any(dim=3).any(dim=0).all()


def test_the_noise_of_a_tracks_melody_reaches_that_track_alone():
    generator, inputs = seeded(), noise(2)
    before = generator._heights(inputs[0], inputs[2], inputs[3])
    melody = inputs[2].clone()
    melody[:, 1] += 1
    changed = generator._heights(inputs[0], melody, inputs[3]) != before
    assert changed.any(dim=1).all(dim=0).tolist() == [False, True, False, False]


def test_groove_works_between_the_beats_alike_in_every_bar():
    generator, inputs = seeded(), noise(2)
    silent = torch.zeros_like(inputs[2])
    heights = generator._heights(inputs[0], silent, inputs[3]).unflatten(1, (2, 16))
    on_beat = torch.arange(16) % 4 == 0
    torch.testing.assert_close(heights[:, 0, ~on_beat], heights[:, 1, ~on_beat])
    assert not torch.allclose(heights[:, 0, on_beat], heights[:, 1, on_beat])


def test_cells_get_independent_standard_normal_noise():
    rows = spread(32, 32)
    torch.testing.assert_close(rows @ rows.T, torch.eye(32), atol=1e-5, rtol=0)
    torch.testing.assert_close(spread(48, 32).norm(dim=1), torch.ones(48))


def test_a_height_picks_the_pitch_that_lies_there():
    logits = torch.log(torch.tensor([1.0, 2.0, 1.0]))  # silence 1/5, then 1/5, 2/5, 1/5
    heights = torch.tensor([0.1, 0.3, 0.5, 0.7, 0.9])[:, None]
    scores = picked(logits.expand(5, 3), heights)
    chosen = played(scores, mono=True)
    assert chosen.tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1]]
    # A mask that forbids the choice leaves the likeliest of the rest next in line.
    assert scores[1, 1:].argmax() == 0


def test_choices_come_as_often_as_they_are_likely():
    logits = torch.tensor([0.3, -1.0, 0.5])
    heights = torch.rand(20000, 1, generator=torch.Generator().manual_seed(1))
    mono = played(picked(logits.expand(20000, 3), heights), mono=True).mean(dim=0)
    expected = torch.nn.functional.pad(logits, (0, 1)).softmax(dim=0)[:3]
    torch.testing.assert_close(mono, expected, atol=0.02, rtol=0)
    poly = played(picked_each(logits.expand(20000, 3), heights), mono=False).mean(dim=0)
    torch.testing.assert_close(poly, logits.sigmoid(), atol=0.02, rtol=0)


@pytest.mark.parametrize("mono", [True, False])
def test_gradients_pass_through_every_choice(mono):
    generator = seeded((2, 1, 4, 12), mono=(mono,) * 2)
    phrase = generator.discretise(generator(*noise(16, 2)))
    weights = torch.randn(phrase.shape, generator=torch.Generator().manual_seed(1))
    (phrase * weights).sum().backward()
    for name, weight in generator.named_parameters():
        if not name.startswith("reader"):
            assert weight.grad is not None, name


def test_examples_teach_a_rule():
    """Pitches that are multiples of five, learned without any critic."""
    phrases = pattern_set(12)
    generator = seeded(tiny_layout().shape, dropout=0.0)
    real = to_tensor(phrases.phrases(), torch.device("cpu"))
    generator.initialise_from(-torch.ones_like(real))  # knows nothing of the rule yet
    optimizer = torch.optim.Adam(generator.parameters(), lr=0.01)
    rng = torch.Generator().manual_seed(1)
    first = generator.likelihood_loss(real, rng).item()
    for _ in range(60):
        optimizer.zero_grad()
        loss = generator.likelihood_loss(real, rng)
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.6 * first
    drawn = cells(generator, noise(64, 2)).unflatten(2, (2, 8)).numpy()
    assert distance(drawn) < 0.2


def test_the_frame_is_chosen_first_and_each_level_halves_what_is_between():
    steps = [list(level) for level in seeded().entries.order]
    assert steps[0] == [0, 16]
    assert steps[1] == [8, 24]
    assert steps[-1] == list(range(1, 32, 2))
    assert sorted(step for level in steps for step in level) == list(range(32))
    whole = seeded(frame=1).entries.order
    assert [list(level) for level in whole[:2]] == [[0], [16]]


def test_on_the_finest_level_tracks_do_not_hear_each_other():
    """Another draw of one track there changes that track alone."""
    generator, inputs = seeded((2, 1, 4, 12), frame=1), noise(32, 2)
    level = generator.levels[-1]
    assert [level.together for level in generator.levels] == [False, False, True]
    known = torch.zeros(32, 2, 2, 12)
    heights = torch.rand(32, 2, 2, generator=torch.Generator().manual_seed(0))
    may_rest, outside = torch.zeros(1, 2, 2), torch.zeros(12, dtype=torch.bool)
    found = []
    for shift in (0.0, 0.5):
        moved = heights.clone()
        moved[:, :, 1] = torch.frac(moved[:, :, 1] + shift)
        limits = 1.0, may_rest, outside
        found.append(level.choose(generator.pitch, known, inputs[1], moved, *limits)[1])
    assert torch.equal(found[0][:, :, 0], found[1][:, :, 0])
    assert not torch.equal(found[0][:, :, 1], found[1][:, :, 1])


def test_tracks_that_choose_at_once_do_not_hear_each_other_but_those_before():
    generator = seeded((4, 1, 4, 12), together=0, at_once=[1, 2, 1])
    assert [level.heard for level in generator.levels] == [[0, 1, 1, 3]] * 2
    assert generator.turns == [3, 0, 1, 2]
    inputs = noise(64, 4)
    level, limits = generator.levels[0], (torch.zeros(1, 2, 4), torch.zeros(12, dtype=torch.bool))
    heights = torch.rand(64, 2, 4, generator=torch.Generator().manual_seed(0))

    def changed(track):
        """Which tracks are others if one of them is."""
        moved = heights.clone()
        moved[:, :, track] = torch.frac(moved[:, :, track] + 0.5)
        found = [
            level.choose(generator.pitch, None, inputs[1], each, 1.0, *limits)[1]
            for each in (heights, moved)
        ]
        return (found[0] != found[1]).any(dim=-1).any(dim=1).any(dim=0).nonzero().flatten().tolist()

    assert [changed(track) for track in generator.turns] == [[0, 1, 2, 3], [0, 2], [1, 2], [2]]


@pytest.mark.parametrize("at_once", [[1, 2], [4, 1], [5, -1], [4, 0]])
def test_turns_that_are_not_of_all_tracks_are_refused(at_once):
    with pytest.raises(ValueError, match="at once are not 4"):
        seeded((4, 1, 4, 12), at_once=at_once)


def test_a_recipe_may_leave_out_the_tables_of_parallel_motion():
    """On the first level, and where all tracks choose at once, there are none anyway."""

    def levels_with_tables(**options):
        return [bool(level.motions) for level in seeded(frame=2, **options).levels]

    assert levels_with_tables() == [False, True, True, True, False]
    assert levels_with_tables(motion=0, together=0) == [False] * 5


def test_a_low_temperature_makes_likely_choices_likelier():
    generator, shares = seeded((1, 1, 1, 12)), []
    heights = torch.rand(500, 1, 1, generator=torch.Generator().manual_seed(0))
    style = torch.zeros(500, 32)
    for temperature in (0.1, 1.0):
        level = generator.levels[0]
        limits = temperature, torch.zeros(1, 1, 1), torch.zeros(12, dtype=torch.bool)
        _, found = level.choose(generator.pitch, None, style, heights, *limits)
        shares.append(found.mean(dim=0).max())
    assert shares[0] > shares[1]


def test_dropout_takes_its_chance_from_outside():
    generator = seeded(dropout=0.5).train()
    real = to_tensor(pattern_set().phrases(), torch.device("cpu"))
    generator = seeded(tiny_layout().shape, dropout=0.5).train()
    once, again, other = (
        generator.likelihood_loss(real, torch.Generator().manual_seed(seed)).item()
        for seed in (1, 1, 2)
    )
    assert once == again != other


def test_interleaving_puts_new_steps_between_known_ones():
    known = torch.arange(0, 6, 2).reshape(1, 3, 1, 1)
    new = torch.arange(1, 5, 2).reshape(1, 2, 1, 1)
    assert interleaved(known, new).flatten().tolist() == [0, 1, 2, 3, 4]


def test_drawing_a_phrase_costs_at_most_30_mflop():
    generator = MultiscaleGenerator(SHAPE).eval()
    with FlopCounterMode(display=False) as counted, torch.no_grad():
        generator(*noise(4))
    assert counted.get_total_flops() / 4 < 30e6
