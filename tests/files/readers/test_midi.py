import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from midi_bytes import (
    END,
    chunk,
    header,
    meta,
    meter,
    midi,
    name,
    notes,
    off,
    on,
    program,
    tempo,
)

from midigan.errors import MidiganError, SourceError
from midigan.files.encoding.encode import encode
from midigan.files.readers import records, sound
from midigan.files.readers.careful import read_carefully
from midigan.files.readers.midi import read_midi, read_midis
from midigan.layout import load_layout

GOOD = midi(tempo(500_000) + meter(4, 4), name("Lead") + program(80) + notes(16))


def test_a_sound_file_comes_with_all_that_it_says():
    score = read_midi(GOOD)
    assert score.ppq == 480
    assert score.notes["start"].tolist() == list(range(0, 16 * 240, 240))
    assert set(score.notes["length"].tolist()) == {240}
    assert [(t.name, t.program, t.drum) for t in score.tracks] == [("Lead", 80, False)]
    assert score.tempos.tolist() == [(0, 120.0)]
    assert score.meters.tolist() == [(0, 4, 4)]
    assert score.warnings == ()


def test_channel_ten_is_drums_whatever_its_program():
    score = read_midi(midi(program(48, channel=9) + notes(4, channel=9)))
    assert score.tracks[0].drum


def test_a_type_0_file_is_split_by_channel():
    score = read_midi(midi(notes(4, channel=1) + notes(4, channel=9), kind=0))
    assert [track.drum for track in score.tracks] == [False, True]


def test_a_track_that_changes_program_keeps_its_notes():
    score = read_midi(midi(program(0) + notes(4) + program(33) + notes(4)))
    assert len(score.notes) == 8
    assert {track.program for track in score.tracks} == {0, 33}


def test_overlapping_notes_of_a_pitch_end_first_in_first_out():
    score = read_midi(midi(on(60) + on(60, after=240) + off(60) + off(60)))
    assert sorted(zip(score.notes["start"], score.notes["length"], strict=True)) == [
        (0, 480),
        (240, 480),
    ]


def riff(*chunks):
    """A RIFF file of MIDI; a chunk of odd length is followed by one byte more."""
    parts = [k + len(c).to_bytes(4, "little") + c + b"\0" * (len(c) % 2) for k, c in chunks]
    inside = b"RMID" + b"".join(parts)
    return b"RIFF" + len(inside).to_bytes(4, "little") + inside


SOUND = {
    "running status": (midi(on(60) + bytes([0x60, 60, 0, 0, 62, 80, 0x60, 62, 0])), 2),
    "junk behind the last track": (GOOD + b"junk" * 100, 16),
    "RIFF around it": (b"RIFF\0\0\0\0RMIDdata\0\0\0\0" + GOOD, 16),
    "RIFF with sounds in front": (riff((b"DLS ", b"\1" * 9001), (b"data", GOOD)), 16),
    "RIFF with odd chunks": (riff((b"LIST", b"INFOx"), (b"data", GOOD), (b"x   ", b"y")), 16),
    "a longer header": (b"MThd\0\0\0\x0a" + GOOD[8:14] + b"\0\0\0\0" + GOOD[14:], 16),
    "3 ticks a beat": (midi(notes(16, ticks=1), ppq=3), 16),
    "a name that is not UTF-8": (midi(meta(3, b"\x83s\x83A\xf8\xfe") + notes(8)), 8),
    "a delay of two bytes that looks like a status": (midi(notes(8, ticks=15_361)), 8),
}


@pytest.mark.parametrize("case", SOUND)
def test_odd_but_sound_files_need_no_mending(case):
    data, expected = SOUND[case]
    score = read_midi(data)
    assert len(score.notes) == expected
    assert score.warnings == ()


MENDED = {
    "bytes in front": (b"\0" * 128 + GOOD, 16, "before the header"),
    "type 0 with two tracks": (midi(notes(8), notes(8), kind=0), 16, "type 0"),
    "a header of 4 bytes": (b"MThd\0\0\0\4" + GOOD[8:], 16, "4 bytes"),
    "type 2": (midi(notes(8), notes(8), kind=2), 16, "type 2"),
    "type 9": (midi(notes(8), kind=9), 8, "type 9"),
    "too many tracks claimed": (header(1, 999) + chunk(notes(8)), 8, "other tracks"),
    "no tracks claimed": (header(1, 0) + chunk(notes(8)), 8, "other tracks"),
    "track length 0": (header() + chunk(notes(8), length=0), 8, "as long as"),
    "track length too short": (header() + chunk(notes(8), length=40), 8, "as long as"),
    "broken off": (GOOD[:-30], 13, "breaks off"),
    "a data byte over 127": (midi(b"\0\xb0\x07\xff" + notes(8)), 8, "seven bits"),
    "no status at first": (midi(b"\0\x3c\x50" + notes(8)), 7, "without a status"),
    "running on after sysex": (
        midi(on(60) + b"\0\xf0\x02\x7e\xf7" + bytes([0x60, 60, 0]) + notes(8)),
        9,
        "lacks its status",
    ),
    "events after the end": (midi(notes(8) + END + notes(8)), 8, "after the end"),
    "a clock message": (midi(b"\0\xf8" + notes(8)), 8, "system message"),
    "a song position": (midi(notes(8) + b"\0\xf2\0\0" + notes(8)), 16, "system message"),
    "an undefined status": (midi(notes(8) + b"\0\xf4" + notes(8)), 16, "system message"),
    "a tempo of one byte": (midi(meta(0x51, b"\7") + notes(8)), 8, "wrong length"),
    "a meter of no bytes": (midi(meta(0x58, b"") + notes(8)), 8, "wrong length"),
    "a text of 256 MB": (midi(notes(8) + b"\0\xff\x01\xff\xff\xff\x7f" + notes(8)), 8, "breaks"),
    "an endless number": (midi(notes(8) + b"\xff" * 50), 8, "breaks off"),
    "a note that never ends": (midi(on(40) + notes(8)), 9, "never ends"),
    "notes that never end": (midi(on(40) + on(41)), 2, "never ends was closed (2x)"),
}


@pytest.mark.parametrize("case", MENDED)
def test_damage_is_mended_and_named(case):
    data, expected, warning = MENDED[case]
    score = read_midi(data)
    assert len(score.notes) == expected
    assert any(warning in text for text in score.warnings), score.warnings


REFUSED = {
    "nothing": (b"", "no MThd"),
    "a header cut short": (GOOD[:10], "no MThd"),
    "a text": (b"version https://git-lfs.github.com/spec/v1\n" * 40, "no MThd"),
    "a header too far in": (b"\0" * 5000 + GOOD, "no MThd"),
    "SMPTE time": (midi(notes(8), ppq=0xE728), "SMPTE"),
    "0 ticks a beat": (midi(notes(8), ppq=0), "0 ticks"),
    "no tracks": (header(1, 0), "no notes"),
    "no notes": (midi(name("empty")), "no notes"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_in_a_line(case):
    data, reason = REFUSED[case]
    with pytest.raises(SourceError, match=reason) as error:
        read_midi(data)
    assert "\n" not in str(error.value)


def test_ticks_beyond_32_bits_do_not_wrap():
    score = read_midi(midi(b"".join(on(60, after=2**27) + off(60) for _ in range(40))))
    assert len(score.notes) == 40
    assert score.notes["start"].max() == 40 * 2**27 + 39 * 240


@pytest.mark.parametrize("pedal", [False, True])
def test_of_many_files_each_is_read_as_if_alone(pedal):
    cases = [*SOUND.values(), *MENDED.values(), *REFUSED.values(), *SOUND.values()]
    files = [data for data, *_ in cases]
    for data, found in zip(files, read_midis(files, pedal=pedal), strict=True):
        (alone,) = read_midis([data], pedal=pedal)
        assert type(found) is type(alone)
        if isinstance(found, SourceError):
            assert str(found) == str(alone)
            continue
        assert (found.ppq, found.tracks) == (alone.ppq, alone.tracks)
        assert found.warnings == alone.warnings
        for field in ("notes", "tempos", "meters"):
            assert np.array_equal(getattr(found, field), getattr(alone, field))


@pytest.mark.parametrize("count", [2, 3000])
def test_of_many_odd_events_no_more_are_looked_at_than_must(count, monkeypatch):
    looked = []
    own = sound._is_odd
    monkeypatch.setattr(sound, "_is_odd", lambda *byte: looked.append(1) or own(*byte))
    score = read_midi(midi(notes(8) + b"\0\xf8" * count, notes(8) + b"\0\xf8" * count))
    assert score.warnings == (f"a system message does not belong in a file ({2 * count}x)",)
    # One in each track: a glance tells that no message lies before the others.
    assert len(looked) == (2 if count == 2 else 0)


def test_the_careful_reader_agrees_with_the_fast_one_on_sound_files():
    quick, careful = read_midi(GOOD), read_carefully(GOOD, 480)
    for field in ("notes", "tempos", "meters"):
        assert np.array_equal(getattr(quick, field), getattr(careful, field))
    assert quick.tracks == careful.tracks
    assert careful.warnings == ()


def test_tempos_and_meters_come_in_order_whatever_tracks_they_are_in():
    late = tempo(400_000, after=960) + meter(3, 4) + tempo(300_000, after=960)
    data = midi(late, tempo(500_000) + meter(4, 4) + tempo(250_000, after=1440) + notes(16))
    score = read_midi(data)
    assert score.tempos["tick"].tolist() == [0, 960, 1440, 1920]
    assert score.tempos["bpm"].tolist() == [120, 150, 240, 200]
    assert score.meters.tolist() == [(0, 4, 4), (960, 3, 4)]


def test_without_symusic_everything_is_still_read(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "symusic", None)
    assert len(read_midi(GOOD).notes) == 16


def test_notes_are_taken_alike_however_symusic_pickles_them(monkeypatch):
    quick = read_midi(GOOD)
    monkeypatch.setattr(records, "_pickles", lambda kind: False)
    other = read_midi(GOOD)
    for field in ("notes", "tempos", "meters"):
        assert np.array_equal(getattr(other, field), getattr(quick, field))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.data())
def test_damaged_bytes_give_a_song_or_a_midigan_error(tmp_path_factory, data):
    damaged = bytearray(data.draw(st.sampled_from([GOOD, SOUND["running status"][0]])))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        match data.draw(st.sampled_from(["change", "cut", "insert"])):
            case "change":
                damaged[at] = data.draw(st.integers(0, 255))
            case "cut":
                del damaged[at : at + data.draw(st.integers(1, 4))]
            case "insert":
                damaged[at:at] = data.draw(st.binary(min_size=1, max_size=4))
    file = tmp_path_factory.mktemp("fuzz") / "damaged.mid"
    file.write_bytes(damaged)
    try:
        phrases, _ = encode([file], load_layout("band"), meter="pad")
    except MidiganError:
        return
    song = next(phrases.songs())
    ends = song.notes["start"] + song.notes["length"]
    assert song.notes["length"].min() > 0
    assert ends.max() <= song.bars * phrases.layout.steps
