"""A generator whose bars are in 6/8 says so wherever its music is written down."""

import mido
import numpy as np
import pytest
from click.testing import CliRunner
from tiny import write_tiny_generator

from midigan.commands import cli
from midigan.files.aligning.meters import layout_in
from midigan.layout import load_layout

JIGS = layout_in(load_layout("satb"), "6/8")


def midigan(*arguments):
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result


def meters_of(file):
    meters = (m for m in mido.MidiFile(file) if m.type == "time_signature")
    return [(meter.numerator, meter.denominator) for meter in meters]


@pytest.fixture(scope="module")
def jigs(tmp_path_factory):
    return write_tiny_generator(tmp_path_factory.mktemp("jigs") / "jigs.onnx", JIGS)


def test_clips_are_in_it(jigs, tmp_path):
    midigan("generate", jigs, "-o", tmp_path / "jig.mid", "--bars", 3, "--tempo", 120)
    assert meters_of(tmp_path / "jig.mid") == [(6, 8)]
    assert mido.MidiFile(tmp_path / "jig.mid").length == pytest.approx(3 * 3 * 60 / 120)


def test_what_was_played_is_in_it_and_so_is_what_is_recalled(jigs, tmp_path):
    record, log = tmp_path / "jig.mid", tmp_path / "jig.jsonl"
    midigan("live", jigs, "--offline", "--bars", 4, "--record", record, "--log", log)
    midigan("recall", log, "--bars", "2-3", "-o", tmp_path / "again.mid")
    assert meters_of(record) == meters_of(tmp_path / "again.mid") == [(6, 8)]


def test_decoded_rolls_are_in_it(tmp_path):
    layout = tmp_path / "jigs.toml"
    layout.write_text('steps = 12\ndenominator = 8\n[[tracks]]\nname = "Fiddle"\n', "utf-8")
    phrases = np.full((1, 1, 2, 12, 84), -1.0, np.float32)
    phrases[0, 0, :, ::2, 40] = 1
    np.save(tmp_path / "jigs.npy", phrases)
    midigan("decode", tmp_path / "jigs.npy", "-o", tmp_path / "out", "--layout", layout)
    (file,) = (tmp_path / "out").glob("*.mid")
    assert meters_of(file) == [(6, 8)]
