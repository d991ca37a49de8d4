"""What commands that play a generator share: its options, its name and its seed."""

from __future__ import annotations

from pathlib import Path

import click

generator_argument = click.argument("generator", required=False)
tempo_option = click.option(
    "--tempo",
    type=click.FloatRange(20, 400),
    metavar="BPM",
    help="Quarter notes a minute. By default what the generator was trained on.",
)
key_option = click.option(
    "--key",
    metavar="KEY",
    help="The diatonic set to play in: C, F#, Bb, 'B minor' (which is that of D).",
)


def drawn_seed(seed: int | None) -> int:
    """The seed that was given, or one drawn: short enough to type again."""
    import secrets

    return secrets.randbelow(1_000_000) if seed is None else seed


def name_of(generator: Path) -> str:
    """What people call a generator: its folder if that is what names it, else its file."""
    return generator.parent.name if generator.name == "generator.onnx" else generator.stem
