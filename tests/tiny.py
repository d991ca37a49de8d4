"""A tiny generator with midigan's interface, made of a few MatMul and Add nodes.

It needs no torch and no training, so that everything that plays or writes phrases can be
tested. Its music is nonsense: deterministic, audible, and different for every phrase.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from midigan.generator_info import METADATA_KEY, GeneratorInfo
from midigan.latents import NOISE
from midigan.layout import Layout, load_layout

#: Added to normally distributed scores: about three cells in a hundred are above 0, and
#: a mono track, which plays the highest of them, rests now and then.
_BIAS = -1.9

#: Scores are equal in pairs of steps, so that notes are held as well as short.
_HELD_STEPS = 2


def write_tiny_generator(
    path: Path,
    layout: Layout | None = None,
    info: GeneratorInfo | None = None,
    bias: float = _BIAS,
) -> Path:
    """Write a generator to `path`; by default of four voices, in C, at 96 bpm."""
    if info is None:
        info = GeneratorInfo(
            layout=layout or load_layout("satb"), key="C major", tempo_bpm=96.0, licence="MIT"
        )
    model = helper.make_model(
        _graph(info.layout, len(info.genres), bias),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    helper.set_model_props(model, {METADATA_KEY: info.to_json()})
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path


def write_droning_generator(path: Path, **info: Any) -> Path:
    """Write a generator of a band in one octave, whose pitches often sound up to a join and on.

    info: what else its file says.
    """
    layout = replace(load_layout("band"), pitches=12, lowest_pitch=60)
    return write_tiny_generator(path, info=GeneratorInfo(layout, **info), bias=-0.5)


def _graph(layout: Layout, genres: int, bias: float) -> onnx.GraphProto:
    """Scores = melody M + groove G, a track; plus chords C + style S, shared by all tracks.

    Genres, if any, each allow pitches of a part of the range of their own.
    """
    tracks, bars, steps, pitches = layout.shape
    rng = np.random.default_rng(7)
    weights = {name: _weights(rng, layout) for name in ("M", "G", "C", "S")}
    weights["bias"] = np.array(bias, np.float32)
    shape = np.array([-1, tracks, bars, steps, pitches], np.int64)
    nodes = [
        helper.make_node("MatMul", ["melody", "M"], ["by_melody"]),
        helper.make_node("MatMul", ["groove", "G"], ["by_groove"]),
        helper.make_node("MatMul", ["chords", "C"], ["by_chords"]),
        helper.make_node("MatMul", ["style", "S"], ["by_style"]),
        helper.make_node("Add", ["by_chords", "by_style"], ["shared_flat"]),
        helper.make_node("Unsqueeze", ["shared_flat", "track_axis"], ["shared"]),
        helper.make_node("Add", ["by_melody", "by_groove"], ["own"]),
        helper.make_node("Add", ["own", "shared"], ["sum"]),
        helper.make_node("Add", ["sum", "bias"], ["flat"]),
        helper.make_node("Reshape", ["flat", "shape"], ["phrase"]),
    ]
    if genres:
        allowed = np.arange(pitches) * genres // pitches == np.arange(genres)[:, None]
        weights["L"] = np.tile(np.where(allowed, 0, -9).astype(np.float32), (1, bars * steps))
        nodes[4:5] = [
            helper.make_node("MatMul", ["genre", "L"], ["by_genre"]),
            helper.make_node("Add", ["by_chords", "by_style"], ["by_noise"]),
            helper.make_node("Add", ["by_noise", "by_genre"], ["shared_flat"]),
        ]
    constants = [numpy_helper.from_array(array, name) for name, array in weights.items()]
    constants.append(numpy_helper.from_array(np.array([1], np.int64), "track_axis"))
    constants.append(numpy_helper.from_array(shape, "shape"))
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", *axes])
        for name, axes in (
            ("chords", [NOISE]),
            ("style", [NOISE]),
            ("melody", [tracks, NOISE]),
            ("groove", [tracks, NOISE]),
            *([("genre", [genres])] if genres else []),
        )
    ]
    output = helper.make_tensor_value_info("phrase", TensorProto.FLOAT, ["n", *layout.shape])
    return helper.make_graph(nodes, "tiny", inputs, [output], constants)


def _weights(rng: np.random.Generator, layout: Layout) -> NDArray[np.float32]:
    """Float32 `(noise, bars * steps * pitches)` that maps noise to scores of variance 1/4."""
    columns = -(-layout.phrase_steps // _HELD_STEPS)
    drawn = rng.standard_normal((NOISE, columns, layout.pitches)) / np.sqrt(4 * NOISE)
    held = np.repeat(drawn, _HELD_STEPS, axis=1)[:, : layout.phrase_steps]
    return held.reshape(NOISE, -1).astype(np.float32)
