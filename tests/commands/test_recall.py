"""What was played comes back from the log: exactly, and without a generator."""

import json
import subprocess
import sys

import mido
import pytest
from click.testing import CliRunner

from midigan.commands import cli
from midigan.live.processes.composer_messages import Loaded, Part
from midigan.live.processes.player_messages import Report, Sent
from midigan.live.records.log import Log


def run(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture
def session(tiny_band, tmp_path):
    """The log and the recording of eight bars that were played offline."""
    log, record = tmp_path / "log.jsonl", tmp_path / "all.mid"
    feel = ["--swing", "60", "--humanize", "50", "--tempo", "111", "--seed", "3"]
    where = ["--offline", "--bars", "8", "--record", record, "--log", log]
    result = run("live", tiny_band, *where, *feel)
    assert result.exit_code == 0, result.output
    return log, record


def notes_of(path):
    """(tick, channel, pitch, velocity, length) of all notes of a file."""
    found = []
    for track in mido.MidiFile(path).tracks:
        now, down = 0, {}
        for message in track:
            now += message.time
            if message.type == "note_on":
                down[message.channel, message.note] = now, message.velocity
            elif message.type == "note_off":
                start, velocity = down.pop((message.channel, message.note))
                found.append((start, message.channel, message.note, velocity, now - start))
    return sorted(found)


def test_all_bars_are_what_was_recorded(session, tmp_path):
    log, record = session
    result = run("recall", log, "--bars", "1-8", "-o", tmp_path / "back.mid")
    assert result.exit_code == 0, result.output
    assert notes_of(tmp_path / "back.mid") == notes_of(record)
    assert mido.MidiFile(tmp_path / "back.mid").length == mido.MidiFile(record).length
    assert str(tmp_path / "back.mid") in result.output


def test_some_bars_are_those_bars(session, tmp_path):
    log, record = session
    assert run("recall", log, "--bars", "3-4", "-o", tmp_path / "back.mid").exit_code == 0
    bar = 4 * 960
    begin, end = 2 * bar, 4 * bar
    expected = sorted(
        (max(start, begin) - begin, *rest, min(start + length, end) - max(start, begin))
        for start, *rest, length in notes_of(record)
        if start < end and start + length > begin
    )
    assert notes_of(tmp_path / "back.mid") == expected
    one = run("recall", log, "--bars", "8", "-o", tmp_path / "one.mid", "--json")
    assert json.loads(one.output)["bars"] == [8, 8]


def test_a_log_tells_what_it_holds(session, tiny_band):
    log, _ = session
    result = run("recall", log)
    assert result.exit_code == 0
    for word in ("band.onnx", "sha256", "111 bpm", "bars 1 to 8"):
        assert word in result.output
    told = json.loads(run("recall", log, "--json").output)
    assert (told["bars"], told["seed"], told["generator"]) == (8, 3, str(tiny_band))
    assert told["stretches"] == [{"bars": [1, 8], "song_bars": [1, 8]}]


def test_the_order_of_playing_counts_where_a_daw_jumped(tmp_path):
    """Bars 1 to 2 of the song, then 1 to 2 again, then 9."""
    bar = 3840
    log = Log(tmp_path / "x.jsonl", "g.onnx", 1)
    log.begin(Loaded(120.0, bar, 2 * bar, "ab", {}, [Part("Lead", 0, 0)]), 120.0)
    for played, song in ((0, 0), (1, 1), (2, 0), (3, 1), (4, 8)):
        sent = [Sent(played * bar, 0, [0x90, 60 + played, 80])]
        sent += [Sent(played * bar + 960, 0, [0x80, 60 + played, 0])]
        at = played * bar + 1000, song * bar + 1000
        log.report(Report(at[1], at[0], 120.0, True, 0, 0.0, 0.0, 0.0, sent))
    log.turn("chords locked", {})
    log.close()
    told = json.loads(run("recall", tmp_path / "x.jsonl", "--json").output)
    assert told["stretches"] == [
        {"bars": [1, 2], "song_bars": [1, 2]},
        {"bars": [3, 4], "song_bars": [1, 2]},
        {"bars": [5, 5], "song_bars": [9, 9]},
    ]
    assert told["turns"] == [{"bar": 5, "turn": "chords locked"}]
    shown = run("recall", tmp_path / "x.jsonl").output
    assert "chords locked" in shown
    assert "in the song" in shown
    run("recall", tmp_path / "x.jsonl", "--bars", "4-5", "-o", tmp_path / "x.mid")
    assert [note[2] for note in notes_of(tmp_path / "x.mid")] == [63, 64]


def test_without_a_name_it_is_the_latest_session(tmp_path, monkeypatch, session):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    result = run("recall")
    assert result.exit_code == 1
    assert "no session" in result.output
    (tmp_path / "midigan").mkdir()
    log, _ = session
    log.rename(tmp_path / "midigan" / "session-20250101-000000-1.jsonl")
    assert "bars 1 to 8" in run("recall").output


@pytest.mark.parametrize("bars", ["0", "5-2", "x", "1-", "9", "8-9", "-3"])
def test_bars_that_are_not_there_are_one_line(bars, session, tmp_path):
    result = run("recall", session[0], f"--bars={bars}", "-o", tmp_path / "x.mid")
    assert result.exit_code == 1
    assert len(result.output.strip().splitlines()) == 1
    assert not (tmp_path / "x.mid").exists()


@pytest.mark.parametrize("arguments", [["--bars", "1"], ["-o", "x.mid"]])
def test_bars_and_a_file_go_together(arguments, session):
    assert run("recall", session[0], *arguments).exit_code == 2


def test_it_needs_no_generator_and_no_runtime(session, tiny_band, tmp_path):
    arguments = ["recall", str(session[0]), "--bars", "1-2", "-o", str(tmp_path / "x.mid")]
    code = (
        "import sys\nfrom midigan.commands import cli\n"
        f"cli({arguments!r}, standalone_mode=False)\nprint(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stderr.split()) & {"numpy", "onnxruntime", "rtmidi", "symusic", "torch"}


def test_a_line_drawn_anew_is_played_as_generate_draws_it_and_comes_back(tiny_band, tmp_path):
    log, played, back = tmp_path / "log.jsonl", tmp_path / "all.mid", tmp_path / "back.mid"
    anew = ["--seed", "3", "--reroll", "bass=2", "--reroll", "lead"]
    where = ["--offline", "--bars", "8", "--record", played, "--log", log]
    assert run("live", tiny_band, *where, *anew).exit_code == 0
    assert run("recall", log, "--bars", "1-8", "-o", back).exit_code == 0
    assert notes_of(back) == notes_of(played)
    assert run("generate", tiny_band, "-n", 1, "--bars", 8, "-o", tmp_path, *anew).exit_code == 0
    assert struck(played) == struck(tmp_path / "clip-001.mid")


def struck(path):
    """(quarter note, channel, pitch, velocity) of all notes of a file."""
    beat = mido.MidiFile(path).ticks_per_beat
    return [(start / beat, *note) for start, *note, _ in notes_of(path)]
