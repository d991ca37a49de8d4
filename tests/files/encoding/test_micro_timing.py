import mido
import numpy as np
import pytest

from midigan.files.encoding.micro_timing import measure_micro_timing
from midigan.layout import load_layout

LAYOUT = load_layout("band")
TICKS = 480
BASS = next(i for i, track in enumerate(LAYOUT.tracks) if track.name == "Bass")


def write_song(path, late, bars=12):
    """Eighths of a bass, every second one `late(i)` ticks after the grid, and drums on it."""
    song = mido.MidiFile(ticks_per_beat=TICKS)
    bass, drums = mido.MidiTrack(), mido.MidiTrack()
    song.tracks += [bass, drums]
    bass.append(mido.MetaMessage("track_name", name="Bass"))
    bass.append(mido.Message("program_change", program=33))
    events = []
    for i in range(bars * 8):
        start = i * TICKS // 2 + (late(i) if i % 2 else 0)
        events += [(start, 1, 40 + i % 5), (start + 200, 0, 40 + i % 5)]
    for track, notes, channel in ((bass, events, 0), (drums, on_the_beat(bars), 9)):
        now = 0
        for tick, on, pitch in sorted(notes):
            kind = "note_on" if on else "note_off"
            message = mido.Message(kind, note=pitch, channel=channel, time=tick - now)
            track.append(message)
            now = tick
    song.save(path)


def on_the_beat(bars):
    return [(i * TICKS + off, on, 36) for i in range(bars * 4) for off, on in ((0, 1), (60, 0))]


def measured(tmp_path, late, files=2):
    for i in range(files):
        write_song(tmp_path / f"{i}.mid", late)
    return measure_micro_timing(str(tmp_path), LAYOUT)


def test_who_plays_late_is_found_late_at_these_steps_and_no_others(tmp_path):
    found = measured(tmp_path, lambda i: 12)  # a tenth of a sixteenth of 120 ticks
    assert found.late.shape == found.spread.shape == (len(LAYOUT.tracks), LAYOUT.steps)
    offbeats = np.arange(16) % 4 == 2
    assert found.late[BASS, offbeats] == pytest.approx(0.1)
    assert found.late[BASS, ::4] == pytest.approx(0)
    assert found.spread[BASS, offbeats] == pytest.approx(0, abs=1e-6)
    # Where it never plays, its mean of all notes holds; drums are on the grid.
    assert found.late[BASS, 1] == pytest.approx(0.05)
    assert (found.late[0] == 0).all()


def test_who_wavers_has_a_spread(tmp_path):
    found = measured(tmp_path, lambda i: 12 if i % 4 == 1 else -12)
    assert found.late[BASS, [2, 10]] == pytest.approx(0.1)
    assert found.late[BASS, [6, 14]] == pytest.approx(-0.1)
    assert found.spread[BASS, 1] == pytest.approx(0.1 * np.sqrt(0.5))


@pytest.mark.parametrize("late", [lambda i: 0, lambda i: 36 + i * 17 % 48])
def test_what_is_on_the_grid_or_nowhere_near_it_has_no_feel(tmp_path, late):
    assert measured(tmp_path, late) is None


def test_where_there_is_no_music_there_is_no_feel(tmp_path):
    (tmp_path / "broken.mid").write_bytes(b"MThd")
    assert measure_micro_timing(str(tmp_path), LAYOUT) is None
    assert measure_micro_timing(str(tmp_path / "missing"), LAYOUT) is None
