"""Time of one training step of the book's networks: midigan's against plain convolutions.

    pip install -e '.[train]'
    python benchmarks/step.py [--rounds 5] [--batch 64] [--threads 1]

A step is five critic updates, each with a gradient penalty, and one of the generator, as
`midigan train --recipe book` makes it. Both sides have the same weights, losses, optimizer, noise
and real phrases, and take turns in one process; the time is that of the processor, so
that other programs disturb it less. The table shows medians and the ratio of medians.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial

import torch
from plain import BARS, PITCHES, STEPS, TRACKS, PlainCritic, PlainGenerator, critic_weights
from torch import Tensor, nn

from midigan.training.exporting.book_weights import generator_from_book
from midigan.training.losses.objective import Wasserstein
from midigan.training.networks.models import frozen
from midigan.training.networks.musegan import MuseCritic
from midigan.training.networks.noise import draw_noise, generator_of

SHAPE = (TRACKS, BARS, STEPS, PITCHES)
CRITIC_STEPS = 5
CPU = torch.device("cpu")


class Side:
    """A generator and a critic, and the updates that a step consists of."""

    def __init__(self, generator: nn.Module, critic: nn.Module) -> None:
        self.generator, self.critic = generator, critic
        self.objective = Wasserstein(10.0)
        self.optimizers = [
            torch.optim.AdamW(network.parameters(), 1e-3, (0.5, 0.9), weight_decay=0.0, fused=True)
            for network in (generator, critic)
        ]

    def update_critic(self, real: Tensor) -> None:
        rng = generator_of(0)
        with torch.no_grad():
            fake = self.generator(*draw_noise(rng, len(real), TRACKS, CPU))
        loss = self.objective.critic_loss(self.critic, real, fake, rng, penalise=True)
        self.optimizers[1].zero_grad()
        loss.total.backward()  # type: ignore[no-untyped-call]
        self.optimizers[1].step()

    def update_generator(self, real: Tensor) -> None:
        fake = self.generator(*draw_noise(generator_of(1), len(real), TRACKS, CPU))
        with frozen(self.critic):
            self.optimizers[0].zero_grad()
            loss = self.objective.generator_loss(self.critic, real, fake)
            loss.backward()  # type: ignore[no-untyped-call]
        self.optimizers[0].step()


def both_sides() -> dict[str, Side]:
    """The same weights twice."""
    torch.manual_seed(0)
    plain, plain_critic = PlainGenerator(), PlainCritic()
    own, _ = generator_from_book(plain.state_dict())
    critic = MuseCritic(SHAPE)
    own.bounded = True
    critic.load_state_dict(critic_weights(plain_critic.state_dict()))
    return {"plain": Side(plain, plain_critic), "midigan": Side(own, critic)}


def seconds(run: Callable[[], None]) -> float:
    begin = time.process_time()
    run()
    return time.process_time() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description="One training step, side by side.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    real = torch.where(torch.rand(options.batch, *SHAPE) < 0.05, 1.0, -1.0)
    sides = both_sides()
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for number in range(options.rounds + 1):
        for name, side in sides.items():
            critic = seconds(partial(side.update_critic, real))
            generator = seconds(partial(side.update_generator, real))
            if number:  # the first round warms up
                spent[name].append((critic, generator))
    print(f"batch {options.batch}, {options.threads} threads, {options.rounds} rounds, seconds")
    print(f"{'':10}{'critic':>10}{'generator':>12}{'step':>10}{'ratio':>9}")
    steps = {}
    for name, rounds in spent.items():
        critic, generator = (statistics.median(part) for part in zip(*rounds, strict=True))
        steps[name] = CRITIC_STEPS * critic + generator
        ratio = steps["plain"] / steps[name]
        print(f"{name:10}{critic:10.3f}{generator:12.3f}{steps[name]:10.2f}{ratio:8.2f}x")


if __name__ == "__main__":
    main()
