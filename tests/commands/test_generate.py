import json

import mido
import pytest
from click.testing import CliRunner
from tiny import write_droning_generator, write_tiny_generator

from midigan.commands import cli
from midigan.generator_info import GeneratorInfo
from midigan.layout import load_layout


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


def test_a_longer_clip_holds_the_phrases_of_short_ones(tmp_path):
    """What sounds on both sides of their join is one note: this generator strikes none again."""
    generator = write_droning_generator(tmp_path / "g.onnx")
    common = [generator, "--seed", 4, "--json"]
    short = json.loads(run(*common, "-n", 2, "--bars", 2, "-o", tmp_path / "short").output)
    long = json.loads(run(*common, "-n", 1, "--bars", 4, "-o", tmp_path / "long").output)
    first, second = (clip["tracks"] for clip in short["clips"])
    held = 0
    for before, after, both in zip(first, second, long["clips"][0]["tracks"], strict=True):
        ends = {pitch for start, length, pitch, _ in before["notes"] if start + length == 8}
        begins = {pitch for start, _, pitch, _ in after["notes"] if start == 0}
        over = ends & begins if before["name"] != "Drums" else set()
        assert over == {p for start, length, p, _ in both["notes"] if start < 8 < start + length}
        assert len(before["notes"]) + len(after["notes"]) - len(both["notes"]) == len(over)
        held += len(over)
    assert held > 0


@pytest.mark.parametrize("bars", [1, 3])
def test_json_tells_of_no_note_beyond_the_last_bar(bars, tiny_generator, tmp_path):
    result = run(tiny_generator, "-n", 8, "--bars", bars, "-o", tmp_path, "--seed", 4, "--json")
    ends = [
        start + length
        for clip in json.loads(result.output)["clips"]
        for track in clip["tracks"]
        for start, length, *_ in track["notes"]
    ]
    assert max(ends) == 4 * bars


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


def onsets(path):
    """(tick, channel, pitch) of all notes of a file of 480 ticks a beat."""
    found = []
    for track in mido.MidiFile(path).tracks:
        now = 0
        for message in track:
            now += message.time
            if message.type == "note_on":
                found.append((now, message.channel, message.note))
    return found


def test_controls_are_options(tiny_band, tmp_path):
    feel = ["--swing", "66/8", "--mute", "drums", "--walk", 0]
    pitch = ["--scale", "pentatonic", "--key", "Eb", "--range", "lead=C5-C6"]
    result = run(tiny_band, "-n", 1, "--bars", 4, "--seed", 1, "-o", tmp_path, *feel, *pitch)
    assert result.exit_code == 0, result.output
    notes = onsets(tmp_path / "clip-001.mid")
    assert {tick % 480 for tick, *_ in notes} == {0, 317}
    assert {channel for _, channel, _ in notes} == {0, 1, 2}
    assert {(pitch - 3) % 12 for *_, pitch in notes} <= {0, 2, 4, 7, 9}
    assert all(72 <= pitch <= 84 for _, channel, pitch in notes if channel == 2)
    half = 8 * 480
    assert sorted(n for n in notes if n[0] < half) == sorted(
        (tick - half, *rest) for tick, *rest in notes if tick >= half
    )


@pytest.mark.parametrize(
    ("option", "word"),
    [
        (["--scale", "loud"], "dorian"),
        (["--range", "bass"], "like bass=E1-G3"),
        (["--range", "flute=C1-C2"], "flute"),
        (["--swing", "90"], "50 to 75"),
        (["--walk", "fast"], "no number"),
    ],
)
def test_a_control_that_cannot_be_is_one_line(option, word, tiny_band, tmp_path):
    result = run(tiny_band, "-n", 1, "-o", tmp_path, *option)
    assert result.exit_code == 1
    assert word in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_the_folder_is_named_after_the_generator(tiny_generator, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(tiny_generator, "-n", 1).exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


def test_a_lone_clip_may_have_a_file_of_its_name(tiny_generator, tmp_path):
    file = tmp_path / "new" / "song.mid"
    result = run(tiny_generator, "-o", file, "--seed", 1, "--bars", 8, "--separate")
    assert result.exit_code == 0, result.output
    assert "1 clip of 8 bars in " in result.output
    assert any(message.type == "note_on" for message in mido.MidiFile(file))
    assert all(path.stem.startswith("song") for path in file.parent.iterdir())
    folder = tmp_path / "clips"
    assert run(tiny_generator, "-o", folder, "-n", 1, "--seed", 1, "--bars", 8).exit_code == 0
    assert (folder / "clip-001.mid").read_bytes() == file.read_bytes()


def test_a_file_does_not_take_several_clips(tiny_generator, tmp_path):
    result = run(tiny_generator, "-n", 2, "-o", tmp_path / "song.mid")
    assert result.exit_code == 1
    assert "2 clips cannot all become" in result.output
    (tmp_path / "taken").write_text("mine", "utf-8")
    result = run(tiny_generator, "-o", tmp_path / "taken")
    assert result.exit_code == 1
    assert "is a file: name a folder" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_what_is_no_generator_is_one_line(tmp_path):
    (tmp_path / "x.onnx").write_bytes(b"not a model")
    for arguments in ([tmp_path / "x.onnx"], [tmp_path / "none.onnx"], [tmp_path]):
        result = run(*arguments, "-o", tmp_path / "clips")
        assert result.exit_code == 1
        assert len(result.output.strip().splitlines()) == 1
        assert not (tmp_path / "clips").exists()


def test_json_tells_every_note_in_beats(tiny_band, tmp_path):
    result = run(tiny_band, "-n", 1, "--bars", 4, "-o", tmp_path, "--seed", 4, "--json")
    told = json.loads(result.output)
    assert (told["bars"], told["beats"], told["seed"]) == (4, 16, 4)
    (clip,) = told["clips"]
    file = mido.MidiFile(clip["file"])
    found = set()
    for track in file.tracks:
        now, down = 0, {}
        for message in track:
            now += message.time
            if message.type == "note_on" and message.velocity:
                down[message.note] = (now, message)
            elif message.type in ("note_on", "note_off"):
                start, on = down.pop(message.note)
                beats = (start / file.ticks_per_beat, (now - start) / file.ticks_per_beat)
                found.add((on.channel, *beats, on.note, on.velocity))
    assert found == {
        (track["channel"], *note) for track in clip["tracks"] for note in track["notes"]
    }
    assert len(found) == told["notes"]


def test_tracks_are_written_to_files_of_their_own(tiny_band, tmp_path):
    result = run(tiny_band, "-n", 1, "-o", tmp_path, "--seed", 4, "--separate", "--json")
    (clip,) = json.loads(result.output)["clips"]
    assert [track["file"] for track in clip["tracks"]] == [
        str(tmp_path / f"clip-001-{name}.mid") for name in ("Drums", "Bass", "Chords", "Lead")
    ]
    for track in clip["tracks"]:
        file = mido.MidiFile(track["file"])
        assert (file.type, len(file.tracks)) == (0, 1)
        ons = [m for m in file.tracks[0] if m.type == "note_on"]
        assert len(ons) == len(track["notes"])
        assert {message.channel for message in ons} == {track["channel"]}
        assert sum(message.time for message in file.tracks[0]) == 8 * file.ticks_per_beat


def test_a_reroll_of_a_track_changes_the_music_and_can_be_repeated(tiny_generator, tmp_path):
    def clip(name, *more):
        run(tiny_generator, "-n", 1, "-o", tmp_path / name, "--seed", 4, *more)
        return bytes_of(tmp_path / name)

    once = clip("a", "--reroll", "Bass")
    assert once != clip("b")
    assert once == clip("c", "--reroll", "bass=1")
    assert once != clip("d", "--reroll", "4=2")


def test_errors_are_json_where_json_is_asked_for(tiny_generator, tmp_path):
    result = run(tiny_generator, "-o", tmp_path, "--key", "H", "--json")
    assert result.exit_code == 1
    assert "H" in json.loads(result.stdout)["error"]
    assert result.stderr.startswith("midigan: ")
    assert run(tiny_generator, "-o", tmp_path, "--reroll", "bass=x").exit_code == 1


def write_travelled(path, shares):
    """A generator in C whose songs are in keys of these shares, at any height."""
    every = [shares.get(each, 0.0) for each in range(12)]
    apart = [[1e4 * (i == j) for j in range(4)] for i in range(4)]
    keys = {"shares": every, "mean": [60.0] * 4, "covariance": apart}
    info = GeneratorInfo(load_layout("satb"), key="C major", song_keys=keys)
    return write_tiny_generator(path, info=info)


def test_clips_are_in_the_keys_of_the_songs_unless_one_is_asked_for(tmp_path):
    generator = write_travelled(tmp_path / "g.onnx", {2: 0.5, 5: 0.5})
    common = [generator, "-n", 8, "--bars", 4, "--seed", 2, "--json"]
    own = json.loads(run(*common, "-o", tmp_path / "own").output)["clips"]
    in_c = json.loads(run(*common, "-o", tmp_path / "c", "--key", "C").output)["clips"]
    assert {clip["key"] for clip in own} == {"D major", "F major"}
    assert {clip["key"] for clip in in_c} == {"C major"}
    for clip, plain in zip(own, in_c, strict=True):
        moved = {"D major": 2, "F major": 5}[clip["key"]]
        for track, other in zip(clip["tracks"], plain["tracks"], strict=True):
            assert track["notes"] == [
                [start, length, pitch + moved, velocity]
                for start, length, pitch, velocity in other["notes"]
            ]
    same = json.loads(run(*common, "-o", tmp_path / "same", "--key", "").output)["clips"]
    assert [clip["tracks"] for clip in same] == [clip["tracks"] for clip in in_c]
    told = run(*common[:-1], "-o", tmp_path / "told").output
    assert "in 2 keys" in told
    told = run(*common[:-1], "-o", tmp_path / "told", "--key", "Bm", "--scale", "dorian").output
    assert "in B dorian" in told
