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

from midigan.training.moments import Chooser, draw, match_moments
from midigan.training.noise import generator_of
from midigan.training.recipe import FinishRecipe

#: How many phrases of each kind the critic learns from at most, for each of its steps, and how
#: many of each in a step.
PHRASES, NEW, BATCH = 4096, 16, 96

#: The share of generated phrases that are no phrases but the windows across two of them, since
#: a player has to go on from one phrase to the next.
JOINED = 0.25

#: Adam's rate, reached after so many steps, and its decay of weights.
RATE, WARMUP_STEPS, DECAY = 1e-3, 50, 0.1


def finish(
    generator: Chooser,
    critic: nn.Module,
    phrases: Tensor,
    recipe: FinishRecipe,
    seed: int,
) -> None:
    """Calibrate the generator, then teach the critic its phrases; both change in place.

    phrases: -1/+1 `(n, tracks, bars, steps, pitches)`, music that the generator was taught with.
    """
    if recipe.rounds:
        match_moments(generator, phrases, recipe.rounds, seed)
    if recipe.critic_steps:
        teach_critic(critic, generator, phrases, recipe.critic_steps, seed)


def teach_critic(
    critic: nn.Module, generator: Chooser, phrases: Tensor, steps: int, seed: int
) -> None:
    """Teach a critic to tell real phrases from a generator's and from joined ones (logistic)."""
    critic.train().requires_grad_(True)
    made = draw(generator, max(BATCH, min(PHRASES, NEW * steps)), seed, 0, 1)
    optimizer = torch.optim.AdamW(critic.parameters(), lr=0.0, weight_decay=DECAY)
    wanted = torch.cat([torch.ones(BATCH), torch.zeros(BATCH)])
    for step in range(steps):
        rng = generator_of(seed, step)
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / WARMUP_STEPS) * (1 - step / steps) ** 0.5
        real = phrases[torch.randint(len(phrases), (BATCH,), generator=rng)]
        fake = made[torch.randint(len(made), (BATCH,), generator=rng)]
        fake[: int(JOINED * BATCH)] = joined(fake)[: int(JOINED * BATCH)]
        scores = critic(torch.cat([real, fake]))
        loss = functional.binary_cross_entropy_with_logits(scores, wanted)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    critic.eval()


def joined(phrases: Tensor) -> Tensor:
    """The windows across phrases: the second half of one's bars, the first half of the next's.

    `(n, tracks, bars, steps, pitches)`; after the last comes the first. Single bars have none.
    """
    half = phrases.shape[2] // 2
    following = phrases.roll(-1, dims=0)
    return torch.cat([phrases[:, :, half:], following[:, :, :half]], dim=2)
