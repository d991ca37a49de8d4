"""One generator to one file, of the kind that its name asks for: ONNX, or a PyTorch program."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from torch import nn

from midigan import __version__
from midigan.errors import FormatError
from midigan.generator import GENRE
from midigan.generator_info import GeneratorInfo
from midigan.latents import Latents
from midigan.layout import Layout
from midigan.training.exporting.book_weights import load_book
from midigan.training.exporting.describe import describe
from midigan.training.exporting.export import Exported, finished_weights
from midigan.training.exporting.onnx_file import convert
from midigan.training.exporting.program_file import to_program
from midigan.training.networks.models import build_networks, load_weights
from midigan.training.networks.noise import any_noise
from midigan.training.runs.run import Run

#: What ends the name of a PyTorch program.
PROGRAM = ".pt2"

#: What the book's phrases are unless they are said to be others: a chorale's four voices, whose
#: pitches count from MIDI pitch 0.
BOOK_LAYOUT, BOOK_LOWEST_PITCH = "satb", 0


def export_program(run: Run, path: Path, licence: str = "") -> Exported:
    """Write the generator of a run as a `.pt2`. Raises what `export_run` does."""
    kept = finished_weights(run)
    genres = len(run.config.genres)
    generator, _ = build_networks(run.recipe.networks, run.layout, run.config.seed, genres)
    load_weights(generator, kept.generator, str(run.folder))
    return write_generator(generator, describe(run, kept.values, licence), path)


def export_book(weights: Path, path: Path, layout: Layout, licence: str = "") -> Exported:
    """Write a generator that the book's own code trained and saved: `MuseGAN_G.pth`.

    layout: what its tracks and pitches are. Raises FormatError if the file holds other weights,
    or weights for phrases of another shape.
    """
    generator, shape = load_book(weights)
    if layout.shape != shape:
        raise FormatError(
            f"{weights} makes phrases of {_sizes(shape)}, the layout {layout.name} is for "
            f"{_sizes(layout.shape)}: name one that fits with --layout"
        )
    training = {"source": weights.name, "networks": "book"}
    info = GeneratorInfo(layout=layout, training=training, licence=licence, version=__version__)
    return write_generator(generator, info, path)


def write_generator(generator: nn.Module, info: GeneratorInfo, path: Path) -> Exported:
    """Write a generator and what a player must know of it, checked against PyTorch before.

    Raises MidiganError if it differs from PyTorch's, or cannot be written.
    """
    noise = any_noise(len(info.layout.tracks), len(info.genres))
    labels = (GENRE,) if info.genres else ()
    if path.suffix == PROGRAM:
        converted = to_program(generator, noise, info.to_json())
    else:
        converted = convert(generator, noise, (*Latents._fields, *labels), "phrase", info.to_json())
    converted.write(path)
    return Exported(path, converted.largest_difference)


def _sizes(shape: Sequence[int]) -> str:
    tracks, bars, steps, pitches = shape
    return f"{tracks} tracks, {bars} bars, {steps} steps and {pitches} pitches"
