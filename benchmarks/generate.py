"""Milliseconds a phrase of the generators that ship, beside the published MuseGAN's.

    python benchmarks/generate.py [GENERATOR ...]

One thread, one phrase at a time and in batches of 64; the published network has random weights, on
which its time does not depend. All take turns, so that whatever else the machine does disturbs
them alike; the medians of the rounds are printed. Processor time is measured, not the clock on
the wall.
"""

from __future__ import annotations

import argparse
import io
import logging
import statistics
import time
import warnings
from contextlib import redirect_stdout

import numpy as np
import onnxruntime
import torch
from plain import TRACKS, PlainGenerator

from midigan.latents import Latents, draw_latents
from midigan.shipped import find_generator, shipped_generators


def published() -> bytes:
    """The published generator as PyTorch's own exporter writes it."""
    network = PlainGenerator().eval()
    noise = tuple(torch.from_numpy(x) for x in draw_latents(np.random.default_rng(0), 2, TRACKS))
    logging.disable(logging.WARNING)
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()), torch.no_grad():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            network,
            noise,
            input_names=list(Latents._fields),
            output_names=["phrase"],
            dynamic_shapes=tuple({0: torch.export.Dim("n")} for _ in noise),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    assert program is not None
    return program.model_proto.SerializeToString()


def opened(content: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def seconds(session: onnxruntime.InferenceSession, n: int, phrases: int) -> float:
    """Seconds a phrase, over as many batches of `n` as make up `phrases`."""
    rng = np.random.default_rng(0)
    feeds = [dict(zip(Latents._fields, draw_latents(rng, n, TRACKS), strict=True))] * (phrases // n)
    session.run(None, feeds[0])
    begin = time.process_time()
    for feed in feeds:
        session.run(None, feed)
    return (time.process_time() - begin) / (len(feeds) * n)


def main() -> None:
    parser = argparse.ArgumentParser(description="Milliseconds a phrase, one thread.")
    parser.add_argument("generators", nargs="*", help="those that ship, if none is named")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    sessions = {"published": opened(published())}
    for name in options.generators or shipped_generators():
        sessions[name] = opened(find_generator(name).read_bytes())
    print(f"{'batch':>6} {'generator':<16}{'ms':>8}{'faster':>9}")
    for n in (1, 64):
        times: dict[str, list[float]] = {name: [] for name in sessions}
        for _ in range(options.rounds):
            for name, session in sessions.items():
                times[name].append(1e3 * seconds(session, n, 64))
        medians = {name: statistics.median(found) for name, found in times.items()}
        for name, median in medians.items():
            print(f"{n:6} {name:<16}{median:8.3f}{medians['published'] / median:8.1f}x")


if __name__ == "__main__":
    main()
