"""Where a track enters at the latest, if songs leave none of its bars empty; and if it ever does.

From coarse to fine, a bar of a track in which nothing sounds yet comes to a step on which, in
songs, such a bar always sounds: a chorale whose voices rest on its first and third beat has an
upbeat on the fourth. Chance would leave a few bars of a thousand empty there. And it would let
a drum be heard now and then in songs that have none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

#: What is added to the logits of all pitches where silence is no choice, and taken from them
#: where it is the only one: beside it, nothing is left of a float32 share of the other.
INSISTENCE = 120.0


class Entries(nn.Module):
    """Knows the cells that may not be silent if their bar is until then, and the tracks that are.

    Before it learns there are none of either.

    order: the steps that each level chooses, from coarse to fine; bar_steps: how many a bar has.
    """

    cells: Tensor  # bool (length, tracks)
    never: Tensor  # bool (tracks,)

    def __init__(self, order: Sequence[range], bar_steps: int, tracks: int) -> None:
        super().__init__()
        self.order, self.bar_steps = list(order), bar_steps
        length = sum(map(len, order))
        self.register_buffer("cells", torch.zeros(length, tracks, dtype=torch.bool))
        self.register_buffer("never", torch.zeros(tracks, dtype=torch.bool))

    @torch.no_grad()
    def learn(self, phrases: Tensor, mono: Sequence[bool]) -> None:
        """Find them in -1/+1 `phrases` `(n, tracks, bars, steps, pitches)`.

        mono: of which tracks cells may be due.
        """
        sounds = (phrases > 0).any(dim=-1).flatten(2)  # (n, tracks, length)
        found = torch.zeros_like(self.cells)
        for first in range(0, len(found), self.bar_steps):
            for track in (track for track, alone in enumerate(mono) if alone):
                step = self._entry(sounds[:, track], range(first, first + self.bar_steps))
                if step is not None:
                    found[step, track] = True
        self.cells.copy_(found)
        self.never.copy_(~sounds.any(dim=2).any(dim=0))

    def due(self, number: int, known: Tensor | None) -> Tensor:
        """Which of a level's cells must sound now: 1, or may not: -1; `(n or 1, level's, tracks)`.

        known: what plays on the steps of the levels before, `(n, steps, tracks, pitches)`.
        """
        steps = self.order[number]
        cells = self.cells[steps.start :: steps.step][None]
        if known is not None:
            earlier = torch.arange(0, len(self.cells), steps.step)
            together = self.same_bar(torch.tensor(steps), earlier).to(known)
            cells = cells & (together @ known.sum(dim=-1) == 0)
        return cells.float() - self.never.float()

    def same_bar(self, steps: Tensor, others: Tensor) -> Tensor:
        """Whether each step lies in a bar with each of the others: bool `(steps, others)`."""
        return (steps // self.bar_steps)[:, None] == others // self.bar_steps

    def _entry(self, sounds: Tensor, bar: range) -> int | None:
        """The step of a bar by which all songs' bars sound; sounds: bool `(n, length)`."""
        silent = torch.ones_like(sounds[:, 0])
        for level in self.order:
            steps = [step for step in level if step in bar]
            entering = sounds[:, steps] & silent[:, None]
            silent = silent & ~entering.any(dim=1)
            if steps and not silent.any():
                return steps[int(entering.sum(dim=0).argmax())]
        return None

    def _load_from_state_dict(self, state_dict: Any, prefix: str, *rest: Any) -> None:
        """Weights that were saved before there were entries have none."""
        for name, buffer in (("cells", self.cells), ("never", self.never)):
            state_dict.setdefault(prefix + name, torch.zeros_like(buffer))
        super()._load_from_state_dict(state_dict, prefix, *rest)
