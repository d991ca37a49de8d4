"""Poly tracks for the multiscale generator: voices of one pitch at a time each, lowest first.

Pitches of a chord that are chosen apart from each other make no chord. Here a poly track is
several voices, which choose one after the other as tracks do, each hearing those below it.
What a track plays is what any of its voices does.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from midigan.latents import NOISE
from midigan.training.networks.level import Countable
from midigan.training.networks.multiscale import MultiscaleGenerator, discretised
from midigan.training.networks.musegan import PhraseGenerator, Shape

#: How many pitches at a time a poly track sounds at most, unless a recipe says otherwise; and
#: drums, which a drummer has two hands and a foot for.
VOICES, DRUM_VOICES = 4, 3


class VoicedGenerator(PhraseGenerator):
    """Noise to phrases as `MultiscaleGenerator`, whose tracks are here the voices of tracks.

    Returns float32 scores `(n, tracks, bars, steps, pitches)`; above 0 sounds.

    counts: how many voices each track has. mono: whether it sounds one pitch at a time at most.
    sizes: those of the inner generator. Each voice hears its track's noise in a direction of
    its own.
    """

    rotations: Tensor

    def __init__(
        self,
        shape: Shape,
        counts: Sequence[int],
        mono: Sequence[bool],
        noise: int = NOISE,
        **sizes: int | float | Sequence[int],
    ) -> None:
        super().__init__()
        self.tracks, bars, steps, pitches = shape
        self.mono = tuple(mono)
        self.counts = list(counts)
        self.track_of = [track for track, count in enumerate(self.counts) for _ in range(count)]
        own = (len(self.track_of), bars, steps, pitches)
        self.inner = MultiscaleGenerator(own, None, noise, **sizes)  # type: ignore[arg-type]
        ranks = [rank for count in self.counts for rank in range(count)]
        self.register_buffer("rotations", torch.stack([rotation(rank, noise) for rank in ranks]))

    def forward(
        self,
        chords: Tensor,
        style: Tensor,
        melody: Tensor,
        groove: Tensor,
        genre: Tensor | None = None,
    ) -> Tensor:
        """Scores of phrases `(n, tracks, bars, steps, pitches)`.

        Those of each track are the highest of its voices.
        """
        return self._joined(self.inner(chords, style, self._own(melody), self._own(groove), genre))

    def discretise(self, scores: Tensor) -> Tensor:
        """Scores as exactly -1 and +1; see `discretised`."""
        return discretised(scores, self.mono)

    def likelihood_loss(
        self, phrases: Tensor, rng: torch.Generator, genre: Tensor | None = None
    ) -> Tensor:
        """How surprising real phrases are, in nats, as `MultiscaleGenerator.likelihood_loss`."""
        return self.inner.likelihood_loss(self.parted(phrases), rng, genre)

    def chosen_logits(self, phrases: Tensor, genre: Tensor | None = None) -> Tensor:
        """The sum of the logits of all that sounds in -1/+1 `phrases`, a scalar."""
        return self.inner.chosen_logits(self.parted(phrases), genre)

    def countable(self) -> list[Countable]:
        """Every level's parts that count something, in a fixed order."""
        return self.inner.countable()

    def initialise_from(self, phrases: Tensor) -> None:
        """Let each voice prefer the pitches that it has in real phrases."""
        self.inner.initialise_from(self.parted(phrases))

    def learn_rhythms(self, phrases: Tensor) -> None:
        """See in -1/+1 `phrases` how the rhythms of songs' voices differ."""
        self.inner.learn_rhythms(self.parted(phrases))

    def learn_limits(self, phrases: Tensor) -> None:
        """See in -1/+1 `phrases` what songs' voices never do: see `Entries` and `Compass`."""
        self.inner.learn_limits(self.parted(phrases))

    def parted(self, phrases: Tensor) -> Tensor:
        """-1/+1 `(n, tracks, bars, steps, pitches)` to voices, along axis 1."""
        parts = []
        for track, count in enumerate(self.counts):
            cells = phrases[:, track]
            parts += [cells] if count == 1 else voices_of(cells, count)
        return torch.stack(parts, dim=1)

    def _own(self, noise: Tensor) -> Tensor:
        """Noise a track, `(n, tracks, noise)`, as noise a voice."""
        return torch.einsum("nvi,vij->nvj", noise[:, self.track_of], self.rotations)

    def _joined(self, scores: Tensor) -> Tensor:
        """Scores of voices, along axis 1, to those of tracks."""
        by_track = torch.split(scores, self.counts, dim=1)
        return torch.cat([own.amax(dim=1, keepdim=True) for own in by_track], dim=1)


def voices_of(cells: Tensor, count: int) -> list[Tensor]:
    """What sounds in -1/+1 cells `(..., pitches)` as so many voices, the lowest pitch first.

    Of more pitches than voices the inner ones are left out.
    """
    sounding = cells > 0
    rank = sounding.cumsum(dim=-1)  # 1 for the lowest that sounds
    over = (rank[..., -1:] - count).clamp(min=0)
    lower = count - count // 2
    place = torch.where(rank <= lower, rank, torch.where(rank > lower + over, rank - over, 0))
    return [(sounding & (place == voice)).to(cells.dtype) * 2 - 1 for voice in range(1, count + 1)]


def rotation(number: int, size: int) -> Tensor:
    """A fixed orthogonal matrix `(size, size)`; number 0 is the identity."""
    if number == 0:
        return torch.eye(size)
    rng = torch.Generator().manual_seed(number)
    basis, _ = torch.linalg.qr(torch.randn(size, size, generator=rng))
    return basis
