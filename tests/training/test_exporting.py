"""Export: the ONNX files answer as PyTorch does, say what they are, and play without it."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import onnx
import pytest
import torch
from pattern import TINY_BOOK, convert_at_once, pattern_set, tiny_layout, tiny_recipe

from midigan.errors import FormatError, MidiganError
from midigan.files.encoding.micro_timing import MicroTiming
from midigan.generator import Generator, open_session
from midigan.generator_info import GeneratorInfo
from midigan.harmony.choosing import choose
from midigan.harmony.song_keys import SongKeys
from midigan.sets.phrase_set import PhraseSet
from midigan.song import TEMPO
from midigan.training.exporting import onnx_file
from midigan.training.exporting.describe import song_keys, typical_tempo
from midigan.training.exporting.export import export_run, kept_weights
from midigan.training.networks.models import build_networks, load_weights
from midigan.training.networks.noise import draw_noise, generator_of
from midigan.training.runs.batches import prepare, to_tensor
from midigan.training.runs.run import create_run, open_run
from midigan.training.runs.session import Session

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def exported(trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported")
    return export_run(trained, folder / "mine.onnx", licence="CC0")


@pytest.fixture(scope="module")
def networks(trained):
    kept = kept_weights(trained)
    generator, critic = build_networks(trained.recipe.networks, trained.layout, 0)
    load_weights(generator, kept.generator, "")
    load_weights(critic, kept.critic, "")
    return generator.eval(), critic.eval()


def test_both_files_are_close_to_pytorch(exported):
    generator, critic = exported
    assert generator.path.name == "mine.onnx"
    assert critic.path == generator.path.with_name("critic.onnx")
    assert generator.largest_difference < 1e-4
    assert critic.largest_difference < 1e-4


@pytest.mark.parametrize("n", [1, 5])
def test_a_player_hears_what_pytorch_drew(exported, networks, n):
    player = Generator.load(exported[0].path)
    noise = draw_noise(generator_of(9), n, 2, CPU)
    with torch.no_grad():
        scores = networks[0](*noise).numpy()
    played = player.scores([vector.numpy() for vector in noise])
    assert played == pytest.approx(scores, abs=1e-4)
    assert played.shape == (n, 2, 2, 8, 24)
    assert np.array_equal(choose(played, player.layout), choose(scores, player.layout))


def test_the_critic_scores_phrases_as_in_training(exported, networks):
    session = open_session(exported[1].path)
    real = pattern_set().phrases(slice(7))
    phrase = to_tensor(real, CPU)
    with torch.no_grad():
        expected = networks[1](phrase).numpy()
    (found,) = session.run(["score"], {"phrase": phrase.numpy()})
    assert found.shape == (7,)
    assert found == pytest.approx(expected, abs=1e-4)


def test_the_metadata_is_all_that_a_player_needs(exported, trained):
    info = Generator.load(exported[0].path).info
    assert info.layout == trained.layout
    assert info.key == "C major"
    assert set(info.song_keys) == {"shares", "mean", "covariance"}
    assert info.licence == "CC0"
    assert np.array(info.restrike).shape == np.array(info.velocity).shape == (2, 8)
    assert np.array(info.velocity) == pytest.approx(80)
    assert info.training["songs"] == 6
    assert info.training["networks"] == "multiscale"
    held_out = prepare(trained.phrases(), trained.recipe.data, trained.config.seed)[1]
    assert info.held_out_songs == held_out.names
    assert len(info.held_out_songs) == 1
    critic = onnx.load(exported[1].path)
    assert GeneratorInfo.from_json(critic.metadata_props[0].value) == info


def test_how_its_source_was_played_comes_with_it(tmp_path, monkeypatch):
    played = MicroTiming(np.full((2, 8), 0.125), np.full((2, 8), 0.0625))
    monkeypatch.setattr("midigan.training.runs.run.measure_micro_timing", lambda *_: played)
    recipe = tiny_recipe(training={"epochs": 1})
    run = create_run(tmp_path / "run", recipe, pattern_set(3), seed=3, source="songs")
    Session(run, CPU).train()
    info = Generator.load(export_run(open_run(run.folder), tmp_path / "g.onnx")[0].path).info
    assert info.late == ((0.125,) * 8,) * 2
    assert info.spread == ((0.062,) * 8,) * 2


def test_the_file_is_for_old_players_and_names_nothing_of_this_machine(exported):
    for file in exported:
        model = onnx.load(file.path, load_external_data=False)
        assert model.opset_import[0].version <= 18
        assert model.ir_version <= 9
        content = file.path.read_bytes()
        assert b"site-packages" not in content
        assert b"midigan/training" not in content
        sizes = {value.name for value in (*model.graph.input, *model.graph.output)}
        assert sizes in ({"chords", "style", "melody", "groove", "phrase"}, {"phrase", "score"})


def test_it_plays_without_torch(exported):
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "sys.modules['torch'] = None\n"
        "from midigan.generator import Generator\n"
        "g = Generator.load(Path(sys.argv[1]))\n"
        "print(g.phrases(g.draw(1, 2)).shape)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(exported[0].path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "(1, 2, 2, 8, 24)"


def test_the_book_networks_export_with_their_normalisation_folded(tmp_path):
    recipe = tiny_recipe(networks=TINY_BOOK, loss={"family": "wasserstein"})
    run = create_run(tmp_path / "run", recipe, pattern_set(3), seed=0)
    Session(run, CPU).train()
    generator, _ = export_run(run, tmp_path / "generator.onnx")
    assert generator.largest_difference < 1e-4
    kinds = {node.op_type for node in onnx.load(generator.path).graph.node}
    assert "BatchNormalization" not in kinds
    info = Generator.load(generator.path).info
    assert (info.key, info.song_keys) == ("", {})


def convert_linear(network):
    return onnx_file.convert(network, lambda n: [torch.ones(n, 2)], ["x"], "y", "{}")


def test_a_difference_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(onnx_file, "_difference", lambda *args: 2e-4)
    with pytest.raises(MidiganError, match=r"differs from PyTorch's by 0\.0002, more than 1e-04"):
        convert_linear(torch.nn.Linear(2, 1))


def test_a_difference_that_is_no_number_is_refused():
    broken = torch.nn.Linear(2, 1)
    torch.nn.init.constant_(broken.weight, float("nan"))
    with pytest.raises(MidiganError, match="differs from PyTorch's by nan"):
        convert_linear(broken)


class Choice(torch.nn.Module):
    """1 where an input is above a threshold, which rounding decides for inputs that are on it."""

    def __init__(self, threshold):
        super().__init__()
        self.threshold = threshold

    def forward(self, given):
        return (given > self.threshold).float()


def test_answers_on_the_edge_of_a_choice_are_known():
    given = torch.tensor([[0.2], [0.5], [0.9]])
    choice = Choice(0.5)
    pairs = zip(given, choice(given).numpy(), strict=True)
    edges = [onnx_file._on_an_edge(choice, [one], answer) for one, answer in pairs]
    assert edges == [False, True, False]


@pytest.mark.parametrize(("on_an_edge", "refused"), [(1, False), (60, True)])
def test_a_few_answers_may_be_on_an_edge_of_which_both_are_right(monkeypatch, on_an_edge, refused):
    """What PyTorch rounds down and ONNX Runtime up."""
    choice, exact = Choice(1.0), onnx_file._traced

    def inputs(n):
        given = torch.linspace(-1, 0.5, n)[:, None]
        given[: min(n - 1, on_an_edge)] = 1.0
        return [given]

    def rounded(network, *rest):
        return exact(Choice(1.0 - 1e-7), *rest)

    monkeypatch.setattr(onnx_file, "_traced", rounded)
    if refused:
        with pytest.raises(MidiganError, match="differs from PyTorch's by inf"):
            onnx_file.convert(choice, inputs, ["given"], "answer", "{}")
    else:
        assert onnx_file.convert(choice, inputs, ["given"], "answer", "{}").largest_difference == 0


def test_an_answer_that_is_wrong_and_on_no_edge_is_refused(monkeypatch):
    exact = onnx_file._traced
    monkeypatch.setattr(onnx_file, "_traced", lambda _, *rest: exact(Choice(0.3), *rest))
    with pytest.raises(MidiganError, match="differs from PyTorch's by 1,"):
        onnx_file.convert(
            Choice(0.5), lambda n: [torch.full((n, 1), 0.4)], ["given"], "answer", "{}"
        )


def test_nothing_is_written_unless_both_files_are_good(trained, tmp_path, monkeypatch):
    def refuse_critic(network, inputs, names, output, metadata):
        if output == "score":
            raise MidiganError("no")
        return convert_at_once(network, inputs, names, output, metadata)

    monkeypatch.setattr("midigan.training.exporting.export.convert", refuse_critic)
    with pytest.raises(MidiganError, match="no"):
        export_run(trained, tmp_path / "g.onnx")
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_was_never_trained_is_refused(tmp_path):
    run = create_run(tmp_path / "run", tiny_recipe(), pattern_set(2), seed=0)
    with pytest.raises(FormatError, match="no checkpoint yet"):
        export_run(run, tmp_path / "g.onnx")


def test_a_checkpoint_of_another_run_is_refused(trained, tmp_path):
    run = create_run(tmp_path / "run", tiny_recipe(networks=TINY_BOOK), pattern_set(2), seed=0)
    run.last.parent.mkdir()
    shutil.copy(trained.last, run.last)
    with pytest.raises(FormatError, match="another layout or recipe"):
        export_run(run, tmp_path / "g.onnx")


def test_keys_and_heights_are_those_before_songs_were_moved_to_one_key(tmp_path):
    wide = replace(tiny_layout(), lowest_pitch=0, pitches=128)

    def known(key):
        songs = pattern_set(4, layout=wide).in_key("C").in_key(key)
        data = {"transposition": "key"}
        run = create_run(tmp_path / key, tiny_recipe(data=data), songs, seed=0)
        return SongKeys.from_plain(song_keys(run), len(run.layout.tracks))

    in_c, in_d = known("C"), known("D")
    assert (in_c.shares[0], in_d.shares[2]) == (1, 1)
    assert in_d.mean == pytest.approx(in_c.mean + 2, abs=1e-3)
    assert in_d.covariance == pytest.approx(in_c.covariance, abs=1e-3)


def test_songs_that_stay_in_their_keys_have_none_to_go_back_to(tmp_path):
    data = {"transposition": "none"}
    run = create_run(tmp_path / "run", tiny_recipe(data=data), pattern_set(2), seed=0)
    assert song_keys(run) == {}


def test_the_typical_tempo_is_the_median_of_first_tempos():
    phrases = pattern_set(3, bars=4)
    tempos = [[(0, 90)], [(0, 60), (8, 200)], [(0, 140)]]
    songs = [
        replace(song, tempos=np.array(rows, TEMPO))
        for song, rows in zip(phrases.songs(), tempos, strict=True)
    ]
    assert typical_tempo(PhraseSet.from_songs(songs, phrases.layout)) == 90
    assert typical_tempo(phrases) == 100


def test_the_metadata_is_plain_json(exported):
    entry = onnx.load(exported[0].path).metadata_props[0]
    assert entry.key == "midigan"
    assert json.loads(entry.value)["format"] == 1
