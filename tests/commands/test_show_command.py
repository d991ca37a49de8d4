import mido
import numpy as np
import pytest
from click.testing import CliRunner

from midigan.commands import cli
from midigan.layout import load_layout
from midigan.sets.phrase_set import PhraseSet
from midigan.song import NOTE, Song


def run(*args):
    return CliRunner().invoke(cli, ["show", *map(str, args)])


@pytest.fixture
def midi(tmp_path):
    track = mido.MidiTrack([mido.MetaMessage("track_name", name="Flute")])
    track.append(mido.Message("note_on", note=60))
    track.append(mido.Message("note_off", note=60, time=960))
    track.append(mido.Message("note_on", note=67))
    track.append(mido.Message("note_off", note=67, time=2880))
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(track)
    file.save(tmp_path / "tune.mid")
    return tmp_path / "tune.mid"


def test_a_midi_file_is_described_and_drawn(midi, tmp_path):
    result = run(midi, "-o", tmp_path / "out" / "tune.png")
    assert result.exit_code == 0
    assert "2 bars, 4/4" in result.output
    assert "Flute" in result.output
    assert "C4 to G4" in result.output
    assert (tmp_path / "out" / "tune.png").read_bytes().startswith(b"\x89PNG")


def test_a_phrase_set_becomes_a_sheet(tmp_path, monkeypatch):
    notes = np.array([(i * 16, 4, i % 4, 60 + i, 80) for i in range(8)], NOTE)
    song = Song("tune", notes, np.full(8, 16, np.uint16))
    PhraseSet.from_songs([song], load_layout("satb")).save(tmp_path / "set.npz")
    monkeypatch.chdir(tmp_path)
    result = run("set.npz", "--phrases", 3, "--seed", 1)
    assert result.exit_code == 0
    assert "7 phrases of 2 bars, 1 song, layout satb" in result.output
    assert (tmp_path / "set.png").is_file()


@pytest.mark.parametrize("shape", [(2, 4, 2, 16, 84), (2, 3, 1, 12, 48)])
def test_a_dense_array_becomes_a_sheet(shape, tmp_path):
    array = np.full(shape, -1, np.int8)
    array[:, :, :, ::2, 30] = 1
    np.save(tmp_path / "dense.npy", array)
    result = run(tmp_path / "dense.npy", "-o", tmp_path / "dense.png")
    assert result.exit_code == 0
    assert "2 phrases" in result.output
    assert (tmp_path / "dense.png").is_file()


def test_a_generator_is_described_and_composes(tiny_generator, tmp_path):
    result = run(tiny_generator, "-o", tmp_path / "g.png", "--phrases", 2, "--dark")
    assert result.exit_code == 0
    assert "satb: Soprano, Alto, Tenor, Bass; 2 bars of 16 steps" in result.output
    assert "C major, 96 bpm" in result.output
    assert (tmp_path / "g.png").is_file()


@pytest.mark.parametrize("name", ["none.mid", "none.npz", "none.npy", "none.onnx", "none"])
def test_what_is_not_there_is_one_line(name, tmp_path):
    result = run(tmp_path / name, "-o", tmp_path / "x.png")
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert not list(tmp_path.iterdir())


def test_what_is_no_music_is_one_line(tmp_path):
    (tmp_path / "text.mid").write_text("no music")
    result = run(tmp_path / "text.mid", "-o", tmp_path / "x.png")
    assert result.exit_code == 1
    assert "text.mid: not a MIDI file" in result.stderr
