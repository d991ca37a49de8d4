"""Weights that the book's own code saved: read, renamed and exported, or refused in one line."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from plain import PlainGenerator

from midigan.errors import FormatError
from midigan.generator import Generator
from midigan.layout import load_layout
from midigan.training.exporting.book_weights import load_book
from midigan.training.exporting.generator_file import export_book, export_program
from midigan.training.networks.noise import draw_noise, generator_of

VOICES = load_layout("satb").moved_to(0)
SIZES = {"hidden": 16, "features": 16}


@pytest.fixture(scope="module")
def published():
    """A generator of the book's layers, small, whose statistics are not the first ones."""
    torch.manual_seed(3)
    generator = PlainGenerator(**SIZES)
    for _ in range(3):
        generator(*noise(8))
    return generator.eval()


@pytest.fixture(scope="module")
def saved(published, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "MuseGAN_G.pth"
    torch.save(published.state_dict(), path)
    return path


def noise(n):
    return draw_noise(generator_of(7), n, 4, torch.device("cpu"))


def save(state, path):
    torch.save(state, path)
    return path


def test_names_and_sizes_are_those_that_the_books_code_saves():
    state = PlainGenerator().state_dict()
    sizes = {name: tuple(tensor.shape) for name, tensor in state.items() if tensor.dim() > 1}
    temporal = {"net.1.weight": (32, 1024, 2, 1), "net.4.weight": (1024, 32, 1, 1)}
    bar = {
        "net.0.weight": (1024, 128),
        "net.4.weight": (512, 512, 2, 1),
        "net.7.weight": (512, 256, 2, 1),
        "net.10.weight": (256, 256, 2, 1),
        "net.13.weight": (256, 256, 1, 7),
        "net.16.weight": (256, 1, 1, 12),
    }
    expected = {f"chords_network.{name}": size for name, size in temporal.items()}
    for track in range(4):
        expected |= {f"melody_networks.melodygen_{track}.{n}": s for n, s in temporal.items()}
        expected |= {f"bar_generators.bargen_{track}.{n}": s for n, s in bar.items()}
    assert sizes == expected
    norms = {name.rsplit(".", 1)[0] for name in state if name.endswith("running_var")}
    assert {n for n in norms if "bargen_2" in n} == {
        f"bar_generators.bargen_2.net.{i}" for i in (1, 5, 8, 11, 14)
    }
    assert sum(tensor.numel() for name, tensor in state.items() if "num_b" not in name) > 6_576_612


def test_scores_are_the_published_ones(published, saved):
    generator, shape = load_book(saved)
    assert shape == (4, 2, 16, 84)
    with torch.no_grad():
        found = torch.tanh(generator.eval()(*noise(5)))
        torch.testing.assert_close(found, published(*noise(5)))


def test_an_onnx_file_plays_them(published, saved, tmp_path):
    made = export_book(saved, tmp_path / "book.onnx", VOICES, "MIT")
    assert made.largest_difference < 1e-4
    player = Generator.load(made.path)
    assert player.layout == VOICES
    assert player.info.licence == "MIT"
    with torch.no_grad():
        expected = published(*noise(3)).numpy()
    scores = player.scores([vector.numpy() for vector in noise(3)])
    assert np.tanh(scores) == pytest.approx(expected, abs=1e-4)


def test_a_program_runs_without_midigan(published, saved, tmp_path):
    made = export_book(saved, tmp_path / "book.pt2", VOICES)
    torch.save([*noise(3)], tmp_path / "noise.pt")
    code = (
        "import sys, torch\n"
        "sys.modules['midigan'] = None\n"
        "extra = {'midigan': ''}\n"
        "program = torch.export.load(sys.argv[1], extra_files=extra).module()\n"
        "assert 'satb' in extra['midigan']\n"
        "torch.save(program(*torch.load(sys.argv[2])), sys.argv[3])\n"
    )
    files = [str(made.path), str(tmp_path / "noise.pt"), str(tmp_path / "scores.pt")]
    subprocess.run([sys.executable, "-c", code, *files], check=True)
    with torch.no_grad():
        expected = published(*noise(3))
    found = torch.load(files[2]).detach()
    torch.testing.assert_close(torch.tanh(found), expected, atol=1e-5, rtol=1e-5)


def test_the_generator_of_a_run_becomes_a_program(trained, tmp_path):
    made = export_program(trained, tmp_path / "x.pt2")
    program = torch.export.load(made.path).module()
    for n in (1, 5):
        scores = program(*draw_noise(generator_of(0), n, 2, torch.device("cpu")))
        assert scores.shape == (n, 2, 2, 8, 24)


def test_another_layout_must_fit(saved, tmp_path):
    with pytest.raises(FormatError, match=r"4 tracks, 2 bars.*layout satb is for 4 tracks, 3 bars"):
        export_book(saved, tmp_path / "x.onnx", replace(VOICES, bars=3))
    assert not (tmp_path / "x.onnx").exists()


def damaged(state, change):
    state = dict(state)
    change(state)
    return state


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda s: s.pop("bar_generators.bargen_3.net.5.running_mean"), "lacks bar_generators.b"),
        (lambda s: s.update(extra=torch.zeros(1)), "also has extra"),
        (lambda s: s.clear(), r"lacks .* and \d+ more"),
        (lambda s: s.update({"chords_network.net.1.weight": torch.zeros(2)}), "other sizes"),
        (lambda s: s.update({"chords_network.net.2.bias": torch.zeros(2)}), "other sizes"),
    ],
)
def test_other_dicts_are_refused_in_one_line(published, tmp_path, change, told):
    path = save(damaged(published.state_dict(), change), tmp_path / "x.pth")
    with pytest.raises(FormatError, match=rf"the book's MuseGAN generator: .*{told}") as error:
        load_book(path)
    assert "\n" not in str(error.value)


def test_what_is_no_state_dict_is_refused_in_one_line(published, tmp_path):
    whole = save(published, tmp_path / "whole.pth")
    listed = save([torch.zeros(1)], tmp_path / "list.pth")
    noise_file = tmp_path / "noise.pth"
    noise_file.write_bytes(b"PK" + bytes(range(100)))
    empty = tmp_path / "empty.pth"
    empty.touch()
    for path, told in (
        (whole, "is not a state dict: save generator.state_dict"),
        (listed, "is not a state dict"),
        (noise_file, "not a"),
        (empty, "not a"),
        (tmp_path / "none.pth", "no file"),
    ):
        with pytest.raises(FormatError, match=told) as error:
            load_book(path)
        assert "\n" not in str(error.value)
