"""A TensorBoard log of a run, beside its metrics log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from midigan.errors import MidiganError
from midigan.training.runs.progress import Progress

#: Where in a run folder the event files lie.
FOLDER = "tensorboard"


def require_tensorboard() -> None:
    """Raise MidiganError, with what to type, if TensorBoard is not installed."""
    if find_spec("tensorboard") is None:
        raise MidiganError(
            "--tensorboard needs TensorBoard: install it with pip install 'midigan[tensorboard]'"
        )


@contextmanager
def board(run_folder: Path, steps: int) -> Iterator[Callable[[Progress], None]]:
    """Within the block a function that logs progress as event files.

    steps: how many the run has made; what a killed run logged after them is hidden.
    """
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(str(run_folder / FOLDER), purge_step=steps + 1 if steps else None)

    def log(now: Progress) -> None:
        values = {
            "loss/critic": now.losses.critic,
            "loss/generator": now.losses.generator,
            "loss/penalty": now.losses.penalty,
            "quality": now.quality,
        }
        for name, value in values.items():
            if value is not None:
                writer.add_scalar(name, value, now.step)

    try:
        yield log
    finally:
        writer.close()
