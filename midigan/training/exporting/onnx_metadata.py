"""What an exported generator says of itself, told anew without touching what it computes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from midigan.generating.directions import Direction
from midigan.generating.finding import find_directions, find_leading
from midigan.generator import Generator
from midigan.generator_info import METADATA_KEY, GeneratorInfo
from midigan.saving import whole_file


def add_directions(path: Path, output: Path, phrases: int) -> dict[str, Direction]:
    """Find the directions of the generator at `path` and write it with them to `output`.

    Beside them, what its latents tell of where its lines begin and end, as `leading` needs it.
    phrases: to find both by. Weights and graph stay as they are. Raises FormatError if it is no
    generator, MidiganError if the file cannot be written.
    """
    generator = Generator.load(path)
    leading = find_leading(generator, phrases).to_plain()
    generator.info = replace(generator.info, leading=leading)
    found = find_directions(generator, phrases)
    plain = {name: direction.to_plain() for name, direction in found.items()}
    write_info(path, output, replace(generator.info, directions=plain))
    return found


def write_info(path: Path, output: Path, info: GeneratorInfo) -> None:
    """Write the model at `path` with another description of itself to `output`, whole or not."""
    import onnx

    model = onnx.load(str(path))
    entries = {entry.key: entry.value for entry in model.metadata_props}
    onnx.helper.set_model_props(model, {**entries, METADATA_KEY: info.to_json()})
    with whole_file(output) as beside:
        beside.write_bytes(model.SerializeToString())
