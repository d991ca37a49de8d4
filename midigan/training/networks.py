"""The book's MuseGAN: a bar generator a track, and a critic of three-dimensional convolutions.

Layer for layer the PyTorch MuseGAN that the field knows (arXiv 1709.06298 in the form of
github.com/markhliu/DGAI), for any number of tracks, bars, steps and pitches. Scores end in a
tanh, because phrases are -1/+1; normalisation weights start around 1; each network of the
generator runs once a phrase.

A label (`genre`) has its place beside `style`: one more vector that is the same in every
bar and track, concatenated to the bar generators' input.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from midigan.errors import FormatError
from midigan.generator import NOISE

#: Tracks, bars, steps and pitches of a phrase, as `Layout.shape` has them.
Shape = tuple[int, int, int, int]

OCTAVE = 12
SILENCE = -1.0


class TemporalNetwork(nn.Module):
    """One noise vector to one vector a bar: float32 `(n, noise)` to `(n, noise, bars)`."""

    def __init__(self, bars: int, hidden: int, noise: int = NOISE) -> None:
        super().__init__()
        first = min(bars, 2)
        self.net = nn.Sequential(
            nn.Unflatten(1, (noise, 1, 1)),  # (n, noise, 1, 1)
            nn.ConvTranspose2d(noise, hidden, (first, 1)),  # (n, hidden, 2, 1)
            nn.BatchNorm2d(hidden),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(hidden, noise, (bars - first + 1, 1)),  # (n, noise, bars, 1)
            nn.BatchNorm2d(noise),
            nn.ReLU(inplace=True),
            nn.Flatten(2),  # (n, noise, bars)
        )

    def forward(self, vector: Tensor) -> Tensor:
        """Unfold noise over the bars of a phrase."""
        unfolded: Tensor = self.net(vector)
        return unfolded


class BarGenerator(nn.Module):
    """A bar's four vectors in a row to its scores: `(n, 4 * noise)` to `(n, steps, pitches)`.

    hidden: channels of the temporal networks; the convolutions here have half as many.
    features: outputs of the first layer, a multiple of these channels. Steps and pitches
    that the transposed convolutions cannot hit exactly are made too many and cut off.
    """

    def __init__(
        self, steps: int, pitches: int, hidden: int, features: int, noise: int = NOISE
    ) -> None:
        super().__init__()
        wide = hidden // 2
        narrow = wide // 2
        if narrow == 0 or features % wide != 0:
            raise FormatError(
                f"features is {features} and hidden {hidden}: features must be a multiple of "
                "hidden / 2, and hidden at least 4"
            )
        self.steps, self.pitches = steps, pitches
        rows = features // wide  # 2 for a bar of 16 steps
        last = _parts(steps, 4 * rows)  # ... and 2
        octaves = _parts(pitches, OCTAVE)  # 7
        self.net = nn.Sequential(
            nn.Linear(4 * noise, features),
            nn.BatchNorm1d(features),
            nn.ReLU(inplace=True),
            nn.Unflatten(1, (wide, rows, 1)),  # (n, 512, 2, 1) with the book's sizes
            *_upsampled(wide, wide, (2, 1)),  # (n, 512, 4, 1)
            *_upsampled(wide, narrow, (2, 1)),  # (n, 256, 8, 1)
            *_upsampled(narrow, narrow, (last, 1)),  # (n, 256, 16, 1)
            *_upsampled(narrow, narrow, (1, octaves)),  # (n, 256, 16, 7)
            nn.ConvTranspose2d(narrow, 1, (1, OCTAVE), (1, OCTAVE)),  # (n, 1, 16, 84)
            nn.Flatten(1, 2),  # (n, 16, 84)
        )

    def forward(self, vectors: Tensor) -> Tensor:
        """Scores of one bar of one track, before the tanh."""
        scores: Tensor = self.net(vectors)
        return scores[:, : self.steps, : self.pitches]


class PhraseGenerator(nn.Module):
    """What training needs of a generator, besides drawing scores from the four noises."""

    def discretise(self, scores: Tensor) -> Tensor:
        """What the critic sees of scores in training: here the scores themselves."""
        return scores

    def likelihood_loss(self, phrases: Tensor, rng: torch.Generator) -> Tensor:
        """Nats by which real phrases surprise the generator, a scalar, if it can tell at all."""
        raise FormatError(
            "these networks learn from a critic alone: likelihood_weight of the recipe must be 0"
        )

    def initialise_from(self, phrases: Tensor) -> None:
        """Start near real phrases, -1/+1 `(n, tracks, bars, steps, pitches)`: here nowhere near."""


class MuseGenerator(PhraseGenerator):
    """Noise to phrases: chords, style, melody and groove, as MuseGAN names them.

    chords `(n, noise)`: what all tracks follow, another vector in each bar; style
    `(n, noise)`: the same in every bar and track; melody `(n, tracks, noise)`: a track's own,
    another vector in each bar; groove `(n, tracks, noise)`: a track's own, the same in every
    bar. Returns float32 scores `(n, tracks, bars, steps, pitches)` in -1..1; above 0 sounds.
    """

    def __init__(
        self, shape: Shape, hidden: int = 1024, features: int = 1024, noise: int = NOISE
    ) -> None:
        super().__init__()
        tracks, self.bars, steps, pitches = shape
        self.chords_network = TemporalNetwork(self.bars, hidden, noise)
        self.melody_networks = nn.ModuleList(
            TemporalNetwork(self.bars, hidden, noise) for _ in range(tracks)
        )
        self.bar_generators = nn.ModuleList(
            BarGenerator(steps, pitches, hidden, features, noise) for _ in range(tracks)
        )
        self.apply(initialise)

    def forward(self, chords: Tensor, style: Tensor, melody: Tensor, groove: Tensor) -> Tensor:
        """Scores of phrases; bars are folded into the batch, so that each network runs once."""
        chords = self.chords_network(chords).transpose(1, 2)  # (n, bars, noise)
        style = self._in_every_bar(style)
        tracks = []
        for track, (network, bar) in enumerate(
            zip(self.melody_networks, self.bar_generators, strict=True)
        ):
            own = network(melody[:, track]).transpose(1, 2)  # (n, bars, noise)
            groove_of = self._in_every_bar(groove[:, track])
            vectors = torch.cat([chords, style, own, groove_of], dim=2)  # (n, bars, 4 * noise)
            scores = bar(vectors.flatten(0, 1))  # (n * bars, steps, pitches)
            tracks.append(scores.unflatten(0, (-1, self.bars)))  # (n, bars, steps, pitches)
        return torch.tanh(torch.stack(tracks, dim=1))  # (n, tracks, bars, steps, pitches)

    def _in_every_bar(self, vector: Tensor) -> Tensor:
        return vector.unsqueeze(1).expand(-1, self.bars, -1)  # (n, bars, noise)


class MuseCritic(nn.Module):
    """Phrases to scores: float32 `(n, tracks, bars, steps, pitches)` of -1..1 to `(n,)`.

    Tracks are the channels of convolutions over bars, then pitches, then steps. There is no
    normalisation, which a gradient penalty a phrase forbids, and no activation at the end.
    Phrases are padded with silence to whole octaves and to a multiple of 8 steps.
    """

    def __init__(self, shape: Shape, hidden: int = 128, features: int = 1024) -> None:
        super().__init__()
        tracks, bars, steps, pitches = shape
        octaves, eighths = _parts(pitches, OCTAVE), _parts(steps, 8)
        self.padding = (0, octaves * OCTAVE - pitches, 0, eighths * 8 - steps)
        first = min(bars, 2)
        self.net = nn.Sequential(
            *_convolved(tracks, hidden, (first, 1, 1)),  # (n, hidden, bars - 1, 16, 84)
            *_convolved(hidden, hidden, (bars - first + 1, 1, 1)),  # (n, hidden, 1, 16, 84)
            *_convolved(hidden, hidden, (1, 1, OCTAVE), (1, 1, OCTAVE)),  # (n, hidden, 1, 16, 7)
            *_convolved(hidden, hidden, (1, 1, octaves), (1, 1, octaves)),  # (n, hidden, 1, 16, 1)
            *_convolved(hidden, hidden, (1, 2, 1), (1, 2, 1)),  # (n, hidden, 1, 8, 1)
            *_convolved(hidden, hidden, (1, 2, 1), (1, 2, 1)),  # (n, hidden, 1, 4, 1)
            *_convolved(hidden, 2 * hidden, (1, 4, 1), (1, 2, 1), 1),  # (n, 2 * hidden, 1, 2, 1)
            *_convolved(
                2 * hidden, 4 * hidden, (1, 3, 1), (1, 2, 1), 1
            ),  # (n, 4 * hidden, 1, 1, 1)
            nn.Flatten(),
            nn.Linear(4 * hidden * _parts(eighths, 2), features),
            nn.LeakyReLU(0.3, inplace=True),
            nn.Linear(features, 1),
            nn.Flatten(0),  # (n,)
        )
        self.apply(initialise)

    def forward(self, phrase: Tensor) -> Tensor:
        """How real phrases seem; only differences of scores mean something."""
        if any(self.padding):
            phrase = functional.pad(phrase, self.padding, value=SILENCE)
        score: Tensor = self.net(phrase)
        return score


def initialise(layer: nn.Module) -> None:
    """Weights N(0, 0.02), those of normalisations N(1, 0.02), biases 0."""
    if isinstance(layer, nn.Linear | nn.Conv3d | nn.ConvTranspose2d):
        nn.init.normal_(layer.weight, 0.0, 0.02)
    elif isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
        nn.init.normal_(layer.weight, 1.0, 0.02)
    else:
        return
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


def _upsampled(inputs: int, outputs: int, factor: tuple[int, int]) -> tuple[nn.Module, ...]:
    """A transposed convolution that makes `factor` cells of each, normalised."""
    return (
        nn.ConvTranspose2d(inputs, outputs, factor, factor),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def _convolved(
    inputs: int,
    outputs: int,
    kernel: tuple[int, int, int],
    stride: tuple[int, int, int] = (1, 1, 1),
    step_padding: int = 0,
) -> tuple[nn.Module, ...]:
    return (
        nn.Conv3d(inputs, outputs, kernel, stride, (0, step_padding, 0)),
        nn.LeakyReLU(0.3, inplace=True),
    )


def _parts(whole: int, size: int) -> int:
    """How many parts of `size` it takes to hold `whole`."""
    return -(-whole // size)
