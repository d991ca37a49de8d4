"""What is left to do when a generator has been taught: calibrate it, and teach a critic alone.

A critic that learns beside a generator which is taught by example finds nothing that lasts.
Against one that no longer changes it is a plain classifier: its score is the logarithm of how
much likelier a phrase is among real ones than among generated ones, by which the best of
several phrases can be chosen (arXiv 1810.06758).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from midigan.training.networks.multiscale import MultiscaleGenerator
from midigan.training.networks.noise import evenly, generator_of
from midigan.training.recipes.recipe import FinishRecipe
from midigan.training.runs.moments import Chooser, draw, match_moments
from midigan.training.runs.parallels import match_parallels
from midigan.training.runs.rests import match_rests, sparing
from midigan.training.runs.rhythms import match_rhythms

#: How many phrases of each kind the critic learns from at most, for each of its steps, and how
#: many of each in a step.
PHRASES, NEW, BATCH = 4096, 16, 96

#: The share of generated phrases that are no phrases but the windows across two of them, since
#: a player has to go on from one phrase to the next.
JOINED = 0.25

#: The share of them, where there are genres, that is real music under the label of another one.
MISLABELLED = 0.25

#: One round of calibrating rhythms, rests or parallels for so many of calibrating all tables.
ROUNDS_A_RARITY = 3

#: Adam's rate, reached after so many steps, and its decay of weights.
RATE, WARMUP_STEPS, DECAY = 1e-3, 50, 0.1


def finish(
    generator: Chooser,
    critic: nn.Module,
    phrases: Tensor,
    recipe: FinishRecipe,
    seed: int,
    genre: Tensor | None = None,
) -> None:
    """Calibrate the generator, then teach the critic its phrases; both change in place.

    The generator learns what songs never do, too: see `learn_limits`.

    phrases: -1/+1 `(n, tracks, bars, steps, pitches)`, music that the generator was taught with.
    genre: their labels `(n, genres)`, if there are any.
    """
    kept = sparing(phrases, recipe.rests)
    phrases, genre = phrases[kept], None if genre is None else genre[kept]
    generator.learn_limits(phrases)
    if recipe.rounds:
        rounds = recipe.rounds // ROUNDS_A_RARITY
        match_rhythms(generator, phrases, rounds, seed, genre)
        match_moments(generator, phrases, recipe.rounds, seed, genre)
        if isinstance(generator, MultiscaleGenerator):
            match_rests(generator, phrases, rounds, seed, genre)
            match_parallels(generator, phrases, rounds, seed, genre)
    if recipe.critic_steps:
        teach_critic(critic, generator, phrases, recipe.critic_steps, seed, genre)


def teach_critic(
    critic: nn.Module,
    generator: Chooser,
    phrases: Tensor,
    steps: int,
    seed: int,
    genre: Tensor | None = None,
) -> None:
    """Teach a critic to tell real phrases from a generator's and from joined ones (logistic)."""
    critic.train().requires_grad_(True)
    drawn = max(BATCH, min(PHRASES, NEW * steps))
    made_as = evenly(genre, drawn)
    made = draw(generator, drawn, seed, 0, 1, genre=made_as)
    optimizer = torch.optim.AdamW(critic.parameters(), lr=0.0, weight_decay=DECAY)
    wanted = torch.cat([torch.ones(BATCH), torch.zeros(BATCH)])
    for step in range(steps):
        rng = generator_of(seed, step)
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / WARMUP_STEPS) * (1 - step / steps) ** 0.5
        chosen = torch.randint(len(phrases), (BATCH,), generator=rng)
        found = torch.randint(len(made), (BATCH,), generator=rng)
        if genre is None or made_as is None:
            fake, labels = made[found], None
            fake[: int(JOINED * BATCH)] = joined(fake)[: int(JOINED * BATCH)]
        else:
            fake, fake_as = _fakes(made, made_as, found, phrases, genre, rng)
            labels = torch.cat([genre[chosen], fake_as])
        scores = critic(torch.cat([phrases[chosen], fake]), labels)
        loss = functional.binary_cross_entropy_with_logits(scores, wanted)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    critic.eval()


def _fakes(
    made: Tensor,
    made_as: Tensor,
    found: Tensor,
    phrases: Tensor,
    genre: Tensor,
    rng: torch.Generator,
) -> tuple[Tensor, Tensor]:
    """What a critic that knows genres should not take for music of one, and as which: labels.

    Generated phrases, some of them joined, of one genre as a player has them; and real phrases
    under another genre's label (a critic aware of matching: arXiv 1605.05396), without which it
    would never learn to say that music is of the wrong one.
    """
    found = found[made_as[found].argmax(dim=1).argsort(stable=True)]
    fake, labels = made[found], made_as[found]
    places = torch.randperm(len(found), generator=rng)
    across, wrong = places[: int(JOINED * BATCH)], places[len(places) - int(MISLABELLED * BATCH) :]
    fake[across] = joined(fake)[across]
    real = torch.randint(len(phrases), wrong.shape, generator=rng)
    turn = torch.randint(1, genre.shape[1], wrong.shape, generator=rng)
    others = (genre[real].argmax(dim=1) + turn) % genre.shape[1]
    fake[wrong], labels[wrong] = phrases[real], torch.eye(genre.shape[1])[others]
    return fake, labels


def joined(phrases: Tensor) -> Tensor:
    """The windows across phrases: the second half of one's bars, the first half of the next's.

    `(n, tracks, bars, steps, pitches)`; after the last comes the first. Single bars have none.
    """
    half = phrases.shape[2] // 2
    following = phrases.roll(-1, dims=0)
    return torch.cat([phrases[:, :, half:], following[:, :, :half]], dim=2)
