"""MIDI to WAV, to listen without a DAW: by FluidSynth, or else by pretty_midi's plain tones."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
import time
import wave
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midigan.errors import MidiganError, SourceError
from midigan.files.opening.read import read_bytes, why_unread
from midigan.files.readers.midi import read_midi
from midigan.files.score import Score
from midigan.saving import whole_file

#: Samples a second of every WAV file.
RATE = 44100

#: The loudest sample of every WAV file: -1 dBFS.
_PEAK = 10 ** (-1 / 20)

#: How much may sound on after the last note, in seconds: releases and reverb.
_TAIL = 3.0

#: FluidSynth writes 20 MB a minute before scaling; pretty_midi holds all sound in memory.
_FLUIDSYNTH_MINUTES, _PLAIN_MINUTES = 120, 30

#: FluidSynth renders about fifty times as fast as the music goes.
_PATIENCE_S = 900

#: Samples written at once.
_BLOCK = RATE * 60

#: Where sound fonts are kept on Linux, macOS (Homebrew) and Windows.
_FONT_FOLDERS = (
    "~/.local/share/soundfonts",
    "~/.local/share/sounds/sf2",
    "~/soundfonts",
    "~/Library/Audio/Sounds/Banks",
    "/usr/share/sounds/sf2",
    "/usr/share/sounds/sf3",
    "/usr/share/soundfonts",
    "/usr/local/share/soundfonts",
    "/opt/homebrew/share/soundfonts",
    "/opt/homebrew/share/fluid-synth/sf2",
    "/usr/local/share/fluid-synth/sf2",
    "C:/soundfonts",
    "C:/ProgramData/soundfonts",
)
#: Names of General MIDI fonts; others may hold a single instrument.
_GENERAL_MIDI = ("fluidr3_gm", "generaluser", "general", "default", "timgm", "gm")


def render_audio(midi: Path, wav: Path, *, soundfont: Path | None = None) -> str:
    """Render a MIDI file as a 16-bit WAV file of 44.1 kHz whose peak is -1 dBFS.

    FluidSynth plays it in stereo with `soundfont`, or one that `find_soundfont` finds;
    without either, pretty_midi does in mono, which knows no drums. Returns what played it.
    Raises SourceError if the MIDI file cannot be used, and MidiganError if a named sound
    font is missing, FluidSynth fails, or the WAV file cannot be written.
    """
    try:
        score = read_midi(data := read_bytes(midi))
    except SourceError as error:
        raise SourceError(f"{midi}: {why_unread(error, midi)}") from error
    program, font = shutil.which("fluidsynth"), find_soundfont(soundfont)
    most = _FLUIDSYNTH_MINUTES if program and font else _PLAIN_MINUTES
    if _seconds(score) > most * 60:
        hint = "cut it" if program and font else "cut it, or install FluidSynth"
        raise SourceError(f"{midi} is longer than {most} minutes, which is the most: {hint}")
    if program and font:
        _by_fluidsynth(program, font, midi, wav, _seconds(score))
        return f"FluidSynth with {font.name}"
    if soundfont:
        raise MidiganError("a sound font needs the program fluidsynth, which is not installed")
    _by_pretty_midi(data[data.index(b"MThd") :], midi, wav)
    return "pretty_midi's plain tones, without drums"


def find_soundfont(named: Path | None = None) -> Path | None:
    """The named sound font, else $MIDIGAN_SOUNDFONT, else one in the usual folders, else None.

    Raises MidiganError if a named one is not there.
    """
    named = named or (Path(font) if (font := os.environ.get("MIDIGAN_SOUNDFONT")) else None)
    if named is not None:
        if not named.is_file():
            raise MidiganError(f"no sound font {named}: name a .sf2 or .sf3 file")
        return named
    found = [
        font
        for folder in _FONT_FOLDERS
        for font in sorted(Path(folder).expanduser().glob("*.[sS][fF][23]"))
    ]
    return min(found, key=_generality, default=None)


def _generality(font: Path) -> int:
    """Smaller for fonts with all General MIDI instruments, by their names."""
    ranks = (i for i, word in enumerate(_GENERAL_MIDI) if word in font.name.lower())
    return next(ranks, len(_GENERAL_MIDI))


def _by_fluidsynth(program: str, font: Path, midi: Path, wav: Path, seconds: float) -> None:
    """Render to raw floats first: how loud they get is known only at the end."""
    with tempfile.TemporaryDirectory(prefix="midigan-") as folder:
        raw = Path(folder) / "sound.raw"
        options = f"-n -i -q -R 1 -r {RATE} -O float -E little -T raw -F".split()
        # The paths are absolute: FluidSynth takes what begins with a dash as an option.
        call = [program, *options, str(raw), str(font.absolute()), str(midi.absolute())]
        enough = int((seconds + _TAIL) * RATE) * 8  # two floats a sample
        said, done = _run_until(call, raw, enough, Path(folder) / "said.txt")
        # FluidSynth ends with 0 even where the disk was full.
        wrong = [line for line in said.splitlines() if "error" in line.lower()]
        if wrong or not done:
            reason = (wrong or said.splitlines() or ["it took too long"])[0]
            reason = reason.removeprefix("fluidsynth: error: ")
            raise MidiganError(f"FluidSynth cannot render {midi} with {font}: {reason}")
        frames = min(raw.stat().st_size, enough) // 8
        stereo = np.memmap(raw, "<f4", "r", shape=(frames, 2)) if frames else np.empty((0, 2))
        _write_wav(wav, stereo, midi)
        del stereo  # Windows does not remove a file that is mapped


def _run_until(call: list[str], raw: Path, enough: int, log: Path) -> tuple[str, bool]:
    """Run until the program ends or `raw` has `enough` bytes; what it said, and if all went well.

    Some files end hours after their last note; those hours would fill the disk.
    """
    deadline = time.monotonic() + _PATIENCE_S
    with log.open("wb") as said, subprocess.Popen(call, stdout=said, stderr=said) as run:
        try:
            while run.poll() is None and time.monotonic() < deadline:
                if raw.is_file() and raw.stat().st_size > enough:
                    break
                time.sleep(0.02)
            well = run.returncode == 0 or (raw.is_file() and raw.stat().st_size > enough)
        finally:
            run.kill()
    return log.read_text("utf-8", errors="replace"), well and raw.is_file()


def _by_pretty_midi(data: bytes, midi: Path, wav: Path) -> None:
    import warnings

    import pretty_midi

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            mono = pretty_midi.PrettyMIDI(io.BytesIO(data)).synthesize(RATE)
        except Exception as error:  # its readers fail in many ways on damaged files
            raise SourceError(f"{midi}: pretty_midi cannot read it ({error})") from error
    _write_wav(wav, mono[:, None], midi)


def _write_wav(wav: Path, sound: NDArray[Any], midi: Path) -> None:
    """Write a float array `(samples, channels)`, scaled to its peak. SourceError if silent."""
    blocks = range(0, len(sound), _BLOCK)
    peak = max((float(np.abs(sound[i : i + _BLOCK]).max()) for i in blocks), default=0.0)
    if not peak > 0:
        raise SourceError(f"{midi} makes no sound")
    scale = 32767 * _PEAK / peak
    with whole_file(wav) as beside, wave.open(str(beside), "wb") as file:
        file.setnchannels(sound.shape[1])
        file.setsampwidth(2)
        file.setframerate(RATE)
        for i in blocks:
            file.writeframes(np.round(sound[i : i + _BLOCK] * scale).astype("<i2").tobytes())


def _seconds(score: Score) -> float:
    """When the last note ends."""
    end = int((score.notes["start"] + score.notes["length"]).max())
    tempos = score.tempos[score.tempos["bpm"] > 0]
    ticks = np.clip(np.concatenate([[0], tempos["tick"], [end]]), 0, end)
    bpm = np.concatenate([[120.0], tempos["bpm"]])
    return float((np.diff(ticks) * 60 / (bpm * score.ppq)).sum())
