"""A tiny world with a rule that training can learn in seconds: pitches are multiples of five."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
import torch

from midigan.generator_info import METADATA_KEY
from midigan.layout import Layout, Track
from midigan.notes import Phrases
from midigan.sets.phrase_set import PhraseSet
from midigan.song import NOTE, Notes, Song
from midigan.training.exporting.onnx_file import IR_VERSION, OPSET, Converted
from midigan.training.recipes.recipe import Recipe

RULE = 5

#: Two genres, each with a rule of its own; they share nothing but the lowest pitch.
RULES = {"fives": 5, "sevens": 7}

TINY_BOOK = {
    "family": "book",
    "generator": {"hidden": 16, "features": 16},
    "critic": {"hidden": 4, "features": 8},
}
TINY_MULTISCALE = {
    "family": "multiscale",
    "generator": {"embedding": 8, "context": 24, "own": 16},
    "critic": {"interval": 6, "channels": 32},
}
TINY = {
    "networks": TINY_MULTISCALE,
    "training": {"batch": 8, "epochs": 2, "save_seconds": 1000.0},
    "optimizer": {"generator_rate": 0.002, "critic_rate": 0.002},
}


def tiny_layout(tracks: int = 2, **sizes: int) -> Layout:
    """Mono tracks of two bars of 8 steps and two octaves, unless `sizes` says otherwise."""
    names = ("High", "Low", "Third", "Fourth", "Fifth")[:tracks]
    grid = {"bars": 2, "steps": 8, "steps_per_beat": 2, "pitches": 24} | sizes
    voices = tuple(Track(name, channel=i, mono=True) for i, name in enumerate(names))
    return Layout("tiny", voices, lowest_pitch=60, **grid)


def pattern_song(
    layout: Layout, rng: np.random.Generator, bars: int = 8, name: str = "", rule: int = RULE
) -> Song:
    """A song of notes two steps long, each a drawn multiple of the rule above the lowest pitch."""
    starts = np.arange(0, bars * layout.steps, 2)
    notes: Notes = np.zeros(len(starts) * len(layout.tracks), NOTE)
    notes["start"] = np.repeat(starts, len(layout.tracks))
    notes["length"], notes["velocity"] = 2, 80
    notes["track"] = np.tile(np.arange(len(layout.tracks)), len(starts))
    legal = np.arange(0, layout.pitches, rule)
    notes["pitch"] = layout.lowest_pitch + rng.choice(legal, len(notes))
    return Song(name, notes, np.full(bars, layout.steps, np.uint16))


def pattern_set(songs: int = 6, bars: int = 8, layout: Layout | None = None) -> PhraseSet:
    """A set of pattern songs, always the same."""
    layout = layout or tiny_layout()
    rng = np.random.default_rng(1)
    made = [pattern_song(layout, rng, bars, f"song {i}") for i in range(songs)]
    return PhraseSet.from_songs(made, layout)


def genre_set(songs: int = 6, bars: int = 8, layout: Layout | None = None) -> PhraseSet:
    """So many songs of each of the RULES, in a folder of its name; always the same."""
    layout = layout or tiny_layout()
    rng = np.random.default_rng(1)
    made = [
        pattern_song(layout, rng, bars, f"{genre}/song {i}", rule)
        for genre, rule in RULES.items()
        for i in range(songs)
    ]
    return PhraseSet.from_songs(made, layout)


def convert_at_once(
    network: object, inputs: object, names: Sequence[str], output: str, metadata: str
) -> Converted:
    """Stands in for `onnx_file.convert`, which takes seconds: a file with the metadata alone."""
    given = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in names
    ]
    made = onnx.helper.make_tensor_value_info(output, onnx.TensorProto.FLOAT, None)
    node = onnx.helper.make_node("Identity", [names[0]], [output])
    model = onnx.helper.make_model(
        onnx.helper.make_graph([node], "none", given, [made]),
        ir_version=IR_VERSION,
        opset_imports=[onnx.helper.make_opsetid("", OPSET)],
    )
    onnx.helper.set_model_props(model, {METADATA_KEY: metadata})
    return Converted(model.SerializeToString(), 0.0)


def distance(phrases: Phrases, rule: int = RULE) -> float:
    """How far phrases are from the rule: the share of steps with no pitch, or with a wrong one."""
    legal = np.arange(phrases.shape[-1]) % rule == 0
    right = phrases[..., legal].any(-1) & ~phrases[..., ~legal].any(-1)
    return 1.0 - float(right.mean())


def weighed(held_out: object, generator: torch.nn.Module, device: object) -> float:
    """Stands in for `HeldOut.score`, which takes longer than a step: any number of the weights."""
    return float(sum(weights.abs().mean() for weights in generator.parameters()))


def tiny_recipe(**sections: dict[str, object]) -> Recipe:
    """A recipe that trains in moments; `sections` change single values of it."""
    merged = {name: {**TINY.get(name, {}), **sections.get(name, {})} for name in {*TINY, *sections}}
    return Recipe.from_dict(merged)
