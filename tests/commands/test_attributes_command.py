import json

import numpy as np
from click.testing import CliRunner

from midigan.commands import cli
from midigan.generator import Generator
from midigan.latents import draw_latents


def run(*args, expected=0):
    result = CliRunner().invoke(cli, [str(arg) for arg in args])
    assert result.exit_code == expected, result.output
    return result.output


def test_directions_are_added_and_nothing_else_changes(tiny_generator, tmp_path, monkeypatch):
    monkeypatch.setattr("midigan.generating.finding.PHRASES", 1024)
    output = tmp_path / "turned.onnx"
    told = json.loads(run("attributes", tiny_generator, "-o", output, "--json"))
    plain, turned = Generator.load(tiny_generator), Generator.load(output)
    assert told["attributes"] == json.loads(json.dumps(turned.info.directions))
    assert told["attributes"].keys() >= {"register"}
    latents = draw_latents(np.random.default_rng(1), 7, 4)
    assert np.array_equal(plain.scores(latents), turned.scores(latents))
    shown = run("attributes", output)
    assert "register" in shown
    _, (low, *_, high) = told["attributes"]["register"]["drawn"]
    assert f"{low:+.2f}" in shown
    assert f"{high:+.2f}" in shown


def test_a_generator_without_says_so(tiny_generator):
    assert "-o FILE.onnx looks for them" in run("attributes", tiny_generator)


def test_an_attribute_that_is_not_known_is_one_plain_line(tiny_generator, tmp_path):
    said = run(
        *("generate", tiny_generator, "-o", tmp_path, "--attribute", "density=1"), expected=1
    )
    assert "no density in this generator" in said
    said = run(*("generate", tiny_generator, "-o", tmp_path, "--attribute", "density"), expected=1)
    assert "like density=0.5" in said
