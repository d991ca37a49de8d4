"""What is rendered is measured: length, peak, and that it sounds where the notes are."""

import os
import shutil
import wave

import mido
import numpy as np
import pytest

from midigan.errors import MidiganError, SourceError
from midigan.files.writers import audio

REAL = bool(os.environ.get("MIDIGAN_REAL_PARTS"))


@pytest.fixture
def no_fluidsynth(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda program: None)


def two_notes(path, channel=0):
    """One second of silence, a note of half a second, a second of silence, another note."""
    track = mido.MidiTrack()
    for pitch in (60, 64):
        track.append(mido.Message("note_on", channel=channel, note=pitch, time=960))
        track.append(mido.Message("note_off", channel=channel, note=pitch, time=480))
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(track)
    file.save(path)
    return path


def sound_of(path):
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getsampwidth()) == (44100, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return samples.reshape(-1, file.getnchannels()) / 32768


def loudness(sound, start_s, stop_s):
    return np.abs(sound[int(start_s * 44100) : int(stop_s * 44100)]).max()


def check_two_notes(sound):
    assert 3 <= len(sound) / 44100 <= 3 + 3.01
    assert np.abs(sound).max() == pytest.approx(10 ** (-1 / 20), abs=1e-3)
    assert loudness(sound, 0, 0.9) < 0.001
    assert loudness(sound, 1.05, 1.4) > 0.2
    assert loudness(sound, 2.55, 2.9) > 0.2


def test_without_fluidsynth_plain_tones_sound(no_fluidsynth, tmp_path):
    made_by = audio.render_audio(two_notes(tmp_path / "x.mid"), tmp_path / "out" / "x.wav")
    assert made_by == "pretty_midi's plain tones, without drums"
    check_two_notes(sound_of(tmp_path / "out" / "x.wav"))


@pytest.mark.skipif(
    not REAL and not (shutil.which("fluidsynth") and audio.find_soundfont()),
    reason="needs fluidsynth and a sound font",
)
def test_fluidsynth_plays_in_stereo(tmp_path):
    made_by = audio.render_audio(two_notes(tmp_path / "x.mid"), tmp_path / "x.wav")
    assert made_by.startswith("FluidSynth with ")
    sound = sound_of(tmp_path / "x.wav")
    assert sound.shape[1] == 2
    check_two_notes(sound)


def test_what_makes_no_sound_is_refused(no_fluidsynth, tmp_path):
    drums = two_notes(tmp_path / "x.mid", channel=9)
    with pytest.raises(SourceError, match="makes no sound"):
        audio.render_audio(drums, tmp_path / "x.wav")
    assert [path.name for path in tmp_path.iterdir()] == ["x.mid"]


@pytest.mark.parametrize("content", [b"", b"no music", b"MThd\0\0\0\6\0\1\0\0\1\xe0"])
def test_what_is_no_music_is_refused_in_one_line(content, tmp_path):
    midi = tmp_path / "x.mid"
    midi.write_bytes(content)
    with pytest.raises(SourceError, match=r"x\.mid: "):
        audio.render_audio(midi, tmp_path / "x.wav")
    with pytest.raises(SourceError, match=r"none\.mid: cannot be opened"):
        audio.render_audio(tmp_path / "none.mid", tmp_path / "x.wav")
    (tmp_path / "set.npz").write_bytes(b"PK\3\4")
    with pytest.raises(SourceError, match=r"set.npz: an array or a phrase set \('midigan decode'"):
        audio.render_audio(tmp_path / "set.npz", tmp_path / "x.wav")


def test_a_failure_of_fluidsynth_is_told_and_keeps_the_old_file(monkeypatch, tmp_path):
    """A full disk shows in what fluidsynth says, not in its exit status."""
    program = tmp_path / "fluidsynth"
    program.write_text("#!/bin/sh\necho 'fluidsynth: error: No space left on device.' >&2\n")
    program.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _: str(program))
    font, wav = tmp_path / "font.sf2", tmp_path / "x.wav"
    font.write_bytes(b"")
    wav.write_bytes(b"old")
    with pytest.raises(MidiganError, match="No space left on device"):
        audio.render_audio(two_notes(tmp_path / "x.mid"), wav, soundfont=font)
    assert wav.read_bytes() == b"old"


def test_sound_fonts_are_found(monkeypatch, tmp_path):
    monkeypatch.delenv("MIDIGAN_SOUNDFONT", raising=False)
    monkeypatch.setattr(audio, "_FONT_FOLDERS", (str(tmp_path), str(tmp_path / "none")))
    assert audio.find_soundfont() is None
    for name in ("Celesta.sf2", "FluidR3_GM.SF2", "other.sf3"):
        (tmp_path / name).write_bytes(b"")
    assert audio.find_soundfont() == tmp_path / "FluidR3_GM.SF2"
    monkeypatch.setenv("MIDIGAN_SOUNDFONT", str(tmp_path / "Celesta.sf2"))
    assert audio.find_soundfont() == tmp_path / "Celesta.sf2"
    assert audio.find_soundfont(tmp_path / "other.sf3") == tmp_path / "other.sf3"
    with pytest.raises(MidiganError, match="no sound font none"):
        audio.find_soundfont(tmp_path.joinpath("none.sf2").relative_to(tmp_path))
