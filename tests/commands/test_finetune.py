"""midigan finetune, as it is typed."""

from pathlib import Path

import mido
import pytest
import torch
from pattern import pattern_set, tiny_recipe
from typed import midigan

from midigan.files.writers.write import write_midi
from midigan.generator import Generator
from midigan.training.bases import load_base
from midigan.training.runs.run import create_run
from midigan.training.runs.session import Session

pytestmark = pytest.mark.usefixtures("quick_export")


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A run trained for a moment on the pattern, to go on from."""
    folder = tmp_path_factory.mktemp("base") / "run"
    recipe = tiny_recipe(data={"transposition": "key"})
    Session(create_run(folder, recipe, pattern_set(), seed=0), torch.device("cpu")).train()
    return folder


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of three MIDI files."""
    monkeypatch.chdir(tmp_path)
    phrases = pattern_set(3)
    for song in phrases.songs():
        write_midi(song, phrases.layout, Path("midi", f"{song.name}.mid"))
    return Path("midi")


def test_three_midi_files_become_a_generator(base, folder):
    found = midigan("finetune", folder, "--base", base, "--epochs", 2, "-o", "mine")
    assert found.exit_code == 0, found.output
    assert "3 of 3 files" in found.output
    assert "1 more held out" in found.output
    assert "before" in found.output
    assert "like held-out songs" in found.output
    assert "too little" not in found.output
    assert 'midigan live mine --port "..."' in found.output
    info = Generator.load(Path("mine/generator.onnx")).info
    assert info.training["base"] == str(base)
    assert info.key == "C major", "the base's key is kept"
    assert info.layout == pattern_set().layout


def test_without_a_name_the_base_is_chosen_and_said(base, folder, monkeypatch):
    chosen = load_base(str(base)), "1 of 3 pieces is like it"
    monkeypatch.setattr("midigan.training.bases.choose_base", lambda *_: chosen)
    found = midigan("finetune", folder, "--epochs", 1, "-o", "mine")
    assert found.exit_code == 0, found.output
    said = " ".join(found.output.split())
    assert f"going on from {base}: 1 of 3 pieces is like it (--base chooses)" in said
    assert Generator.load(Path("mine/generator.onnx")).info.training["base"] == str(base)


def test_too_little_is_said_and_done_all_the_same(base, folder):
    for path in sorted(folder.iterdir())[1:]:
        path.unlink()
    found = midigan("finetune", folder, "--base", base, "--epochs", 1)
    assert found.exit_code == 0, found.output
    assert "1 song is too little" in found.output
    assert "too few to hold one out" in " ".join(found.output.split())
    assert "phrases of 1 song" in " ".join(found.output.split())
    assert Path("runs/midi/generator.onnx").is_file()


def test_a_base_that_cannot_be_trained_on_is_refused(folder, tiny_generator):
    found = midigan("finetune", folder, "--base", tiny_generator)
    assert found.exit_code == 1
    assert "can be played but not trained on" in found.output
    assert not Path("runs").exists()


def test_a_phrase_set_of_another_layout_is_refused(base, folder):
    from pattern import tiny_layout

    pattern_set(layout=tiny_layout(3)).save(Path("other.npz"))
    found = midigan("finetune", "other.npz", "--base", base)
    assert found.exit_code == 1
    assert found.output.count("\n") == 1
    assert "layout" in found.output


def test_songs_of_other_tracks_ask_for_another_base(base, folder):
    """A folder of drums alone, for a base without drums."""
    for path in folder.iterdir():
        file = mido.MidiFile(path)
        for message in (message for track in file.tracks for message in track):
            if hasattr(message, "channel"):
                message.channel = 9
        file.save(path)
    found = midigan("finetune", folder, "--base", base)
    assert found.exit_code == 1
    assert "has a place in the layout" in found.output
    assert "--base NAME goes on from one for other tracks" in found.output


def make_waltz(path):
    file = mido.MidiFile(path)
    for track in file.tracks:
        track[:] = [message for message in track if message.type != "time_signature"]
    waltz = mido.MetaMessage("time_signature", numerator=3, denominator=4)
    file.tracks[0].insert(0, waltz)
    file.save(path)


def test_a_song_in_another_meter_is_left_out_with_the_command_that_takes_it(base, folder):
    make_waltz(min(folder.iterdir()))
    found = midigan("finetune", folder, "--base", base, "--epochs", 1)
    assert "2 of 3 files" in found.output
    said = " ".join(found.output.split())
    assert "another meter, 3/4 (midigan encode --meter pad takes them)" in said


def test_a_base_keeps_its_meter_and_who_learns_songs_in_theirs_is_said(base, folder):
    for path in folder.iterdir():
        make_waltz(path)
    found = midigan("finetune", folder, "--base", base, "--epochs", 1)
    assert found.exit_code == 1
    said = " ".join(found.output.split())
    assert "3/4 (3x) (midigan train, or midigan encode --meter pad, takes them)" in said


def test_an_empty_folder_is_refused(base, folder):
    Path("empty").mkdir()
    found = midigan("finetune", "empty", "--base", base)
    assert found.exit_code == 1
    assert not Path("runs").exists()
