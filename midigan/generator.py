"""A trained generator, played by ONNX Runtime: noise in, phrases out. No PyTorch here.

The `.onnx` file is all there is: weights, and a description of itself (`generator_info`).
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from midigan.errors import FormatError
from midigan.generator_info import METADATA_KEY, GeneratorInfo
from midigan.genres import Blend, weights_of
from midigan.harmony.choosing import choose
from midigan.harmony.song_keys import SongKeys
from midigan.latents import Floats, Latents, draw_latents
from midigan.layout import Layout
from midigan.notes import Phrases

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

#: The name that a critic has beside its generator.
CRITIC = "critic.onnx"

# The stream of chance beside those of phrases from which a seed's genre is drawn.
_GENRE_DRAWN = 8

#: The input beside the noise that generators with genres have, and their critics.
GENRE = "genre"


class Generator:
    """A generator ready to draw phrases. One thread: the fastest for one phrase at a time."""

    def __init__(self, session: InferenceSession, info: GeneratorInfo, path: Path) -> None:
        self._session = session
        self.info = info
        self.path = path

    @classmethod
    def load(cls, path: Path) -> Generator:
        """Open an exported generator.

        Raises FormatError if the file is missing, damaged, or not exported by midigan.
        """
        session = open_session(path)
        text = session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
        if text is None:
            raise FormatError(f"{path} has no midigan metadata: make it with 'midigan export'")
        try:
            info = GeneratorInfo.from_json(text)
        except FormatError as error:
            raise FormatError(f"{path}: {error}") from error
        return cls(session, info, path)

    @property
    def layout(self) -> Layout:
        """Tracks, grid and range of this generator's phrases."""
        return self.info.layout

    @property
    def song_keys(self) -> SongKeys | None:
        """What is known of the keys of its training music; None for nothing.

        Raises FormatError if it is damaged.
        """
        if not (self.info.song_keys and self.info.key):
            return None
        return SongKeys.from_plain(self.info.song_keys, len(self.layout.tracks))

    def draw(self, seed: int, number: int) -> Latents:
        """The latents of phrase `number` of the stream `seed`, both at least 0; n = 1."""
        return draw_latents(np.random.default_rng([seed, number]), 1, len(self.layout.tracks))

    def draw_genre(self, rng: np.random.Generator, n: int) -> Floats | None:
        """A genre for each of `n` phrases, one-hot `(n, genres)`, as often as music has it.

        None for a generator without genres.
        """
        if not self.info.genres:
            return None
        drawn = rng.choice(len(self.info.genres), n, p=self._shares)
        return np.eye(len(self.info.genres), dtype=np.float32)[drawn]

    def genre_at(self, seed: int, blend: Blend = ()) -> Floats | None:
        """The genres of the stream `seed`: float32 `(1, genres)` of sum 1.

        Those of the blend, or without one a genre that the seed draws as `draw_genre` does.
        None for a generator without genres. Raises MidiganError for a blend of genres that it
        has not.
        """
        if blend:
            return weights_of(blend, self.info.genres)[None]
        return self.draw_genre(np.random.default_rng([seed, 0, _GENRE_DRAWN]), 1)

    @property
    def _shares(self) -> NDArray[np.float64]:
        """Of sum 1; alike where the file does not say."""
        shares = np.array(self.info.genre_shares or [1.0] * len(self.info.genres))
        return shares / shares.sum()

    def _with_genre(self, feed: dict[str, Floats], genre: Floats | None) -> dict[str, Floats]:
        """What a network is fed with, and the genres if it takes any: given, or its music's."""
        if not self.info.genres:
            return feed
        n = len(next(iter(feed.values())))
        given = self._shares[None] if genre is None else genre
        return {
            **feed,
            GENRE: np.ascontiguousarray(np.broadcast_to(given, (n, given.shape[1])), "f4"),
        }

    def scores(self, latents: Latents, genre: Floats | None = None) -> Floats:
        """Scores relative to silence: float32 `(n, tracks, bars, steps, pitches)`.

        genre: weights of sum 1, float32 `(n, genres)` or `(1, genres)` for all; None blends
        all genres as the training music had them. Without genres it is left aside.
        """
        feed = dict(zip(Latents._fields, latents, strict=True))
        found = self._session.run(["phrase"], self._with_genre(feed, genre))
        return np.asarray(found[0], np.float32)

    @property
    def has_critic(self) -> bool:
        """Whether there is a critic beside the generator."""
        return self.path.with_name(CRITIC).is_file()

    @cached_property
    def critic(self) -> InferenceSession:
        """The critic beside the generator. Raises FormatError if there is none."""
        path = self.path.with_name(CRITIC)
        if not path.is_file():
            raise FormatError(f"there is no critic {path}: 'midigan export' writes one")
        return open_session(path)

    def judge(self, phrases: Phrases, genre: Floats | None = None) -> Floats:
        """The critic's scores, float32 `(n,)`, of phrases, bool; higher is more like music.

        genre: as `scores` has it; the score is then how like music of that genre they are.
        Raises FormatError if the critic is missing or made for other phrases.
        """
        try:
            feed = {"phrase": np.where(phrases, 1, -1).astype(np.float32)}
            found = self.critic.run(["score"], self._with_genre(feed, genre))
        except FormatError:
            raise
        except Exception as error:  # ONNX Runtime's own exceptions share no public base class
            raise FormatError(f"the critic beside {self.path} does not fit it") from error
        return np.asarray(found[0], np.float32).reshape(len(phrases))

    def phrases(
        self,
        latents: Latents,
        legal: NDArray[np.bool_] | None = None,
        genre: Floats | None = None,
        passing: NDArray[np.bool_] | None = None,
    ) -> Phrases:
        """Draw phrases: bool `(n, tracks, bars, steps, pitches)`.

        legal, passing: as `choose` has them. genre: as `scores` has it.
        """
        return choose(self.scores(latents, genre), self.layout, legal, passing)


def open_session(path: Path) -> InferenceSession:
    """An ONNX Runtime session on one CPU thread. Raises FormatError with one plain line."""
    import onnxruntime

    if not path.is_file():
        raise FormatError(f"no generator {path}")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    # Planning which buffers to share takes most of a session's start, and saves nothing here.
    options.enable_mem_reuse = False
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own exceptions share no public base class
        raise FormatError(f"{path} is not an ONNX model, or it is damaged") from error
