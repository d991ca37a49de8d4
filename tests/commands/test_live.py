import json
import subprocess
import sys

import mido
import pytest
from click.testing import CliRunner
from tiny import write_droning_generator

from midigan.commands import cli
from midigan.generating.compose import compose
from midigan.generator import Generator
from midigan.live.clock import PPQN

PHRASE = 8 * PPQN
OFFLINE = ["live", "--offline", "--bars", "4", "--seed", "5"]


def run(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def notes_of(path):
    """(tick, track, pitch, velocity, length) of all notes of a file, sorted."""
    notes = []
    for number, track in enumerate(mido.MidiFile(path).tracks[1:]):
        now, down = 0, {}
        for message in track:
            now += message.time
            if message.type == "note_on":
                down[message.note] = now, message.velocity
            elif message.type == "note_off":
                start, velocity = down.pop(message.note)
                notes.append((start, number, message.note, velocity, now - start))
        assert not down
    return sorted(notes)


def test_offline_plays_what_the_generator_composes(tiny_generator, tmp_path):
    result = run(*OFFLINE, tiny_generator, "--record", tmp_path / "x.mid")
    assert result.exit_code == 0, result.output
    generator = Generator.load(tiny_generator)
    expected = []
    for number in range(2):
        for start, length, track, pitch, velocity in compose(generator, 5, number).tolist():
            begin = (number * 32 + start) * PPQN // 4
            expected.append((begin, track, pitch, velocity, length * PPQN // 4))
    assert notes_of(tmp_path / "x.mid") == sorted(expected)
    assert "4 bars" in result.output
    assert str(tmp_path / "x.mid") in result.output


@pytest.fixture(scope="module")
def droning(tmp_path_factory):
    """A generator with much to hold over joins, and some of it to strike again."""
    felt = {"late": ((0.1,) * 16,) * 4, "spread": ((0.2,) * 16,) * 4}
    path = tmp_path_factory.mktemp("droning") / "g.onnx"
    return write_droning_generator(path, restrike=((0.4,) * 16,) * 4, **felt)


LOOSE = ["--swing", "60/8", "--humanize", "60"]


@pytest.mark.parametrize("bars", [16, 15, 1])
@pytest.mark.parametrize("hands", [[], LOOSE, [*LOOSE, "--key", "D", "--walk", "0"]])
def test_it_plays_what_generate_writes_with_notes_held_over_the_joins(
    hands, bars, droning, tmp_path
):
    held = 0
    for seed in range(3):
        common = [droning, *hands, "--bars", bars, "--seed", seed]
        assert run("live", "--offline", *common, "--record", tmp_path / "x.mid").exit_code == 0
        told = json.loads(run("generate", *common, "-n", 1, "-o", tmp_path, "--json").output)
        written = [
            (round(start * PPQN), number, pitch, velocity, round(length * PPQN))
            for number, track in enumerate(told["clips"][0]["tracks"])
            for start, length, pitch, velocity in track["notes"]
        ]
        assert notes_of(tmp_path / "x.mid") == sorted(written)
        held += sum(start % PHRASE + length > PHRASE for start, *_, length in written)
    assert held > 0 or bars == 1


def test_the_same_seed_gives_the_same_file(tiny_band, tmp_path):
    for name in ("a", "b"):
        assert run(*OFFLINE, tiny_band, "--record", tmp_path / f"{name}.mid").exit_code == 0
    assert (tmp_path / "a.mid").read_bytes() == (tmp_path / "b.mid").read_bytes()
    run(*OFFLINE, tiny_band, "--record", tmp_path / "b.mid", "--seed", "6")
    assert (tmp_path / "a.mid").read_bytes() != (tmp_path / "b.mid").read_bytes()


def test_a_key_moves_everything_but_drums(tiny_band, tmp_path):
    run(*OFFLINE, tiny_band, "--record", tmp_path / "c.mid")
    run(*OFFLINE, tiny_band, "--record", tmp_path / "d.mid", "--key", "B minor")
    for track, shift in ((0, 0), (1, 2), (2, 2), (3, 2)):
        in_c, in_d = (
            [note[2] for note in notes_of(tmp_path / name) if note[1] == track]
            for name in ("c.mid", "d.mid")
        )
        assert in_d == [pitch + shift for pitch in in_c]


def test_bars_may_cut_a_phrase_and_the_file_ends_there(tiny_generator, tmp_path):
    path = tmp_path / "x.mid"
    run("live", tiny_generator, "--offline", "--bars", 3, "--tempo", 70, "--record", path)
    file = mido.MidiFile(path)
    assert {sum(m.time for m in track) for track in file.tracks} == {12 * PPQN}
    assert file.length == pytest.approx(12 * 60 / 70, rel=1e-4)


def test_quiet_prints_nothing(tiny_generator, tmp_path):
    result = run(*OFFLINE, tiny_generator, "--record", tmp_path / "x.mid", "-q")
    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--offline"],
        ["--offline", "--bars", "4"],
        ["--port", "x", "--virtual"],
        ["--port", "x", "--offline", "--bars", "4", "--record", "x.mid"],
        ["--virtual", "--latency", "5"],
        ["--virtual", "--clock-port", "x"],
        ["--virtual", "--sync", "link", "--clock-port", "x"],
        ["--virtual", "--sync", "midi", "--send-clock"],
        ["--virtual", "--sync", "jack", "--clock-to", "x"],
        ["--virtual", "--sync", "nobody"],
        ["--offline", "--bars", "4", "--record", "x.mid", "--sync", "midi"],
        ["--offline", "--bars", "4", "--record", "x.mid", "--send-clock"],
        ["--bars", "0"],
        ["--tempo", "0"],
    ],
)
def test_wrong_usage_exits_with_2(arguments, tiny_generator):
    assert run("live", tiny_generator, *arguments).exit_code == 2


def assert_one_line(result, *words):
    assert result.exit_code == 1
    lines = result.output.strip().splitlines()
    assert len(lines) == 1, result.output
    assert all(word in lines[0] for word in ("midigan: ", *words)), lines[0]


def test_an_unknown_generator_is_one_line(tmp_path):
    missing = tmp_path / "no.onnx"
    result = run(*OFFLINE, missing, "--record", tmp_path / "x.mid")
    assert_one_line(result, "no.onnx", "name a")


def test_a_damaged_generator_is_one_line(tiny_generator, tmp_path):
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(tiny_generator.read_bytes()[:5000])
    record = tmp_path / "x.mid"
    assert_one_line(run(*OFFLINE, damaged, "--record", record), "damaged.onnx")
    assert not record.exists()


def test_an_unknown_key_is_one_line(tiny_generator, tmp_path):
    result = run(*OFFLINE, tiny_generator, "--record", tmp_path / "x.mid", "--key", "H")
    assert_one_line(result, "'H'")


def test_an_unknown_port_is_one_line(tiny_generator):
    assert_one_line(run("live", tiny_generator, "--port", "no such port"), "no such port")


def test_an_unknown_clock_port_is_one_line(tiny_generator):
    result = run(
        "live", tiny_generator, "--port", "x", "--sync", "midi", "--clock-port", "no clock"
    )
    assert_one_line(result, "port matches")


def test_no_port_named_says_how_to_choose(tiny_generator):
    assert_one_line(run("live", tiny_generator), "--port", "--virtual", "--offline")


def test_a_record_that_cannot_be_written_is_one_line(tiny_generator, tmp_path):
    (tmp_path / "file").write_text("")
    result = run(*OFFLINE, tiny_generator, "--record", tmp_path / "file" / "x.mid", "-q")
    assert_one_line(result, str(tmp_path / "file"))


def test_offline_loads_nothing_that_only_training_or_scores_need(tiny_generator, tmp_path):
    code = (
        "import sys\n"
        "from midigan.commands import cli\n"
        f"cli({[*OFFLINE, str(tiny_generator), '--record', str(tmp_path / 'x.mid')]!r}, "
        "standalone_mode=False)\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert not loaded & {"torch", "music21", "matplotlib", "pretty_midi", "symusic", "rich"}


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell closes them")
def test_it_plays_with_standard_streams_closed(tiny_generator, tmp_path):
    command = [sys.executable, "-m", "midigan", *OFFLINE, tiny_generator]
    closed = ["sh", "-c", 'exec "$@" <&- >&-', "sh", *command, "--record", tmp_path / "x.mid"]
    done = subprocess.run(closed, stderr=subprocess.PIPE, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert notes_of(tmp_path / "x.mid")


def test_the_player_loads_next_to_nothing():
    code = "import sys, midigan.live.playing.player_process; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {"numpy", "onnxruntime", "rich", "click", "mido", "torch"}
