"""The book's MuseGAN: a bar generator a track, and a critic of three-dimensional convolutions.

The layers of the PyTorch MuseGAN that the field knows (arXiv 1709.06298 in the form of
github.com/markhliu/DGAI), for any number of tracks, bars, steps and pitches. Scores end in a
tanh, because phrases are -1/+1; normalisation weights start around 1; each network of the
generator runs once a phrase, so that all bars are normalised together.

They are computed as matrix products, several times as fast on a CPU as convolutions a bar
and a track: a transposed convolution whose kernel is its stride is one matrix, the networks
of the tracks run side by side, and the critic's convolutions find their cells in a row.
`benchmarks/plain.py` has the same networks as convolutions, for comparison.

A label (`genre`) has its place beside all noise: it is concatenated to every noise vector that
enters the temporal networks, and to those that enter the bar generators. The critic weighs
what it found in a phrase once more by the label (a projection: arXiv 1802.05637).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from midigan.errors import FormatError
from midigan.latents import NOISE
from midigan.training.networks.bar_generators import OCTAVE, BarGenerators, Expansion, parts
from midigan.training.networks.double_leaky import double_leaky

#: Tracks, bars, steps and pitches of a phrase, as `Layout.shape` has them.
Shape = tuple[int, int, int, int]

SILENCE = -1.0

#: Of the critic's leaky ReLUs.
SLOPE = 0.3

#: Phrases that the critic takes at a time on a CPU: what they make stays in its cache, and each
#: tensor is small enough that its memory is used again instead of being asked for anew.
CACHED = 16


class TemporalNetworks(nn.Module):
    """Several networks side by side, each making one noise vector into one a bar.

    Float32 `(n, networks, noise + genres)` to `(n, networks, noise, bars)`.
    """

    def __init__(
        self, networks: int, bars: int, hidden: int, noise: int = NOISE, genres: int = 0
    ) -> None:
        super().__init__()
        first = min(bars, 2)
        every, given = networks * noise, networks * (noise + genres)
        self.net = nn.Sequential(
            nn.Flatten(),
            nn.Unflatten(1, (given, 1)),  # (n, networks * (noise + genres), 1)
            nn.ConvTranspose1d(given, networks * hidden, first, groups=networks),
            nn.BatchNorm1d(networks * hidden),
            nn.ReLU(inplace=True),  # (n, networks * hidden, 2)
            nn.ConvTranspose1d(networks * hidden, every, bars - first + 1, groups=networks),
            nn.BatchNorm1d(every),
            nn.ReLU(inplace=True),  # (n, networks * noise, bars)
            nn.Unflatten(1, (networks, noise)),
        )

    def forward(self, vectors: Tensor) -> Tensor:
        """Unfold noise over the bars of a phrase: `(n, networks, noise, bars)`."""
        unfolded: Tensor = self.net(vectors)
        return unfolded


class PhraseGenerator(nn.Module):
    """What training needs of a generator, besides drawing scores from the four noises."""

    def discretise(self, scores: Tensor) -> Tensor:
        """What the critic sees of scores in training: here the scores themselves."""
        return scores

    def likelihood_loss(
        self, phrases: Tensor, rng: torch.Generator, genre: Tensor | None = None
    ) -> Tensor:
        """Nats by which real phrases surprise the generator, a scalar, if it can tell at all.

        Raises FormatError if it cannot.
        """
        raise FormatError(
            "these networks learn from a critic alone: likelihood_weight of the recipe must be 0"
        )

    def initialise_from(self, phrases: Tensor) -> None:
        """Start near real phrases, -1/+1 `(n, tracks, bars, steps, pitches)`: here nowhere near."""

    def learn_rhythms(self, phrases: Tensor) -> None:
        """See how -1/+1 `phrases` differ in rhythm, for networks that hear it apart: here not."""


class MuseGenerator(PhraseGenerator):
    """Noise to phrases: chords, style, melody and groove, as MuseGAN names them.

    chords `(n, noise)`: what all tracks follow, another vector in each bar; style
    `(n, noise)`: the same in every bar and track; melody `(n, tracks, noise)`: a track's own,
    another vector in each bar; groove `(n, tracks, noise)`: a track's own, the same in every
    bar. Returns float32 scores `(n, tracks, bars, steps, pitches)`; above 0 sounds.

    bounded: scores end in a tanh, which the published ones do not.
    genres: how many labels there are; `genre` `(n, genres)` is then one more input.
    """

    def __init__(
        self,
        shape: Shape,
        hidden: int = 1024,
        features: int = 1024,
        noise: int = NOISE,
        *,
        bounded: bool = True,
        genres: int = 0,
    ) -> None:
        super().__init__()
        self.bounded = bounded
        tracks, self.bars, steps, pitches = shape
        #: Those of the melodies, a track each, and last that of the chords.
        self.temporal_networks = TemporalNetworks(tracks + 1, self.bars, hidden, noise, genres)
        self.bar_generators = BarGenerators(
            tracks, steps, pitches, hidden, features, 4 * noise + genres
        )
        self.apply(initialise)

    def forward(
        self,
        chords: Tensor,
        style: Tensor,
        melody: Tensor,
        groove: Tensor,
        genre: Tensor | None = None,
    ) -> Tensor:
        """Scores of phrases; bars are folded into the batch, tracks run side by side."""
        tracks = melody.shape[1]
        in_time = torch.cat([melody, chords[:, None]], dim=1)
        labels = []
        if genre is not None:
            labels = [genre[:, None, :, None].expand(-1, tracks, -1, self.bars)]
            in_time = torch.cat([in_time, genre[:, None].expand(-1, tracks + 1, -1)], dim=2)
        unfolded = self.temporal_networks(in_time)
        own, shared = unfolded[:, :tracks], unfolded[:, tracks:].expand(-1, tracks, -1, -1)
        style = style[:, None, :, None].expand(-1, tracks, -1, self.bars)
        groove = groove[..., None].expand(-1, -1, -1, self.bars)
        # (n, tracks, 4 * noise + genres, bars)
        vectors = torch.cat([shared, style, own, groove, *labels], dim=2)
        in_rows = vectors.permute(1, 2, 0, 3).flatten(2)  # (tracks, inputs, n * bars)
        scores: Tensor = self.bar_generators(in_rows).unflatten(1, (-1, self.bars))
        scores = scores.transpose(0, 1)  # (n, tracks, bars, steps, pitches)
        return torch.tanh(scores) if self.bounded else scores


class MuseCritic(nn.Module):
    """Phrases to scores: float32 `(n, tracks, bars, steps, pitches)` of -1..1 to `(n,)`.

    Tracks are the channels of convolutions over bars, then pitches, then steps. There is no
    normalisation, which a gradient penalty a phrase forbids, and no activation at the end.
    Phrases are padded with silence to whole octaves and to a multiple of 8 steps. Channels
    come last, so that cells which a convolution takes together lie in a row already.

    genres: how many labels there are; `genre` `(n, genres)` is then one more input.
    """

    def __init__(
        self, shape: Shape, hidden: int = 128, features: int = 1024, *, genres: int = 0
    ) -> None:
        super().__init__()
        tracks, bars, steps, pitches = shape
        octaves, eighths = parts(pitches, OCTAVE), parts(steps, 8)
        self.padding = (0, octaves * OCTAVE - pitches, 0, eighths * 8 - steps)
        self.quarters = 2 * eighths  # steps that are left when two have twice become one
        self.bars = min(bars, 2)  # that the first layer takes together
        self.pairs_of_bars = nn.Linear(tracks * self.bars, hidden)
        #: Over what is left of the bars; 12 pitches; octaves; 2 steps; 2 steps.
        self.folds = nn.ModuleList(
            nn.Linear(cells * hidden, hidden)
            for cells in (bars - self.bars + 1, OCTAVE, octaves, 2, 2)
        )
        self.wide_steps = nn.Linear(4 * hidden, 2 * hidden)
        self.wider_steps = nn.Linear(3 * 2 * hidden, 4 * hidden)
        self.whole = nn.Linear(4 * hidden * parts(eighths, 2), features)
        self.score = nn.Linear(features, 1)
        self.genre = nn.Linear(genres, features, bias=False) if genres else None
        self.apply(initialise)

    def forward(self, phrase: Tensor, genre: Tensor | None = None) -> Tensor:
        """How real -1/+1 phrases seem, `(n,)`; only differences of scores mean something."""
        if torch.is_grad_enabled() and phrase.device.type == "cpu":
            parts = torch.split(phrase, CACHED)
            labels = [None] * len(parts) if genre is None else torch.split(genre, CACHED)
            return torch.cat([self._scores(*each) for each in zip(parts, labels, strict=True)])
        return self._scores(phrase, genre)

    def _scores(self, phrase: Tensor, genre: Tensor | None) -> Tensor:
        if any(self.padding):
            phrase = functional.pad(phrase, self.padding, value=SILENCE)
        n = phrase.shape[0]
        cells = phrase.permute(0, 3, 4, 2, 1)  # (n, steps, pitches, bars, tracks)
        pairs = cells.unfold(3, self.bars, 1)  # (n, steps, pitches, bars - 1, tracks, 2)
        hidden = _row_by_row(self.pairs_of_bars, pairs)
        for fold in self.folds:
            assert isinstance(fold, nn.Linear)
            hidden = _row_by_row(fold, hidden)
        hidden = _row_by_row(self.wide_steps, _windows(hidden.view(n, self.quarters, -1), 4))
        hidden = hidden.view(n, self.quarters // 2, -1)
        hidden = _row_by_row(self.wider_steps, _windows(hidden, 3))
        found = _row_by_row(self.whole, hidden)
        return projected(self.score(found).flatten(), found, self.genre, genre)


def projected(
    score: Tensor, found: Tensor, weights: nn.Linear | None, genre: Tensor | None
) -> Tensor:
    """A critic's scores `(n,)` and, where it knows genres, what was found as that genre has it.

    found: `(n, features)`; weights: of genres to features (projection: arXiv 1802.05637).
    """
    if weights is None or genre is None:
        return score
    return score + (found * weights(genre)).sum(dim=1)


def initialise(layer: nn.Module) -> None:
    """Weights N(0, 0.02), those of normalisations N(1, 0.02), biases 0."""
    if isinstance(layer, nn.Linear | nn.ConvTranspose1d | Expansion):
        nn.init.normal_(layer.weight, 0.0, 0.02)
    elif isinstance(layer, nn.BatchNorm1d):
        nn.init.normal_(layer.weight, 1.0, 0.02)
    else:
        return
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


def _row_by_row(layer: nn.Linear, hidden: Tensor) -> Tensor:
    """A layer and its activation on as many numbers as it takes at a time: `(rows, outputs)`."""
    return double_leaky(layer(hidden.reshape(-1, layer.in_features)), SLOPE)


def _windows(hidden: Tensor, size: int) -> Tensor:
    """Every second `size` steps, with a zero beside either end: `(n, windows, size, channels)`."""
    return functional.pad(hidden, (0, 0, 1, 1)).unfold(1, size, 2).transpose(2, 3)
