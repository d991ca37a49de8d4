"""Hands as options of live."""

import pytest
from click.testing import CliRunner

from midigan.commands import cli


def run(*arguments):
    return CliRunner().invoke(cli, ["live", *(str(argument) for argument in arguments)])


@pytest.mark.parametrize(
    "arguments",
    [
        ["--learn"],
        ["--learn", "--control-port", "x"],
        ["--map", "x.toml", "--virtual"],
        ["--offline", "--bars", "4", "--record", "x.mid", "--osc", "0"],
        ["--offline", "--bars", "4", "--record", "x.mid", "--chords-port", "x"],
    ],
)
def test_options_that_mean_nothing_alone_are_wrong_usage(arguments):
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--osc", "x"], "HOST:PORT"),
        (["--control-port", "x", "--map", "missing.toml"], "missing.toml"),
        (["--control-port", "no such input"], "no such input"),
    ],
)
def test_hands_that_cannot_be_are_one_line_before_anything_sounds(arguments, word, tiny_band):
    result = run(tiny_band, "--port", "no such port", *arguments)
    assert result.exit_code == 1
    assert len(result.output.strip().splitlines()) == 1
    assert word in result.output
