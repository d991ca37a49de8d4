"""Milliseconds a phrase of the exported generators, midigan's and the published MuseGAN's.

    python benchmarks/generate.py

One thread, random weights (time does not depend on them), one phrase at a time and in batches
of 64. The two take turns, so that whatever else the machine does disturbs both alike; the
medians of the rounds are printed. Processor time is measured, not the clock on the wall.
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
from midigan.training.exporting.onnx_file import IR_VERSION, OPSET
from midigan.training.exporting.onnx_multiscale import written
from midigan.training.networks.multiscale import MultiscaleGenerator

SHAPE = (TRACKS, 2, 16, 84)


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


def own() -> bytes:
    """Midigan's default generator."""
    model = written(MultiscaleGenerator(SHAPE).eval(), OPSET)
    model.ir_version = IR_VERSION
    return model.SerializeToString()


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
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    sessions = {"published": opened(published()), "midigan": opened(own())}
    print(f"{'batch':>6}{'published ms':>14}{'midigan ms':>12}{'faster':>9}")
    for n in (1, 64):
        times: dict[str, list[float]] = {name: [] for name in sessions}
        for _ in range(options.rounds):
            for name, session in sessions.items():
                times[name].append(1e3 * seconds(session, n, 64))
        theirs, ours = (statistics.median(times[name]) for name in sessions)
        print(f"{n:6}{theirs:14.2f}{ours:12.3f}{theirs / ours:8.1f}x")


if __name__ == "__main__":
    main()
