"""Calibration: what is counted, and that a generator comes to do things as often as songs do."""

import pytest
import torch
from pattern import pattern_set, tiny_layout

from midigan.training.networks.level import WIDEST_INTERVAL
from midigan.training.networks.multiscale import MultiscaleGenerator
from midigan.training.runs.batches import to_tensor
from midigan.training.runs.moments import counts, draw, match_moments

SHAPE = (2, 1, 4, 12)


def seeded(shape=SHAPE, **options):
    with torch.random.fork_rng():
        torch.manual_seed(7)
        sizes = {"embedding": 8, "context": 12, "own": 8, "temperature": 1.0}
        return MultiscaleGenerator(shape, **{**sizes, **options}).eval()


def phrase(*tracks):
    """One phrase of four steps, of each track's pitches."""
    cells = -torch.ones(1, len(tracks), 1, 4, 12)
    for track, line in enumerate(tracks):
        for step, pitch in enumerate(line):
            cells[0, track, 0, step, pitch] = 1
    return cells


def counted(generator, phrases, level, name, turn):
    """The counts of one table."""
    parts = [id(part.values) for part in generator.countable()]
    table = getattr(generator.levels[level], name)[str(turn)]
    return counts(generator, phrases)[parts.index(id(table))]


def test_intervals_between_tracks_are_counted():
    """The last track chooses first; on the first level, steps 0 and 2, the other hears it."""
    found = counted(seeded(), phrase((7, 7, 9, 9), (0, 0, 5, 5)), 0, "intervals", 1)
    assert found.sum() == 2
    assert found[0, WIDEST_INTERVAL + 7] == 1
    assert found[0, WIDEST_INTERVAL + 4] == 1


def test_parallel_motion_is_counted_on_the_side_where_it_is():
    """On step 1 both go up a whole tone from a fifth to a fifth, and stay there."""
    generator = seeded(together=0)
    found = counted(generator, phrase((7, 9, 9, 9), (0, 2, 2, 2)), 1, "motions", 1)
    assert found[0, 0, 7] == 1
    assert found.sum() == 1
    assert counted(generator, phrase((7, 7, 7, 7), (0, 0, 0, 0)), 1, "motions", 1).sum() == 0


def test_a_generator_comes_to_do_things_as_often_as_songs():
    phrases = to_tensor(pattern_set(12).phrases(), torch.device("cpu"))
    generator = seeded(tiny_layout().shape)
    before = {name: value.clone() for name, value in generator.state_dict().items()}
    wanted = torch.cat([x.flatten() for x in counts(generator, phrases)])

    def distance():
        drawn = draw(generator, 512, 99)
        return (torch.cat([x.flatten() for x in counts(generator, drawn)]) - wanted).abs().sum()

    first = distance()
    match_moments(generator, phrases, 12, seed=1)
    assert distance() < 0.5 * first
    moved = {n for n, value in generator.state_dict().items() if not torch.equal(value, before[n])}
    assert {name.split(".")[2] for name in moved} <= {"intervals", "motions"}


def test_calibration_is_determined_by_its_seed():
    phrases = to_tensor(pattern_set(2).phrases(), torch.device("cpu"))
    found = []
    for seed in (1, 1, 2):
        generator = seeded(tiny_layout().shape)
        match_moments(generator, phrases, 1, seed)
        found.append(torch.cat([part.values.flatten() for part in generator.countable()]))
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])


@pytest.mark.parametrize("mono", [True, False])
def test_any_tracks_can_be_counted(mono):
    generator = seeded((3, 1, 7, 30), mono=(mono,) * 3)
    drawn = draw(generator, 8, 0)
    assert set(drawn.unique().tolist()) <= {-1.0, 1.0}
    assert all(bool(count.isfinite().all()) for count in counts(generator, drawn))
