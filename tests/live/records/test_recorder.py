import mido
import pytest

from midigan.errors import MidiganError
from midigan.live.clock import PPQN
from midigan.live.processes.composer_messages import Part
from midigan.live.processes.player_messages import Sent
from midigan.live.records.recorder import Recorder

PARTS = [Part("Søprano", 0, 52), Part("Drums", 9, 0)]


@pytest.fixture
def recorder():
    recorder = Recorder(PARTS, 90.0, 4 * PPQN)
    recorder.add([Sent(0, 0, (0xC0, 52)), Sent(0, 1, (0xC9, 0)), Sent(0, 0, (0x90, 60, 80))])
    recorder.add([Sent(PPQN, 1, (0x99, 36, 100)), Sent(PPQN + 10, 1, (0x89, 36, 0))])
    recorder.add([Sent(4 * PPQN, 0, (0x80, 60, 0)), Sent(4 * PPQN, -1, (0xB0, 123, 0))])
    return recorder


def test_each_track_is_written_with_its_name_program_and_channel(recorder, tmp_path):
    recorder.write(tmp_path / "x.mid")
    file = mido.MidiFile(tmp_path / "x.mid", charset="utf-8")
    assert (file.type, file.ticks_per_beat) == (1, PPQN)
    conductor, soprano, drums = file.tracks
    assert [track.name for track in file.tracks[1:]] == ["Søprano", "Drums"]
    tempo = next(message for message in conductor if message.type == "set_tempo")
    assert mido.tempo2bpm(tempo.tempo) == pytest.approx(90, rel=1e-5)
    meter = next(message for message in conductor if message.type == "time_signature")
    assert (meter.numerator, meter.denominator) == (4, 4)
    played = [str(message) for message in soprano if not message.is_meta]
    assert played == [
        "program_change channel=0 program=52 time=0",
        "note_on channel=0 note=60 velocity=80 time=0",
        "note_off channel=0 note=60 velocity=0 time=3840",
    ]
    assert [message.channel for message in drums if not message.is_meta] == [9, 9, 9]


def test_every_track_ends_where_the_session_ended(recorder, tmp_path):
    recorder.write(tmp_path / "x.mid")
    for track in mido.MidiFile(tmp_path / "x.mid", charset="utf-8").tracks:
        assert sum(message.time for message in track) == 4 * PPQN
        assert track[-1].type == "end_of_track"


def test_the_tempo_of_a_leader_is_kept_where_it_changes(recorder, tmp_path):
    for beat, tempo_bpm in enumerate((120.0, 120.1, 120.0, 132.0, 132.1, 90.0)):
        recorder.keep_tempo(beat * PPQN, tempo_bpm)
    recorder.write(tmp_path / "x.mid")
    now, found = 0, []
    for message in mido.MidiFile(tmp_path / "x.mid").tracks[0]:
        now += message.time
        if message.type == "set_tempo":
            found.append((now, round(mido.tempo2bpm(message.tempo))))
    assert found == [(0, 120), (3 * PPQN, 132)]  # it ended before the last
    assert now == 4 * PPQN


@pytest.mark.parametrize("meter", [(3, 4), (6, 8), (7, 8), (3, 16), (3, 2)])
def test_the_meter_is_that_of_the_bar(meter, tmp_path):
    beat = 4 * PPQN // meter[1]
    Recorder(PARTS, 90.0, meter[0] * beat, beat).write(tmp_path / "x.mid")
    found = next(m for m in mido.MidiFile(tmp_path / "x.mid") if m.type == "time_signature")
    assert (found.numerator, found.denominator) == meter


def test_a_file_that_cannot_be_written_says_so(recorder, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MidiganError, match="cannot write"):
        recorder.write(tmp_path / "file" / "x.mid")
