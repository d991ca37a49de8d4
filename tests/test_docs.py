"""What README says of the command line is true of the command line."""

import re
import shlex
from pathlib import Path

import click
import pytest

from midigan.commands import COMMANDS, cli

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def command(name):
    with click.Context(cli) as context:
        found = cli.get_command(context, name)
    assert found is not None, f"there is no command {name}"
    return found


def examples():
    """Every call of midigan that README shows, in blocks and inline."""
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    inline = re.findall(r"`(midigan [^`]+)`", README)
    return sorted({text.split("  #")[0] for text in lines + inline if text.startswith("midigan ")})


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented_and_helps(name):
    own = command(name)
    assert f"`midigan {name}`" in README
    assert own.help
    for option in own.params:
        if isinstance(option, click.Option):
            assert option.help or option.name in {"count", "seed"}, (
                f"{name} {option.opts} has no help"
            )


@pytest.mark.parametrize("text", examples())
def test_examples_in_readme_parse(text):
    name, *args = shlex.split(text)[1:]
    own = command(name)
    if args:
        with own.make_context(name, args, parent=click.Context(cli)) as context:
            assert context.params


def test_links_of_readme_lead_somewhere():
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_help_fits_a_terminal_of_80_columns():
    for name in COMMANDS:
        own = command(name)
        text = own.get_help(click.Context(own, info_name=f"midigan {name}", terminal_width=80))
        assert max(map(len, text.splitlines())) <= 80, name
