import json

import mido
import pytest
from click.testing import CliRunner

from midigan.commands import cli


def run(*arguments):
    return CliRunner().invoke(cli, ["generate", *(str(argument) for argument in arguments)])


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_clips_are_counted_and_named(tiny_generator, tmp_path):
    result = run(tiny_generator, "-n", 3, "-o", tmp_path / "clips", "--seed", 1)
    assert result.exit_code == 0, result.output
    assert list(bytes_of(tmp_path / "clips")) == ["clip-001.mid", "clip-002.mid", "clip-003.mid"]
    assert "3 clips of 2 bars" in result.output
    assert "seed 1" in result.output


@pytest.mark.parametrize("bars", [1, 2, 5])
def test_a_clip_ends_exactly_with_its_last_bar(bars, tiny_band, tmp_path):
    run(tiny_band, "-n", 2, "--bars", bars, "-o", tmp_path)
    for path in tmp_path.iterdir():
        file = mido.MidiFile(path)
        for track in file.tracks:
            assert sum(message.time for message in track) == bars * 4 * file.ticks_per_beat
            assert track[-1].type == "end_of_track"
        assert any(message.type == "note_on" for message in file)


def test_the_seed_decides_everything(tiny_generator, tmp_path):
    for name, seed in (("a", 4), ("b", 4), ("c", 5)):
        run(tiny_generator, "-n", 2, "-o", tmp_path / name, "--seed", seed)
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")
    assert bytes_of(tmp_path / "a") != bytes_of(tmp_path / "c")


def test_a_longer_clip_holds_the_phrases_of_short_ones(tiny_generator, tmp_path):
    run(tiny_generator, "-n", 2, "--bars", 2, "-o", tmp_path / "short", "--seed", 4)
    run(tiny_generator, "-n", 1, "--bars", 4, "-o", tmp_path / "long", "--seed", 4)
    short = sum(
        message.type == "note_on"
        for path in (tmp_path / "short").iterdir()
        for message in mido.MidiFile(path)
    )
    (long,) = (tmp_path / "long").iterdir()
    assert sum(message.type == "note_on" for message in mido.MidiFile(long)) == short


def test_a_seed_that_was_drawn_is_told_and_can_be_given_again(tiny_generator, tmp_path):
    told = json.loads(run(tiny_generator, "-n", 1, "-o", tmp_path / "a", "--json").output)
    assert told["files"] == [str(tmp_path / "a" / "clip-001.mid")]
    run(tiny_generator, "-n", 1, "-o", tmp_path / "b", "--seed", told["seed"])
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")


def test_tempo_and_key_are_those_asked_for(tiny_generator, tmp_path):
    run(tiny_generator, "-n", 1, "-o", tmp_path / "c", "--seed", 1)
    run(tiny_generator, "-n", 1, "-o", tmp_path / "d", "--seed", 1, "--key", "D", "--tempo", 141)
    in_c, in_d = (
        [m.note for m in mido.MidiFile(tmp_path / name / "clip-001.mid") if m.type == "note_on"]
        for name in "cd"
    )
    assert sorted(in_d) == [pitch + 2 for pitch in sorted(in_c)]
    tempo = next(m for m in mido.MidiFile(tmp_path / "d" / "clip-001.mid") if m.type == "set_tempo")
    assert mido.tempo2bpm(tempo.tempo) == pytest.approx(141, rel=1e-5)


def test_the_folder_is_named_after_the_generator(tiny_generator, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(tiny_generator, "-n", 1).exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


def test_what_is_no_generator_is_one_line(tmp_path):
    (tmp_path / "x.onnx").write_bytes(b"not a model")
    for arguments in ([tmp_path / "x.onnx"], [tmp_path / "none.onnx"], [tmp_path]):
        result = run(*arguments, "-o", tmp_path / "clips")
        assert result.exit_code == 1
        assert len(result.output.strip().splitlines()) == 1
        assert not (tmp_path / "clips").exists()
