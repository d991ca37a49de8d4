import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midigan.live.processes.composer_messages import Note, Part
from midigan.live.processes.player_messages import Sent
from midigan.live.records.take import Take

PARTS = [Part("Lead", 0, 80), Part("Bass", 5, 33)]
BAR = 3840


def on(tick, pitch, track=0, velocity=90):
    return Sent(tick, track, [0x90 | PARTS[track].channel, pitch, velocity])


def off(tick, pitch, track=0):
    return Sent(tick, track, [0x80 | PARTS[track].channel, pitch, 0])


def take_of(*sent, end=2 * BAR, keep=None):
    take = Take(PARTS, BAR, keep)
    take.add(sent, end)
    return take


def test_notes_are_cut_to_what_is_asked_for():
    take = take_of(on(0, 60), off(2 * BAR, 60), on(BAR, 40, 1), off(BAR + 10, 40, 1))
    assert take.notes(BAR, 2 * BAR) == [Note(0, 10, 1, 40, 90), Note(0, BAR, 0, 60, 90)]
    assert take.notes(0, BAR) == [Note(0, BAR, 0, 60, 90)]
    assert take.notes(2 * BAR, 3 * BAR) == []


def test_a_key_struck_again_gives_two_notes_and_one_still_down_sounds_on():
    take = take_of(on(0, 60), off(5, 60), on(5, 60), end=BAR)
    assert take.notes(0, BAR) == [Note(0, 5, 0, 60, 90), Note(5, BAR - 5, 0, 60, 90)]


def test_programs_controllers_and_strange_note_offs_are_no_notes():
    take = take_of(Sent(0, 0, [0xC0, 80]), off(3, 61), Sent(9, -1, [0xB0, 123, 0]))
    assert take.notes(0, BAR) == []


def test_what_is_long_past_is_forgotten():
    take = take_of(on(0, 60), off(5, 60), on(7, 61), keep=BAR)
    take.add([off(BAR, 61), on(2 * BAR, 62), off(2 * BAR + 5, 62)], 2 * BAR + 5)
    assert [note.pitch for note in take.notes(0, 9 * BAR)] == [62]
    assert take.bars == 3


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(1, 4), st.booleans()), max_size=20))
def test_bars_written_one_by_one_are_the_whole(found):
    """Onsets and lengths in eighths of a bar; each note has a pitch of its own."""
    step = BAR // 8
    sent = []
    for pitch, (start, length, bass) in enumerate(found, 30):
        sent += [on(start * step, pitch, int(bass)), off((start + length) * step, pitch, int(bass))]
    sent.sort(key=lambda message: (message.tick, message.message[0] & 0x10))
    take = take_of(*sent)
    whole = take.notes(0, 2 * BAR)
    first, second = take.notes(0, BAR), take.notes(BAR, 2 * BAR)
    sounding = sum(note.length for note in whole)
    assert sum(note.length for note in first + second) == sounding
    assert sounding == sum(length * step for _, length, _ in found)


def test_a_file_has_the_bars_whole_and_in_tempo(tmp_path):
    take = take_of(on(0, 60), off(BAR, 60), on(BAR, 64), off(BAR + 480, 64))
    assert take.write(tmp_path / "x.mid", 1, 2, 90.0) == 1
    file = mido.MidiFile(tmp_path / "x.mid")
    assert file.length == pytest.approx(2 * 4 * 60 / 90, rel=1e-4)
    assert {sum(m.time for m in track) for track in file.tracks} == {2 * BAR}
    messages = [(m.type, m.time) for m in file.tracks[1] if not m.is_meta]
    assert messages == [("program_change", 0), ("note_on", 0), ("note_off", 480)]
    assert next(m for m in file.tracks[2] if m.type == "program_change").program == 33
