"""One level of the multiscale generator: the steps halfway between those already chosen.

Within a step the tracks choose in turn, or several at once. Besides what they hear through learned
vectors, plain tables of intervals say what goes together and which motions are good: the same in
every key and at every height, they are learned from little music.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from midigan.training.networks.bar_generators import OCTAVE
from midigan.training.networks.chance import picked, picked_each, played
from midigan.training.networks.compass import NEVER
from midigan.training.networks.entries import INSISTENCE
from midigan.training.networks.layers import RELU_GAIN, leaky, linear

#: Intervals up to this many semitones have a say of their own in what sounds well together.
WIDEST_INTERVAL = 24

#: Tables of intervals are few numbers that must grow large: they learn so much faster.
TABLE_SCALE = 8.0

#: What the place of a silent track lies below 0: no motion leads from there into the range.
SILENT = 1000.0


class Heard(NamedTuple):
    """What a level's steps hear of those already chosen.

    hidden: `(n, length, context)`; around: cells just before and after each step,
    `(n, length, 2, tracks, pitches)`; places: which pitch that is, `(n, length, 2, tracks)`.
    The last two are None where nothing is known yet.
    """

    hidden: Tensor
    around: Tensor | None
    places: Tensor | None


class Countable(NamedTuple):
    """Numbers that are added to the logits of choices, each to those of one kind.

    scale: by which they are multiplied then; rare: whether most choices are of no kind.
    """

    values: nn.Parameter
    scale: float
    rare: bool


class Level(nn.Module):
    """The steps halfway between those already chosen, and how the tracks choose there in turn.

    at_once: how many of them choose at once, one number a turn.
    """

    def __init__(
        self,
        length: int,
        mono: Sequence[bool],
        pitches: int,
        embedding: int,
        context: int,
        own: int,
        noise: int,
        dropout: float,
        *,
        first: bool,
        at_once: Sequence[int],
        motion: bool = True,
    ) -> None:
        super().__init__()
        tracks = len(mono)
        if sum(at_once) != tracks or min(at_once) < 1:
            raise ValueError(f"{list(at_once)} at once are not {tracks} in all")
        self.mono, self.length, self.at_once = tuple(mono), length, tuple(at_once)
        # The outer tracks choose first, and the inner ones fill in.
        self.order = [tracks - 1, *range(tracks - 1)]
        #: How many tracks have chosen before each in that order, and are heard.
        self.heard = [
            sum(at_once[:turn]) for turn, count in enumerate(at_once) for _ in range(count)
        ]
        self.hear = None if first else linear(4 * tracks * embedding, context)
        self.style = linear(noise, context, 0.5)
        self.place = nn.Parameter(0.3 * torch.randn(length, context))
        self.norm, self.last_norm = nn.LayerNorm(context), nn.LayerNorm(context)
        self.mix, self.exit = linear(context, context, RELU_GAIN), linear(context, context, 0.3)
        self.dropout = dropout
        self.enter = nn.ModuleList(linear(context, own) for _ in range(tracks))
        self.answer = nn.ModuleList(linear(n * embedding, own) for n in self.heard if n)
        self.write = nn.ModuleList(linear(own, pitches, 0.3) for _ in range(tracks))
        # Tables of each track in that order: of its own steps before and after, if any, and of
        # the tracks that have chosen. Those of the first turn of the first level have none.
        rows = [(0 if first else 2) + n for n in self.heard]
        self.intervals = nn.ParameterDict(
            {str(turn): torch.zeros(n, 2 * WIDEST_INTERVAL + 2) for turn, n in enumerate(rows) if n}
        )
        moved = [turn for turn, n in enumerate(self.heard) if n and motion and not first]
        self.motions = nn.ParameterDict(
            {str(turn): torch.zeros(2, self.heard[turn], OCTAVE) for turn in moved}
        )
        apart = torch.arange(pitches) - torch.arange(pitches)[:, None]
        near = apart.abs() <= WIDEST_INTERVAL
        apart = torch.where(near, apart + WIDEST_INTERVAL, 2 * WIDEST_INTERVAL + 1)
        self.register_buffer("apart", apart, persistent=False)

    apart: Tensor  # (pitches, pitches): column of the interval tables

    @property
    def together(self) -> bool:
        """Whether all tracks choose at once."""
        return len(self.at_once) == 1

    def prefer(self, track: int, logits: Tensor) -> None:
        """Set what a track chooses before it has learned: logits `(pitches,)` to silence."""
        cast(nn.Linear, self.write[track]).bias.data.copy_(logits)

    def choose(
        self,
        pitch: nn.Module,
        known: Tensor | None,
        style: Tensor,
        heights: Tensor,
        temperature: float,
        due: Tensor,
        outside: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Choose the new steps by their heights 0..1, `(n, length, tracks)`.

        due: 1 where silence is no choice, -1 where it is the only one, else 0, `(n or 1, length,
        tracks)`. outside: which pitches are no choice, bool `(pitches,)`; they score `NEVER`.
        Returns scores and, as 0 and 1, what plays: both `(n, length, tracks, pitches)`.
        """
        heard = self._hear(pitch, known, style)
        chosen: list[Tensor] = []
        scores: dict[int, Tensor] = {}
        for turn, track in enumerate(self.order):
            before = chosen[: self.heard[turn]]
            logits = self._logits(turn, track, pitch, heard, before) / temperature
            insisted = logits + INSISTENCE * due[:, :, track, None]
            mono, pick = self.mono[track], picked if self.mono[track] else picked_each
            found = pick(insisted.masked_fill(outside, NEVER), heights[:, :, track, None])
            scores[track] = found.masked_fill(outside, NEVER)
            chosen.append(played(scores[track], mono))
        by_track = [chosen[self.order.index(track)] for track in range(len(self.order))]
        in_order = [scores[track] for track in range(len(self.order))]
        return torch.stack(in_order, dim=2), torch.stack(by_track, dim=2)

    def surprise(
        self,
        pitch: nn.Module,
        known: Tensor | None,
        style: Tensor,
        real: Tensor,
        rng: torch.Generator | None,
    ) -> Tensor:
        """Nats of surprise at the real choices `(n, length, tracks, pitches)`, in sum."""
        total = style.new_zeros(())
        for turn, (cells, logits) in enumerate(self.judged(pitch, known, style, real, rng)):
            if self.mono[self.order[turn]]:
                silence = (1 - cells.sum(dim=-1, keepdim=True)).clamp(min=0)
                wanted = torch.cat([cells, silence], dim=-1).argmax(dim=-1).flatten()
                padded = functional.pad(logits, (0, 1)).flatten(0, 1)
                total = total + functional.cross_entropy(padded, wanted, reduction="sum")
            else:
                total = total + functional.binary_cross_entropy_with_logits(
                    logits, cells, reduction="sum"
                )
        return total

    def judged(
        self,
        pitch: nn.Module,
        known: Tensor | None,
        style: Tensor,
        real: Tensor,
        rng: torch.Generator | None = None,
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """Turn by turn, the real choices and the logits there: both `(n, length, pitches)`."""
        heard = self._hear(pitch, known, style, rng)
        for turn, track in enumerate(self.order):
            before = [real[:, :, other] for other in self.order[: self.heard[turn]]]
            yield real[:, :, track], self._logits(turn, track, pitch, heard, before)

    def countable(self) -> list[Countable]:
        """The parts of the level whose gradient counts something."""
        tables = [Countable(table, TABLE_SCALE, rare=False) for table in self.intervals.values()]
        motions = [Countable(table, TABLE_SCALE, rare=True) for table in self.motions.values()]
        return [*tables, *motions]

    def _hear(
        self,
        pitch: nn.Module,
        known: Tensor | None,
        style: Tensor,
        rng: torch.Generator | None = None,
    ) -> Heard:
        """What the tracks hear before they choose. rng: chance for dropout while learning."""
        hidden = self.place + self.style(style)[:, None]
        around = places = None
        if known is not None and self.hear is not None:
            padded = functional.pad(known, (0, 0, 0, 0, 1, 2))
            vectors = pitch(padded).flatten(2)
            near = [vectors[:, i : i + self.length] for i in range(4)]
            hidden = hidden + self.hear(torch.cat(near, dim=2))
            sides = (padded[:, 1 : self.length + 1], padded[:, 2 : self.length + 2])
            around = torch.stack(sides, dim=2)
            places = place_of(around)
        refined = self.exit(self._thinned(leaky(self.mix(self.norm(hidden))), rng))
        return Heard(self._thinned(leaky(self.last_norm(hidden + refined)), rng), around, places)

    def _thinned(self, hidden: Tensor, rng: torch.Generator | None) -> Tensor:
        """Dropout (Srivastava et al. 2014), by chance that is passed in; none without it."""
        if rng is None or self.dropout == 0:
            return hidden
        kept = torch.rand(hidden.shape, generator=rng).to(hidden.device) >= self.dropout
        return hidden * kept / (1 - self.dropout)

    def _logits(
        self, turn: int, track: int, pitch: nn.Module, heard: Heard, before: list[Tensor]
    ) -> Tensor:
        """Logits of a track's pitches `(n, length, pitches)`, relative to silence.

        turn: the track's place in the order. before: what those that it hears play, each
        `(n, length, pitches)`.
        """
        own = self.enter[turn](heard.hidden)
        if before:
            vectors = pitch(torch.stack(before, dim=2)).flatten(2)
            own = own + self.answer[turn - self.at_once[0]](vectors)
        logits: Tensor = self.write[track](leaky(own))
        given = list(before)
        if heard.around is not None:
            given = [heard.around[:, :, side, track] for side in (0, 1)] + given
        if given:
            table = TABLE_SCALE * self.intervals[str(turn)][:, self.apart]
            logits = logits + torch.cat(given, dim=-1) @ table.flatten(0, 1)
        if heard.places is not None and str(turn) in self.motions:
            logits = self._with_motion(turn, track, logits, heard.places, before)
        return logits

    def _with_motion(
        self, turn: int, track: int, logits: Tensor, places: Tensor, before: list[Tensor]
    ) -> Tensor:
        """The logits of moving in parallel with a track that has chosen, by the interval to it.

        Parallel thirds are welcome where parallel fifths are not. Silent tracks do not move.
        """
        count = len(before)
        there = places[..., self.order[:count]]  # (n, length, 2, count)
        now = place_of(torch.stack(before, dim=2)).unsqueeze(2)  # (n, length, 1, count)
        apart = places[..., track, None] - there
        goal = apart + now
        # From or into silence the goal is out of range, unless both tracks come from silence.
        moves = (now != there) & (there >= 0)
        fits = moves & (goal >= 0) & (goal < logits.shape[-1])
        table = TABLE_SCALE * self.motions[str(turn)].flatten()
        row = torch.arange(2 * count, device=logits.device).reshape(2, count) * OCTAVE
        index = row + torch.remainder(apart, OCTAVE).long()
        amount = (table[index] * fits).to(logits.dtype)
        where = goal.clamp(0, logits.shape[-1] - 1).long()
        return logits.scatter_add(2, where.flatten(2), amount.flatten(2))


def place_of(cells: Tensor) -> Tensor:
    """Pitch index that sounds in cells of 0 and 1 `(..., pitches)`, or far below 0 for silence."""
    numbers = torch.arange(cells.shape[-1], device=cells.device, dtype=cells.dtype)
    # A sum of products, since bfloat16, which matrices may be multiplied in, rounds such numbers.
    return (cells * (numbers + SILENT)).sum(dim=-1) - SILENT
