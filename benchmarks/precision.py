"""What generators lose and gain if their weights have 8 or 16 bits instead of 32.

    pip install -e '.[train]'
    python benchmarks/precision.py [chorales] [quartets] [band]

The same noise goes through each: how many of 256 phrases come out the same, cell by cell, how many
cells differ for each that sounds, the file's size, and milliseconds of processor time for one
phrase and for 32 at once, on one thread. "int8" is ONNX Runtime's own dynamic quantization, which
also multiplies in 8 bits; "rounded" are weights that are kept in fewer bits and unpacked at the
start, so that their time is that of 32. The versions take turns, so that whatever else the machine
does disturbs all alike.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from midigan.generator import Generator, open_session
from midigan.harmony.choosing import choose
from midigan.latents import draw_latents
from midigan.shipped import find_generator

PHRASES, ROUNDS = 256, 12
#: Smaller constants are no weights.
FEWEST = 256


def rounded(model: Any, bits: int) -> bytes:
    """The model with weights as they come back from floats of 16 bits, or integers of 8 a row."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    for tensor in copy.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < FEWEST:
            continue
        if bits == 16:
            values = values.astype(np.float16).astype(np.float32)
        else:
            scale = np.abs(values).max(axis=tuple(range(1, values.ndim)), keepdims=True) / 127
            scale = np.where(scale == 0, 1, scale)
            values = (np.round(values / scale) * scale).astype(np.float32)
        tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    return bytes(copy.SerializeToString())


def quantized(path: Path, to: Path) -> None:
    logging.disable(logging.WARNING)
    quantize_dynamic(str(path), str(to), weight_type=QuantType.QInt8)


def milliseconds(session: Any, feed: dict[str, Any]) -> float:
    begin = time.process_time()
    session.run(None, feed)
    return (time.process_time() - begin) * 1000


def measure(name: str, folder: Path) -> None:
    path = find_generator(name)
    generator, model = Generator.load(path), onnx.load(str(path))
    files = {"32 bits": path}
    for label, bits in (("rounded to 16", 16), ("rounded to 8", 8)):
        files[label] = folder / f"{name}{bits}.onnx"
        files[label].write_bytes(rounded(model, bits))
    files["int8"] = folder / f"{name}-int8.onnx"
    quantized(path, files["int8"])
    sessions = {label: open_session(file) for label, file in files.items()}
    noise = draw_latents(np.random.default_rng(0), PHRASES, len(generator.layout.tracks))
    feed = noise._asdict()
    heard = {s: choose(own.run(None, feed)[0], generator.layout) for s, own in sessions.items()}
    times: dict[str, list[tuple[float, float]]] = {label: [] for label in sessions}
    one, many = ({key: value[:n] for key, value in feed.items()} for n in (1, 32))
    for _ in range(ROUNDS):
        for label, session in sessions.items():
            times[label].append((milliseconds(session, one), milliseconds(session, many)))
    first = heard["32 bits"]
    for label, phrases in heard.items():
        same = (phrases == first).all(axis=(1, 2, 3, 4)).mean()
        differ = (phrases != first).sum() / first.sum()
        each, batch = (statistics.median(column) for column in zip(*times[label], strict=True))
        size = files[label].stat().st_size / 1e6
        print(
            f"{name:10} {label:14} {same:9.1%} {differ:9.3f} {size:7.1f} {each:8.2f} {batch:8.2f}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="What fewer bits a weight cost and bring.")
    parser.add_argument("generators", nargs="*", default=["chorales", "quartets", "band"])
    options = parser.parse_args()
    print(f"onnxruntime {onnxruntime.__version__}, {PHRASES} phrases of the same noise")
    print(f"{'':25} {'same':>9} {'differ':>9} {'MB':>7} {'ms, 1':>8} {'ms, 32':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.generators:
            measure(name, Path(folder))


if __name__ == "__main__":
    main()
