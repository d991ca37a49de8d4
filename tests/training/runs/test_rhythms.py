"""Rhythms: what a style says of them is turned up until phrases differ as much as songs do."""

import torch

from midigan.training.networks.multiscale import MultiscaleGenerator
from midigan.training.runs import rhythms
from midigan.training.runs.moments import draw
from midigan.training.runs.rhythms import deviations, match_rhythms

SHAPE = (2, 1, 8, 6)

#: Which of the style's numbers is that of the shortest steps; the one before is of the longer.
ODD = 1


def seeded(**options):
    with torch.random.fork_rng():
        torch.manual_seed(7)
        return MultiscaleGenerator(SHAPE, embedding=8, context=12, own=8, **options).eval()


def differing(loudness, seed):
    """Phrases whose odd steps move as often as a number of theirs says, so loudly, or hold on."""
    rng = torch.Generator().manual_seed(seed)
    pitch = torch.randint(6, (1024, 2, 1, 8), generator=rng)
    number = torch.randn(1024, 1, 1, 1, generator=rng)
    still = torch.rand(pitch.shape, generator=rng) > (loudness * number).sigmoid()
    pitch = torch.where(still & (torch.arange(8) % 2 == 1), pitch.roll(1, dims=3), pitch)
    return torch.nn.functional.one_hot(pitch, 6).float() * 2 - 1


def test_the_style_is_turned_up_until_phrases_differ_as_songs_do(monkeypatch):
    """Composed by numbers in the generator's place: as loud as its style has become."""
    generator, songs = seeded(rhythm=1), differing(1.5, seed=1)
    before = [level.style.weight.detach().clone() for level in generator.levels]

    def factor(number):
        now = [level.style.weight.detach()[:, number] for level in generator.levels]
        first = [weight[:, number] for weight in before]
        return float(torch.cat(now).norm() / torch.cat(first).norm())

    def composing(generator, phrases, rounds, *rest, **options):
        for round_ in range(rounds):
            yield 1.0, differing(0.5 * factor(ODD), seed=2 + round_), None

    monkeypatch.setattr(rhythms, "composing", composing)
    rhythm = generator.reader.rhythm
    wanted = deviations(generator, rhythm, songs)[ODD]
    assert deviations(generator, rhythm, differing(0.5, seed=2))[ODD] < 0.8 * wanted
    match_rhythms(generator, songs, 12)
    found = deviations(generator, rhythm, differing(0.5 * factor(ODD), seed=20))[ODD]
    assert 0.9 < found / wanted < 1.1
    assert factor(ODD) > 2
    # Phrases differ as they should on longer steps, and the rest of the style is no rhythm.
    assert factor(ODD - 1) < 0.7 * factor(ODD)
    for level, weight in zip(generator.levels, before, strict=True):
        assert torch.equal(level.style.weight[:, rhythm.numbers :], weight[:, rhythm.numbers :])


def test_a_style_without_rhythm_stays_as_it_is():
    generator = seeded()
    before = {name: weights.clone() for name, weights in generator.state_dict().items()}
    match_rhythms(generator, draw(generator, 64, 1), 2)
    assert all(torch.equal(before[name], now) for name, now in generator.state_dict().items())
