"""A log is written as the music goes, and read back whole or torn."""

import json

import pytest

from midigan.controls import Controls
from midigan.errors import FormatError, MidiganError
from midigan.live.processes.composer_messages import Loaded, Note, Part, Phrase
from midigan.live.processes.player_messages import Report, Sent
from midigan.live.records import log_folder
from midigan.live.records.log import Log, read_log

PARTS = [Part("Lead ü", 0, 80), Part("Bass", 5, 33)]
LOADED = Loaded(96.0, 3840, 7680, "ab12", Controls().to_plain(), PARTS)


def report(tick, song, *sent, tempo_bpm=96.0):
    return Report(song, tick, tempo_bpm, True, 0, 0.0, 0.0, 0.0, sent)


def write(path):
    log = Log(path, "/somewhere/generator.onnx", 7)
    log.begin(LOADED, 96.0)
    log.phrase(Phrase(0, [Note(0, 240, 1, 60, 80, tied=True)]))
    log.report(report(240, 0, Sent(0, 0, [0xC0, 80]), Sent(0, 1, [0x95, 60, 80])))
    log.turn("walk 0.25", Controls(walk=0.25).to_plain())
    log.phrase(Phrase(1, []))
    log.report(report(500, 8180, Sent(240, 1, [0x85, 60, 0]), tempo_bpm=120.0))
    return log


def test_a_log_is_read_while_it_is_written(tmp_path):
    log = write(tmp_path / "x.jsonl")
    logged = read_log(tmp_path / "x.jsonl")  # before it is closed, as after kill -9
    log.close()
    assert logged.head["seed"] == 7
    assert logged.head["sha256"] == "ab12"
    assert Controls.from_plain(logged.head["controls"]) == Controls()
    assert logged.take.parts == PARTS
    assert logged.take.notes(0, 3840) == [Note(0, 240, 1, 60, 80)]
    assert logged.turns == [(240, "walk 0.25")]
    assert logged.phrases == 2
    assert [(place.tick, place.song) for place in logged.places] == [(240, 0), (500, 8180)]
    assert (logged.tempo_at(300), logged.tempo_at(600), logged.tempo_at(0)) == (96, 120, 96)


def test_each_line_is_json_by_itself(tmp_path):
    write(tmp_path / "x.jsonl").close()
    lines = (tmp_path / "x.jsonl").read_text("utf-8").splitlines()
    kinds = [next(iter(json.loads(line))) for line in lines]
    assert kinds == ["midigan", "phrase", "sent", "turn", "phrase", "sent"]
    assert json.loads(lines[1]) == {"phrase": 0, "notes": [[0, 240, 1, 60, 80, True]]}


def test_a_torn_last_line_is_left_out_wherever_it_is_torn(tmp_path):
    write(tmp_path / "x.jsonl").close()
    whole = (tmp_path / "x.jsonl").read_bytes()
    head = whole.index(b"\n") + 1
    for length in range(head, len(whole)):
        (tmp_path / "y.jsonl").write_bytes(whole[:length])
        logged = read_log(tmp_path / "y.jsonl")
        whole_lines = whole[:length].split(b"\n")[:-1]
        assert logged.phrases == sum(line.startswith(b'{"phrase"') for line in whole_lines)
        assert len(logged.places) == sum(line.startswith(b'{"sent"') for line in whole_lines)


def test_the_same_phrase_is_written_once(tmp_path):
    log = write(tmp_path / "x.jsonl")
    once = Note(0, 240, 1, 60, 80, tied=True)
    for notes in ([once], [Note(0, 240, 1, 61, 80)], [Note(0, 240, 1, 61, 80)]):
        log.phrase(Phrase(0, notes))
    log.close()
    assert read_log(tmp_path / "x.jsonl").phrases == 3


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"[1]\n", b"{}\n", b"\xff\n", b"MThd", b'{"log": "x"}\n', b'{"log": 1}\n'],
)
def test_what_is_no_log_is_refused(content, tmp_path):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(FormatError, match="no log"):
        read_log(tmp_path / "x")
    with pytest.raises(FormatError, match="cannot read"):
        read_log(tmp_path / "missing")


def test_a_newer_log_is_refused(tmp_path):
    write(tmp_path / "x.jsonl").close()
    text = (tmp_path / "x.jsonl").read_text("utf-8").replace('"log":1', '"log":2')
    (tmp_path / "x.jsonl").write_text(text, "utf-8")
    with pytest.raises(FormatError, match="newer"):
        read_log(tmp_path / "x.jsonl")


def test_a_disk_that_fails_ends_the_log_and_nothing_else(tmp_path):
    log = write(tmp_path / "x.jsonl")

    class Full:
        closed = False

        def write(self, line):
            raise OSError(28, "No space left on device")

        def close(self):
            pass

    log.close()
    log._file = Full()
    log.turn("walk 1.00", {})
    log.turn("walk 0.50", {})
    assert "No space left" in log.trouble
    log.close()
    with pytest.raises(MidiganError, match="cannot write"):
        Log(tmp_path / "x.jsonl" / "y", "", 1)


def test_old_logs_make_room(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with pytest.raises(MidiganError, match="no session"):
        log_folder.latest_log()
    folder = log_folder.log_folder()
    folder.mkdir(parents=True)
    for number in range(60):
        (folder / f"session-20250101-{number:06}-1.jsonl").touch()
    (folder / "mine.jsonl").touch()
    new = log_folder.new_log()
    left = sorted(path.name for path in folder.iterdir())
    assert len(left) == 50
    assert left[0] == "mine.jsonl"
    assert left[1] == "session-20250101-000011-1.jsonl"
    new.touch()
    assert log_folder.latest_log() == new
