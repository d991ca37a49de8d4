"""A MuseGAN generator that composes from coarse to fine, and can be taught by example.

The first step of a phrase and the one in its middle are chosen first, then those halfway
between, until every step is there; at each step the tracks choose in turn, but for the last
and shortest steps, of which few are more than what lies around them goes on. Every choice hears the
choices already made around it, so that lines and chords fit together (multiscale
autoregression: arXiv 1703.03664; the order of a hierarchy of bars and beats is that of music).
All chance is in the inputs, with MuseGAN's meanings (arXiv 1709.06298):

    chords   what all tracks do on the beats, another vector in each bar
    melody   a track's own choices, another vector in each bar
    groove   a track's own choices between the beats, the same in every bar
    style    what the whole phrase is like, the same for every bar and track

A label (`genre`) is concatenated to the style wherever that is heard.

A cell's noise, a standard normal number, says how far up the distribution of the cell its
pitch lies, so that small changes of the noise make small changes of the music. Because each
choice has a probability, phrases can be learned by likelihood, before or beside a critic.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from midigan.latents import NOISE
from midigan.training.networks.chance import mixed, played, spread
from midigan.training.networks.coarse_to_fine import chosen_steps, interleaved
from midigan.training.networks.compass import Compass
from midigan.training.networks.entries import Entries
from midigan.training.networks.layers import pitch_map
from midigan.training.networks.level import Countable, Level
from midigan.training.networks.musegan import PhraseGenerator, Shape
from midigan.training.networks.style_reader import StyleReader

#: Of a cell's noise: how much of the variance is the chords' on the beats, and the groove's
#: between them; the rest is the melody's.
CHORDS_SHARE, GROOVE_SHARE = 0.5, 0.25

#: A label is one number among 32 of noise: so much louder, it is learned as fast as they are.
GENRE_SCALE = 4.0


class MultiscaleGenerator(PhraseGenerator):
    """Noise to phrases; returns float32 scores `(n, tracks, bars, steps, pitches)`.

    Scores are relative to silence: a mono track plays its highest score if that is above 0, a
    poly track all that are.

    mono: whether each track sounds at most one pitch at a time; all do if left out.
    embedding: length of a pitch's vector; context: channels of what a step hears; own: of
    what a track makes of it; dropout: share of them that is silenced in training; together: on
    how many of the finest levels all tracks choose at once; at_once: how many do on the others,
    one number a turn, in the order in which they choose: each alone if left out; motion: 0 if
    tracks that choose in turn have no tables of parallel motion; compass: among how many pitches
    they choose, see `Compass`; rhythm: 1 if the style's first numbers are the rhythm's, see
    `Rhythm`; genres: how many labels there are, `genre` `(n, genres)` is then one more input; beat:
    steps of a beat, a quarter of the bar if left out.
    """

    on_beat: Tensor
    place_of_beat: Tensor
    chords_map: Tensor
    melody_map: Tensor
    groove_map: Tensor

    def __init__(
        self,
        shape: Shape,
        mono: Sequence[bool] | None = None,
        noise: int = NOISE,
        embedding: int = 24,
        context: int = 128,
        own: int = 48,
        dropout: float = 0.1,
        temperature: float = 0.9,
        frame: int = 2,
        together: int = 1,
        at_once: Sequence[int] = (),
        motion: int = 1,
        compass: int = 0,
        rhythm: int = 0,
        genres: int = 0,
        beat: int = 0,
    ) -> None:
        super().__init__()
        self.tracks, self.bars, self.steps, self.pitches = shape
        self.genres = genres
        self.mono = tuple(mono) if mono is not None else (True,) * self.tracks
        self.temperature = temperature
        length = self.bars * self.steps
        whole = 1 << max(0, (length - 1).bit_length())
        top = max(1, whole // frame)
        self.spacings = [top >> i for i in range(top.bit_length())]
        order = chosen_steps(length, self.spacings)
        in_turn = tuple(at_once) or (1,) * self.tracks
        finest = max(1, len(self.spacings) - together)
        self.pitch = pitch_map(self.pitches, embedding)
        self.levels = nn.ModuleList(
            Level(
                len(steps),
                self.mono,
                self.pitches,
                embedding,
                context,
                own,
                noise + genres,
                dropout,
                first=number == 0,
                at_once=in_turn if number < finest else (self.tracks,),
                motion=bool(motion),
            )
            for number, steps in enumerate(order)
        )
        self.reader = StyleReader(shape, noise, embedding, order if rhythm else ())
        on_beat = torch.arange(length) % self.steps % (beat or max(1, self.steps // 4)) == 0
        self.register_buffer("on_beat", on_beat[:, None])  # (bars * steps, 1)
        self.register_buffer("place_of_beat", on_beat.cumsum(0) - 1)
        beats = int(on_beat.sum())
        self.register_buffer("chords_map", spread(beats * self.tracks, noise))
        self.register_buffer("melody_map", spread(length, noise))
        self.register_buffer("groove_map", spread(self.steps, noise))
        self.entries = Entries(order, self.steps, self.tracks)
        self.compass = Compass(self.pitches, compass)

    def forward(
        self,
        chords: Tensor,
        style: Tensor,
        melody: Tensor,
        groove: Tensor,
        genre: Tensor | None = None,
    ) -> Tensor:
        """Scores of phrases `(n, tracks, bars, steps, pitches)`, chosen from coarse to fine."""
        style = labelled(style, genre)
        heights = self._heights(chords, melody, groove)  # (n, bars * steps, tracks)
        outside = self.compass.outside()
        known: Tensor | None = None
        scores: Tensor | None = None
        for number, (spacing, level) in enumerate(self._levels()):
            new = heights[:, ::spacing] if known is None else heights[:, spacing :: 2 * spacing]
            due = self.entries.due(number, known)
            found, own = level.choose(self.pitch, known, style, new, self.temperature, due, outside)
            scores = found if scores is None else interleaved(scores, found)
            known = own if known is None else interleaved(known, own)
        assert scores is not None
        return self._as_phrases(scores)

    def likelihood_loss(
        self, phrases: Tensor, rng: torch.Generator, genre: Tensor | None = None
    ) -> Tensor:
        """How surprising real phrases are: nats a phrase, mean over -1/+1 `phrases`; a scalar.

        An upper bound (evidence lower bound, arXiv 1312.6114): each choice is judged given
        the real ones before it, and the style is read from the phrase itself.
        """
        cells = (phrases.flatten(2, 3).transpose(1, 2) + 1) / 2  # (n, length, tracks, pitches)
        style, loss = self.reader.draw(cells, rng)
        style = labelled(style, genre)
        chance = rng if self.training else None
        for level, coarser, new in self._taught(cells):
            loss = loss + level.surprise(self.pitch, coarser, style, new, chance) / len(phrases)
        return loss

    def countable(self) -> list[Countable]:
        """Every level's parts that count something, in a fixed order."""
        return [part for _, level in self._levels() for part in level.countable()]

    def chosen_logits(self, phrases: Tensor, genre: Tensor | None = None) -> Tensor:
        """The sum of the logits of all that sounds in -1/+1 `phrases`, a scalar.

        The style is what they seem to have.
        """
        cells = (phrases.flatten(2, 3).transpose(1, 2) + 1) / 2
        style = labelled(self.reader(cells)[0], genre)
        total = style.new_zeros(())
        for level, coarser, new in self._taught(cells):
            for cells_of, logits in level.judged(self.pitch, coarser, style.detach(), new):
                total = total + (cells_of * logits).sum()
        return total

    def discretise(self, scores: Tensor) -> Tensor:
        """Scores as exactly -1 and +1; see `discretised`."""
        return discretised(scores, self.mono)

    @property
    def turns(self) -> list[int]:
        """The tracks in the order in which they choose at each step."""
        return cast(Level, self.levels[0]).order

    def learn_rhythms(self, phrases: Tensor) -> None:
        """See in -1/+1 `phrases` how songs' rhythms differ, if the style is to say: `Rhythm`."""
        if self.reader.rhythm is not None:
            self.reader.rhythm.learn((phrases.flatten(2, 3).transpose(1, 2) + 1) / 2)

    def learn_limits(self, phrases: Tensor) -> None:
        """See in -1/+1 `phrases` what songs never do: see `Entries` and `Compass`."""
        self.entries.learn(phrases, self.mono)
        self.compass.learn(phrases)

    def _levels(self) -> Iterator[tuple[int, Level]]:
        """Each level with the distance, in steps, of its choices from those it lies between."""
        for spacing, level in zip(self.spacings, self.levels, strict=True):
            yield spacing, cast(Level, level)

    def _taught(self, cells: Tensor) -> Iterator[tuple[Level, Tensor | None, Tensor]]:
        """Each level with what it hears and what it should choose, of `cells` of real phrases."""
        for spacing, level in self._levels():
            if spacing == self.spacings[0]:
                yield level, None, cells[:, ::spacing]
            else:
                yield level, cells[:, :: 2 * spacing], cells[:, spacing :: 2 * spacing]

    def _heights(self, chords: Tensor, melody: Tensor, groove: Tensor) -> Tensor:
        """Each cell's noise as a height 0..1 in its distribution: `(n, bars * steps, tracks)`."""
        own = (melody @ self.melody_map.T).transpose(1, 2)
        beats = (chords @ self.chords_map.T).reshape(chords.shape[0], -1, self.tracks)
        beats = beats[:, self.place_of_beat]
        between = (groove @ self.groove_map.T).transpose(1, 2).repeat(1, self.bars, 1)
        on_beat = mixed(beats, own, CHORDS_SHARE)
        normal = torch.where(self.on_beat, on_beat, mixed(between, own, GROOVE_SHARE))
        return 0.5 * (1 + torch.erf(normal / math.sqrt(2)))

    def _as_phrases(self, cells: Tensor) -> Tensor:
        """`(n, bars * steps, tracks, pitches)` to `(n, tracks, bars, steps, pitches)`."""
        return cells.transpose(1, 2).reshape(-1, self.tracks, self.bars, self.steps, self.pitches)

    @torch.no_grad()
    def initialise_from(self, phrases: Tensor) -> None:
        """Let each track prefer the pitches that it has in real phrases, before it has learned."""
        sounding = (phrases > 0).float().sum(dim=(0, 2, 3)) + 0.5  # (tracks, pitches)
        steps = phrases.shape[0] * phrases.shape[2] * phrases.shape[3] + 1.0
        for _, level in self._levels():
            for track, mono in enumerate(self.mono):
                counts = sounding[track]
                others = steps - counts.sum() if mono else steps - counts
                level.prefer(track, counts.log() - others.clamp(min=0.5).log())


def discretised(scores: Tensor, mono: Sequence[bool]) -> Tensor:
    """Scores `(n, tracks, ...)` as exactly -1 and +1, what plays; gradients pass straight through.

    They are those of a softmax over a mono track's pitches and silence, and of a sigmoid of
    each of a poly track's (arXiv 1308.3432; for MuseGAN: arXiv 1804.09399).
    """
    tracks = zip(scores.unbind(dim=1), mono, strict=True)
    hard = torch.stack([played(own, alone) for own, alone in tracks], dim=1)
    alone = torch.tensor(mono, device=scores.device)[:, None, None, None]
    choices = functional.pad(scores, (0, 1)).softmax(dim=-1)[..., :-1]
    soft = torch.where(alone, choices, scores.sigmoid())
    return 2 * (hard + (soft - soft.detach())) - 1


def labelled(style: Tensor, genre: Tensor | None) -> Tensor:
    """The style `(n, noise)` with its label behind it, if there is one."""
    return style if genre is None else torch.cat([style, GENRE_SCALE * genre], dim=1)


def without_limits(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A generator's weights without what it knows that other songs never do."""
    known = "entries.cells", "entries.never", "compass.lowest"
    return {name: part for name, part in weights.items() if not name.endswith(known)}
