"""What tests of encode share: chorales, and what the command prints of them."""

from __future__ import annotations

import re

from click.testing import CliRunner
from midi_bytes import name, notes

from midigan.commands import cli

VOICES = [
    name(voice) + notes(32, first=first)
    for voice, first in (("S", 70), ("A", 60), ("T", 50), ("B", 40))
]


def run(*arguments):
    return CliRunner().invoke(cli, ["encode", *map(str, arguments)])


def facts(result):
    """The labels and the first lines of the values of what was printed."""
    pairs = [re.split(r" {2,}", line, maxsplit=1) for line in result.output.splitlines()]
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
