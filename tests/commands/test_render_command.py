import mido
import pytest
from click.testing import CliRunner

from midigan.commands import cli
from midigan.files.writers import audio


@pytest.fixture
def rendered(monkeypatch):
    calls = []

    def render_audio(midi, wav, *, soundfont=None):
        calls.append((midi, wav, soundfont))
        return "FluidSynth with font.sf2"

    monkeypatch.setattr(audio, "render_audio", render_audio)
    return calls


def run(*args):
    return CliRunner().invoke(cli, ["render", *map(str, args)])


def test_one_file_goes_where_it_is_told(rendered, tmp_path):
    midi, wav = tmp_path / "x.mid", tmp_path / "y.wav"
    result = run(midi, "-o", wav, "--soundfont", tmp_path / "f.sf2")
    assert result.exit_code == 0
    assert "rendered by FluidSynth with font.sf2" in result.output
    assert rendered == [(midi, wav, tmp_path / "f.sf2")]


def test_files_go_beside_themselves_or_to_a_folder(rendered, tmp_path):
    run(tmp_path / "x.mid", tmp_path / "y.mid")
    run(tmp_path / "x.mid", "-o", tmp_path / "sound")
    assert [wav for _, wav, _ in rendered] == [
        tmp_path / "x.wav",
        tmp_path / "y.wav",
        tmp_path / "sound" / "x.wav",
    ]


@pytest.mark.parametrize(
    "args",
    [("a/x.mid", "b/x.mid", "-o", "out"), ("x.mid", "y.mid", "-o", "z.wav"), ("x.wav",)],
)
def test_no_file_is_written_over_another(rendered, args):
    result = run(*args)
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert not rendered


def test_without_fluidsynth_it_says_where_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setattr(audio.shutil, "which", lambda program: None)
    file = mido.MidiFile()
    file.tracks.append(mido.MidiTrack([mido.Message("note_on", note=60)]))
    file.tracks[0].append(mido.Message("note_off", note=60, time=240))
    file.save(tmp_path / "x.mid")
    result = run(tmp_path / "x.mid")
    assert result.exit_code == 0
    assert "install FluidSynth" in result.stderr
    assert (tmp_path / "x.wav").stat().st_size > 10_000
