import mido
import pytest

from midigan.errors import MidiganError
from midigan.live.processes.composer_messages import Loaded, Part, Phrase
from midigan.live.processes.player_messages import Report, Sent, Start
from midigan.live.records.keeping import Keeping
from midigan.live.records.kept import Kept
from midigan.live.records.log import read_log

PARTS = [Part("Lead", 0, 80)]
BAR = 3840
LOADED = Loaded(120.0, BAR, 2 * BAR, "ab12", {}, PARTS)
START = Start(120.0, 2 * BAR, None, PARTS)


def keeping_in(folder, **kept):
    keeping = Keeping(Kept(clips=folder / "clips", **kept), folder / "g.onnx", 7)
    assert keeping.begin(LOADED, START) == ""
    return keeping


def play(keeping, first_bar, end_bar):
    """A note a bar, whose pitch is the bar's number; reported twice a bar. What is said."""
    said = []
    for bar in range(first_bar, end_bar):
        begin = bar * BAR
        on, off = (Sent(begin + at, 0, [kind, bar, 80]) for at, kind in ((0, 0x90), (960, 0x80)))
        for tick, sent in ((begin + 1, [on]), (begin + BAR // 2, [off])):
            said.append(keeping.report(Report(tick, tick, 90.0, True, 0, 0.0, 0.0, 0.0, sent)))
    return [line for line in said if line]


def pitches(path):
    return [m.note for m in mido.MidiFile(path) if m.type == "note_on"]


def test_a_clip_is_the_last_eight_bars_and_waits_for_the_end_of_the_last_one(tmp_path):
    keeping = keeping_in(tmp_path)
    assert play(keeping, 0, 10) == []
    assert keeping.clip() == "keeping bars 3 to 10"
    assert not (tmp_path / "clips").exists()
    (said,) = play(keeping, 10, 12)
    (clip,) = (tmp_path / "clips").iterdir()
    assert said == f"kept {clip}: 8 notes"
    assert clip.name.endswith("-bars-3-10.mid")
    assert pitches(clip) == list(range(2, 10))
    file = mido.MidiFile(clip)
    assert file.length == pytest.approx(8 * 4 * 60 / 90, rel=1e-4)


def test_the_end_of_the_session_writes_a_clip_that_waits(tmp_path):
    keeping = keeping_in(tmp_path)
    play(keeping, 0, 2)
    keeping.clip()
    assert keeping.close().startswith("kept ")
    (clip,) = (tmp_path / "clips").iterdir()
    assert pitches(clip) == [0, 1]


def test_before_anything_sounds_there_is_nothing_to_keep(tmp_path):
    assert keeping_in(tmp_path).clip() == "nothing to keep yet"
    assert Keeping(Kept(), tmp_path, 1).clip() == "nothing to keep yet"


def test_a_clip_that_cannot_be_written_is_a_line_and_no_more(tmp_path):
    keeping = keeping_in(tmp_path)
    (tmp_path / "clips").write_text("")
    play(keeping, 0, 1)
    keeping.clip()
    (said,) = play(keeping, 1, 2)
    assert "cannot write" in said
    assert play(keeping, 2, 3) == []


def test_a_log_that_cannot_be_written_is_a_line_and_no_more(tmp_path):
    (tmp_path / "file").write_text("")
    keeping = Keeping(Kept(log=tmp_path / "file" / "x"), tmp_path, 1)
    assert "cannot write" in keeping.begin(LOADED, START)
    keeping.phrase(Phrase(0, []))
    assert play(keeping, 0, 1) == []
    assert keeping.close() == ""


def test_everything_goes_to_the_log_and_the_recording(tmp_path):
    keeping = keeping_in(tmp_path, log=tmp_path / "x.jsonl", record=tmp_path / "x.mid")
    keeping.phrase(Phrase(0, []))
    keeping.turn("walk 0.50", {})
    play(keeping, 0, 3)
    keeping.close()
    logged = read_log(tmp_path / "x.jsonl")
    assert [note.pitch for note in logged.take.notes(0, 3 * BAR)] == [0, 1, 2]
    assert (logged.phrases, len(logged.turns)) == (1, 1)
    assert pitches(tmp_path / "x.mid") == [0, 1, 2]


def test_a_recording_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    keeping = keeping_in(tmp_path, record=tmp_path / "file" / "x.mid")
    with pytest.raises(MidiganError, match="cannot write"):
        keeping.close()
