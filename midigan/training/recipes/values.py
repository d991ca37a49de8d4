"""The plain values of a recipe's tables: checked against the dataclass's types, and as TOML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Literal, get_args, get_origin, get_type_hints

from midigan.errors import FormatError


def build(cls: type[Any], values: Any, where: str) -> Any:
    """A dataclass from a table, called `where` in messages, every key and value checked.

    Keys that are left out have the dataclass's defaults. Raises FormatError for what is not
    legal.
    """
    if not isinstance(values, Mapping):
        raise FormatError(f"{where} is {values!r}, but should be a table")
    types = get_type_hints(cls)
    legal = [f.name for f in fields(cls)]
    for key in values:
        if key not in legal:
            raise FormatError(f"unknown key {key!r} in {where}, legal are {', '.join(legal)}")
    return cls(**{key: _value(types[key], value, key) for key, value in values.items()})


def _value(kind: Any, value: Any, key: str) -> Any:
    """One value of the declared type; a whole number is welcome where any number is."""
    if is_dataclass(kind):
        return build(kind, value, f"[{key}]") if isinstance(kind, type) else value
    if get_origin(kind) is Literal:
        legal = get_args(kind)
        check(value in legal, key, value, " or ".join(f'"{name}"' for name in legal))
    elif kind == tuple[str, ...]:
        names = isinstance(value, list | tuple) and all(isinstance(v, str) for v in value)
        check(names, key, value, "a list of names")
        return tuple(value)
    elif get_origin(kind) is tuple:
        pair = isinstance(value, list | tuple) and len(value) == 2
        check(pair and all(_is_number(v) for v in value), key, value, "two numbers")
        return (float(value[0]), float(value[1]))
    elif kind is bool:
        check(isinstance(value, bool), key, value, "true or false")
    elif kind is float:
        check(_is_number(value), key, value, "a number")
        return float(value)
    elif kind is int:
        check(isinstance(value, int) and _is_number(value), key, value, "a whole number")
    else:
        sizes = isinstance(value, Mapping) and all(_is_size(v) for v in value.values())
        check(sizes, key, value, "a table of numbers, or lists of them, such as { hidden = 64 }")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_size(value: Any) -> bool:
    return _is_number(value) or (isinstance(value, list) and all(map(_is_number, value)))


def check(holds: bool, key: str, value: Any, legal: str) -> None:
    """Raises FormatError unless it holds, with the value found and what is legal."""
    if not holds:
        raise FormatError(f"{key} is {value!r}, legal is {legal}")


def to_toml(value: Any) -> str:
    """A value as TOML; JSON's numbers, strings and lists read the same there."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{k} = {to_toml(v)}" for k, v in value.items()) + " }"
    return json.dumps(value)
