"""Tensors and a few plain values in one safetensors file, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from midigan.errors import FormatError
from midigan.saving import whole_file

#: Key of the header entry that holds the plain values as JSON, and version of the format.
HEADER = "midigan"
FORMAT = 1


def save_tensors(path: Path, groups: Mapping[str, Mapping[str, Tensor]], values: Any) -> None:
    """Write groups of tensors (`group/name` in the file) and `values`, which JSON can hold.

    Raises MidiganError if it cannot be written; what was at `path` then stays as it was.
    """
    tensors = {
        f"{group}/{name}": tensor.detach().cpu().contiguous()
        for group, members in groups.items()
        for name, tensor in members.items()
    }
    header = {HEADER: json.dumps({"format": FORMAT, "values": values})}
    content = save(tensors, header)
    with whole_file(path) as beside:
        beside.write_bytes(content)


def load_tensors(path: Path) -> tuple[dict[str, dict[str, Tensor]], Any]:
    """Read what `save_tensors` wrote: the groups, on the CPU, and the values.

    Raises FormatError if the file is missing, damaged, newer or another thing.
    """
    groups: dict[str, dict[str, Tensor]] = {}
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads((file.metadata() or {})[HEADER])
            if header["format"] > FORMAT:
                raise FormatError(f"{path} was written by a newer midigan: upgrade midigan")
            for key in file.keys():  # noqa: SIM118 - not a mapping
                group, name = key.split("/", 1)
                groups.setdefault(group, {})[name] = file.get_tensor(key)
    except FileNotFoundError as error:
        raise FormatError(f"no file {path}") from error
    except (SafetensorError, OSError, KeyError, ValueError, TypeError) as error:
        raise FormatError(f"{path} is not of midigan's making, or it is damaged") from error
    return groups, header["values"]
