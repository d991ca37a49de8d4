"""What torch.compile costs and gains in training: seconds until it runs, and seconds a step.

    pip install -e '.[train]'
    python benchmarks/compile.py [--rounds 5] [--threads 1] [--cache FOLDER]

Of each network what a step does with it, forward and backward, as it is and compiled (inductor,
which needs a C++ compiler), in turns. Time is that of the processor, compiling included. The last
column says after how many steps the seconds of compiling have come back. With --cache a second run
finds what the first has compiled. A penalty on a critic's slope goes backward through a backward
pass: whether compiled code can do that is tried, too.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import tempfile
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from midigan.training.losses.wasserstein import gradient_penalty
from midigan.training.networks.critic import IntervalCritic
from midigan.training.networks.multiscale import MultiscaleGenerator
from midigan.training.networks.musegan import MuseCritic, MuseGenerator
from midigan.training.networks.noise import draw_noise, generator_of

SHAPE = (4, 2, 16, 84)
CPU = torch.device("cpu")

#: A case: what is compiled, and from the compiled or plain function the scalar of a step's loss.
Case = tuple[nn.Module, Callable[..., Tensor], Callable[[Callable[..., Tensor]], Tensor]]


def cases(book_batch: int, own_batch: int) -> dict[str, Case]:
    """What steps of the two recipes spend their time on, with the batches of the recipes."""
    torch.manual_seed(0)
    book, critic = MuseGenerator(SHAPE), MuseCritic(SHAPE)
    own, interval = MultiscaleGenerator(SHAPE, dropout=0.25).train(), IntervalCritic(SHAPE)
    rolls = [music(batch) for batch in (book_batch, own_batch)]
    noise = draw_noise(generator_of(0), book_batch, SHAPE[0], CPU)
    return {
        "book generator": (book, book.forward, lambda run: run(*noise).square().mean()),
        "book critic, no penalty": (critic, critic.forward, lambda run: run(rolls[0]).mean()),
        "midigan, by example": (
            own,
            own.likelihood_loss,
            lambda run: run(rolls[1], generator_of(0)),
        ),
        "midigan critic": (interval, interval.forward, lambda run: run(rolls[1]).mean()),
    }


def music(batch: int) -> Tensor:
    """Phrases of mono tracks that hold each pitch for a beat, -1/+1."""
    pitches = torch.randint(30, 60, (batch, 4, 2, 4, 1)).expand(-1, -1, -1, -1, 4).flatten(3)
    return 2.0 * nn.functional.one_hot(pitches, SHAPE[-1]) - 1


def spent() -> float:
    """Seconds of processor time so far, those of finished compilers included."""
    own, others = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def step(network: nn.Module, loss: Callable[[], Tensor]) -> float:
    """One pass forward and back."""
    begin = spent()
    network.zero_grad()
    loss().backward()  # type: ignore[no-untyped-call]
    return spent() - begin


def compare(name: str, case: Case, rounds: int) -> None:
    """Print a row of the table."""
    network, plain, loss = case
    compiled = torch.compile(plain)
    step(network, lambda: loss(plain))
    first = step(network, lambda: loss(compiled)) + step(network, lambda: loss(compiled))
    turns = [
        [step(network, partial(loss, run)) for run in (plain, compiled)] for _ in range(rounds)
    ]
    before, after = (statistics.median(part) for part in zip(*turns, strict=True))
    compiling, gain = first - 2 * after, before - after
    pays = f"{compiling / gain:9.0f}" if gain > 0.02 * before else "    never"
    print(
        f"{name:26}{compiling:10.1f}{before:10.3f}{after:10.3f}{before / after:8.2f}x{pays}",
        flush=True,
    )


def try_penalty(critic: nn.Module, batch: int) -> str:
    """What compiled code says to a gradient penalty."""
    real, fake = music(batch), music(batch)
    try:
        penalty = gradient_penalty(torch.compile(critic), real, fake, generator_of(0))
        penalty.backward()  # type: ignore[no-untyped-call]
    except RuntimeError as error:
        return str(error).splitlines()[0]
    return "it works"


def main() -> None:
    parser = argparse.ArgumentParser(description="torch.compile in training, with and without.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--cache")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as fresh:
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = options.cache or fresh
        os.environ["TORCHINDUCTOR_COMPILE_THREADS"] = "1"
        print(f"{'processor seconds':26}{'compiling':>10}{'plain':>10}{'compiled':>10}", end="")
        print(f"{'faster':>9}{'pays after':>11}")
        for name, case in cases(64, 96).items():
            compare(name, case, options.rounds)
        print(f"a penalty on the critic's slope: {try_penalty(MuseCritic(SHAPE), 4)}")


if __name__ == "__main__":
    main()
