"""Parallel motion as it is heard: what is counted, and that a generator comes to songs' share."""

import torch

from midigan.training.networks.multiscale import MultiscaleGenerator
from midigan.training.runs.moments import draw
from midigan.training.runs.parallels import favour, match_parallels, parallels

SHAPE = (2, 1, 8, 20)


def phrase(*tracks):
    """One phrase of each track's pitches, -1 for silence, with a range of 20."""
    cells = -torch.ones(1, len(tracks), 1, len(tracks[0]), 20)
    for track, line in enumerate(tracks):
        for step, pitch in enumerate(line):
            if pitch >= 0:
                cells[0, track, 0, step, pitch] = 1
    return cells


def found(*tracks):
    """Each interval in which tracks move alike, as often as they do."""
    counts = parallels(phrase(*tracks)).int().tolist()
    return [interval for interval, count in enumerate(counts) for _ in range(count)]


def test_tracks_that_move_alike_are_counted_by_their_interval():
    assert found((7, 9, 9), (0, 2, 2)) == [7]
    assert found((15, 14, 12), (3, 2, 0)) == [0, 0]
    assert found((0, 2), (7, 9)) == [5]
    assert found((7, 9), (4, 6), (0, 2)) == [3, 4, 7]


def test_other_motion_and_rests_are_not():
    assert found((7, 9), (2, 0)) == []
    assert found((7, 7), (0, 0)) == []
    assert found((7, 9), (0, 1)) == []
    assert found((7, -1, 9), (0, -1, 2)) == []


def seeded(**options):
    with torch.random.fork_rng():
        torch.manual_seed(7)
        sizes = {"embedding": 8, "context": 12, "own": 8, "frame": 1, "together": 0}
        return MultiscaleGenerator(SHAPE, **{**sizes, **options}).eval()


def test_an_interval_that_is_favoured_becomes_frequent_and_no_other():
    """The last track chooses first: the tables of the other speak of the interval above it."""
    before = parallels(draw(seeded(), 256, 1))
    for interval in (0, 4, 7):
        generator = seeded()
        for level in generator.levels:
            favour(level, 2.0 * torch.eye(12)[interval])
        after = parallels(draw(generator, 256, 1))
        assert after[interval] > 1.5 * before[interval]
        assert int((after - before).argmax()) == interval


def test_a_generator_comes_to_move_in_parallel_as_often_as_songs():
    generator = seeded()
    for level in generator.levels:
        favour(level, 2.0 * torch.eye(12)[7] - 2.0 * torch.eye(12)[4])
    songs, other = draw(seeded(), 512, 5), draw(generator, 512, 5)
    wanted = parallels(songs)
    match_parallels(generator, songs, 8, seed=3)
    after = parallels(draw(generator, 512, 5))
    assert (after - wanted).abs().sum() < 0.5 * (parallels(other) - wanted).abs().sum()


def test_a_generator_without_tables_of_motion_is_left_as_it_is():
    generator = seeded(motion=0)
    before = {name: part.clone() for name, part in generator.state_dict().items()}
    match_parallels(generator, draw(seeded(), 64, 5), 4, seed=3)
    assert all(torch.equal(part, before[name]) for name, part in generator.state_dict().items())
