"""Music on the grid comes back exactly: song -> MIDI -> song."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from midi_bytes import meter, midi, notes
from songs import separate_overlaps

from midigan.errors import MidiganError
from midigan.files.dense import load_dense, save_dense
from midigan.files.encoding.encode import encode, open_phrases
from midigan.files.readers.midi import read_midi
from midigan.files.writers.write import write_midi
from midigan.harmony.keys import Key
from midigan.layout import Layout, Track, load_layout
from midigan.notes import phrases_to_notes
from midigan.sets.phrase_set import PhraseSet
from midigan.song import METER, NOTE, TEMPO, Song

SATB, BAND = load_layout("satb"), load_layout("band")
FINE = Layout("fine", (Track("One"), Track("Two", channel=1)), steps=48, steps_per_beat=12)


@st.composite
def songs(draw, layout):
    """Songs as encoding makes them: every bar but the last is whole or a 3/4 one."""
    three_quarters = layout.steps * 3 // 4
    bar_steps = draw(
        st.lists(st.sampled_from([layout.steps, three_quarters]), min_size=1, max_size=6)
    )
    bars = len(bar_steps)
    real = np.concatenate([np.arange(n) + layout.steps * b for b, n in enumerate(bar_steps)])
    rows = []
    for _ in range(draw(st.integers(1, 40))):
        begin, end = sorted(draw(st.tuples(*[st.integers(0, len(real) - 1)] * 2)))
        track = draw(st.integers(0, len(layout.tracks) - 1))
        row = real[begin], real[end] + 1 - real[begin], track
        rows.append((*row, draw(st.integers(0, 127)), draw(st.integers(1, 127))))
    # The last bar holds music, or encoding would not have it.
    rows.append((real[-1], 1, 0, draw(st.integers(0, 127)), 64))
    notes = _ended(separate_overlaps(np.array(rows, NOTE)), bar_steps, layout)
    changes = [b for b in range(bars) if b == 0 or bar_steps[b] != bar_steps[b - 1]]
    meters = [(b, 4 if bar_steps[b] == layout.steps else 3, 4) for b in changes]
    tempo = st.tuples(st.sampled_from(real.tolist()), st.integers(60_000, 15_000_000))
    tempos = {0: 500_000} | dict(draw(st.lists(tempo, max_size=4)))
    return Song(
        "song",
        notes,
        np.array(bar_steps, np.uint16),
        np.array([(step, 60e6 / mspq) for step, mspq in sorted(tempos.items())], TEMPO),
        np.array(meters, METER),
        _programs(draw, notes, layout),
    )


def _ended(notes, bar_steps, layout):
    bar, within = np.divmod(notes["start"] + notes["length"] - 1, layout.steps)
    notes["length"] -= np.maximum(within + 1 - np.array(bar_steps)[bar], 0)
    return notes


def _programs(draw, notes, layout):
    """Any program on a track with notes; a silent track's cannot be known again."""
    sounding = set(notes["track"].tolist())
    return tuple(
        draw(st.integers(0, 127)) if number in sounding else track.program
        for number, track in enumerate(layout.tracks)
    )


def assert_same(found, song):
    assert np.array_equal(found.notes, song.notes)
    assert np.array_equal(found.bar_steps, song.bar_steps)
    assert np.array_equal(found.tempos, song.tempos)
    assert np.array_equal(found.meters, song.meters)
    assert found.programs == song.programs


@pytest.mark.parametrize("layout", [SATB, BAND, FINE], ids=lambda layout: layout.name)
@settings(max_examples=40, deadline=None, derandomize=True)
@given(data=st.data())
def test_songs_come_back_exactly(layout, data, tmp_path_factory):
    song = data.draw(songs(layout))
    folder = tmp_path_factory.mktemp("song")
    write_midi(song, layout, folder / "song.mid")
    phrases, report = encode([folder], layout, meter="pad", align="file")
    assert report.used[0].off_grid == report.used[0].rounded_ends == 0
    if song.bars < layout.bars:
        return
    (found,) = phrases.songs()
    assert_same(found, song)
    phrases.save(folder / "set.npz")
    (again,) = PhraseSet.load(folder / "set.npz").songs()
    write_midi(again, layout, folder / "again.mid")
    assert (folder / "again.mid").read_bytes() == (folder / "song.mid").read_bytes()


def test_a_different_pitch_on_every_track_stays_on_its_track(tmp_path):
    for layout in (SATB, BAND):
        rows = [(i, 4, i, 40 + 7 * i, 50 + i) for i in range(4)]
        song = Song("song", np.array(rows, NOTE), np.full(2, 16, np.uint16))
        write_midi(song, layout, tmp_path / "song.mid")
        (found,) = encode([tmp_path / "song.mid"], layout)[0].songs()
        assert found.notes.tolist() == rows
        score = read_midi((tmp_path / "song.mid").read_bytes())
        assert [track.name for track in score.tracks] == [track.name for track in layout.tracks]


def test_dense_phrases_come_back_through_midi(tmp_path):
    phrases = np.zeros((3, *SATB.shape), bool)
    chance = np.random.default_rng(1)
    for voice in range(4):
        pitches = np.repeat(chance.integers(20 + 10 * voice, 30 + 10 * voice, (3, 2, 4)), 4, axis=2)
        np.put_along_axis(phrases[:, voice], pitches[..., None], True, axis=-1)
    save_dense(phrases, tmp_path / "p.npy")
    notes = phrases_to_notes(load_dense(tmp_path / "p.npy"), SATB, joined=True)
    song = Song("song", notes, np.full(6, 16, np.uint16))
    write_midi(song, SATB, tmp_path / "song.mid")
    found, _ = encode([tmp_path / "song.mid"], SATB, hop=2)
    assert np.array_equal(found.phrases(), phrases)


def test_every_track_ends_with_the_song_or_where_told(tmp_path):
    song = Song(
        "s", np.array([(0, 2, 0, 60, 80), (20, 8, 1, 60, 80)], NOTE), np.full(2, 16, np.uint16)
    )
    mido = pytest.importorskip("mido")
    for end_step, ticks in ((None, 8 * 480), (24, 6 * 480), (16, 4 * 480)):
        write_midi(song, SATB, tmp_path / "s.mid", end_step=end_step)
        file = mido.MidiFile(tmp_path / "s.mid")
        assert {sum(m.time for m in track) for track in file.tracks} == {ticks}
        on = [m.type for track in file.tracks for m in track].count("note_on")
        off = [m.type for track in file.tracks for m in track].count("note_off")
        assert on == off == (1 if end_step == 16 else 2)


@pytest.mark.parametrize("shift", range(12))
@pytest.mark.parametrize("minor", [False, True])
def test_a_file_says_names_programs_channels_tempo_key_and_meter(minor, shift, tmp_path):
    third = 63 if minor else 64
    pitches = [60, 62, third, 65, 67, third, 62, 60, 67, 60]
    rows = [(4 * i, 4, i % 4, p + shift - 12, 80) for i, p in enumerate(pitches)]
    song = Song(
        "Air",
        separate_overlaps(np.array(rows, NOTE)),
        np.full(4, 12, np.uint16),
        np.array([(0, 96)], TEMPO),
        np.array([(0, 3, 4)], METER),
        (9, 10, 11, 12),
    )
    write_midi(song, replace(SATB, steps=12), tmp_path / "air.mid")
    mido = pytest.importorskip("mido")
    file = mido.MidiFile(tmp_path / "air.mid")
    assert file.type == 1
    assert [track.name for track in file.tracks] == ["Air", "Soprano", "Alto", "Tenor", "Bass"]
    said = {message.type: message for message in file.tracks[0]}
    assert said["set_tempo"].tempo == 625_000
    assert (said["time_signature"].numerator, said["time_signature"].denominator) == (3, 4)
    assert said["key_signature"].key == str(Key(shift, minor)).split()[0] + "m" * minor
    for number, track in enumerate(file.tracks[1:]):
        (program,) = [message for message in track if message.type == "program_change"]
        assert (program.channel, program.program) == (number, 9 + number)
        assert {m.channel for m in track if m.type == "note_on"} == {number}


def test_a_song_that_says_nothing_gets_a_tempo_and_the_layouts_meter(tmp_path):
    waltz = Layout("waltz", (Track("One"),), steps=12)
    song = Song("s", np.array([(0, 2, 0, 60, 80)], NOTE), np.full(2, 12, np.uint16))
    write_midi(song, waltz, tmp_path / "s.mid")
    score = read_midi((tmp_path / "s.mid").read_bytes())
    assert score.tempos.tolist() == [(0, 100.0)]
    assert score.meters.tolist() == [(0, 3, 4)]


def test_a_full_disk_keeps_the_old_file(tmp_path, monkeypatch):
    song = Song("s", np.array([(0, 2, 0, 60, 80)], NOTE), np.full(2, 16, np.uint16))
    (tmp_path / "s.mid").write_bytes(b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(MidiganError, match="No space left"):
        write_midi(song, SATB, tmp_path / "s.mid")
    assert (tmp_path / "s.mid").read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [tmp_path / "s.mid"]


def test_phrases_open_from_a_set_a_folder_or_a_file(folders):
    phrases, report = open_phrases(folders / "choir")
    assert (phrases.layout, len(report.used)) == (SATB, 3)
    phrases.save(folders / "set.npz")
    assert open_phrases(folders / "set.npz")[0].names == phrases.names
    with pytest.raises(MidiganError, match="has layout satb"):
        open_phrases(folders / "set.npz", BAND)
    with pytest.raises(MidiganError, match="no file"):
        open_phrases(folders / "missing.npz")


def test_skipped_files_are_named_with_their_reasons(folders):
    (folders / "choir" / "text.mid").write_text("not music")
    _, report = encode([folders / "choir"], SATB)
    assert [reason for _, reason in report.skipped] == [
        "not a MIDI file (no MThd header in its first 4 KB)"
    ]
    plain = report.to_dict()
    assert (plain["found"], plain["used"], plain["skipped"]) == (4, 3, 1)
    assert plain["notes_kept"] == plain["notes_read"] == 96


@pytest.mark.parametrize("ticks", [240, 239, 250])
def test_a_meter_after_the_music_does_not_cut_its_last_bar_short(tmp_path, ticks):
    """Seven eighths in 4/4, then 3/4 about where the last one ends."""
    head = meter(4, 4) + meter(3, 4, after=6 * 240 + 240)
    (tmp_path / "cut.mid").write_bytes(midi(head, notes(6) + notes(1, ticks=ticks)))
    phrases, _ = encode([tmp_path / "cut.mid"], BAND, meter="pad")
    (song,) = phrases.songs()
    assert song.bar_steps.tolist() == [16, 16]
    assert song.notes["length"].tolist() == [2] * 7
    write_midi(song, BAND, tmp_path / "again.mid")
    (again,) = encode([tmp_path / "again.mid"], BAND, meter="pad")[0].songs()
    assert np.array_equal(again.notes, song.notes)
    assert np.array_equal(again.bar_steps, song.bar_steps)
