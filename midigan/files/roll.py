"""A piano roll: what a picture shows of a MIDI file or of notes on the grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midigan.files.score import Score, SourceTrack
from midigan.layout import Layout
from midigan.song import Notes

#: A drawn note: `start` and `end` in quarter notes, `track` an index into the roll's tracks.
ROLL_NOTE = np.dtype(
    [("start", "<f8"), ("end", "<f8"), ("track", "<i4"), ("pitch", "u1"), ("velocity", "u1")]
)

#: Bars counted in one file; what lies behind them is not shown.
_MAX_BARS = 10_000


_PITCH_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_DRUM_NAMES = {
    **{35: "Kick", 36: "Kick", 37: "Rim", 38: "Snare", 39: "Clap", 40: "Snare"},
    **{41: "Low tom", 43: "Low tom", 45: "Mid tom", 47: "Mid tom", 48: "High tom", 50: "High tom"},
    **{42: "Hat", 44: "Pedal hat", 46: "Open hat", 49: "Crash", 57: "Crash", 52: "China"},
    **{55: "Splash", 51: "Ride", 59: "Ride", 53: "Ride bell", 54: "Tambourine", 56: "Cowbell"},
}


@dataclass(frozen=True)
class RollTrack:
    """A track of a roll; a drum track is shown by instrument, not by pitch."""

    name: str
    drum: bool = False


@dataclass(frozen=True, eq=False)
class Roll:
    """Music as a picture shows it, all times in quarter notes.

    notes: ROLL_NOTE array in any order.
    bar_lines: float64 `(bars + 1,)`, where bars begin, and where the last one ends.
    beats: quarter notes from one beat line to the next, `(bars,)`.
    title, remark: a line in large and one in small type.
    """

    title: str
    remark: str
    tracks: tuple[RollTrack, ...]
    notes: Notes
    bar_lines: NDArray[np.float64]
    beats: NDArray[np.float64]

    @property
    def bars(self) -> int:
        """Number of bars."""
        return len(self.bar_lines) - 1

    def is_drum(self, notes: Notes) -> NDArray[np.bool_]:
        """Whether each of some of the notes is on a drum track."""
        return np.array([track.drum for track in self.tracks], bool)[notes["track"]]

    def systems(self, bars: int, quarters: float) -> list[tuple[int, int]]:
        """The first `bars` bars in systems of about `quarters` quarter notes: (first, stop)."""
        count = max(1, round((self.bar_lines[bars] - self.bar_lines[0]) / quarters + 0.3))
        each = max(1, -(-bars // count))
        return [(first, min(first + each, bars)) for first in range(0, bars, each)]


def roll_of_notes(
    notes: Notes, layout: Layout, bars: int, title: str = "", remark: str = ""
) -> Roll:
    """The roll of a NOTE array whose steps count from the first of `bars` bars."""
    shown = np.empty(len(notes), ROLL_NOTE)
    shown["start"] = notes["start"] / layout.steps_per_beat
    shown["end"] = (notes["start"] + notes["length"]) / layout.steps_per_beat
    for name in ("track", "pitch", "velocity"):
        shown[name] = notes[name]
    tracks = tuple(RollTrack(track.name, track.drum) for track in layout.tracks)
    lines = np.arange(bars + 1, dtype=np.float64) * layout.beats_per_bar
    return Roll(title, remark, tracks, shown, lines, np.ones(bars))


def cut_notes(notes: Notes, first_step: int, steps: int) -> Notes:
    """What of a NOTE array sounds in a window of `steps` steps, starts counted from it."""
    begin = np.maximum(notes["start"].astype(np.int64), first_step)
    end = np.minimum(notes["start"].astype(np.int64) + notes["length"], first_step + steps)
    inside = end > begin
    cut = notes[inside].copy()
    cut["start"] = (begin - first_step)[inside]
    cut["length"] = (end - begin)[inside]
    return cut


def roll_of_score(score: Score, title: str = "") -> Roll:
    """The roll of a score: its tracks that hold notes, and bars by its meters."""
    used, track = np.unique(score.notes["source"], return_inverse=True)
    shown = np.empty(len(score.notes), ROLL_NOTE)
    shown["start"] = score.notes["start"] / score.ppq
    shown["end"] = (score.notes["start"] + score.notes["length"]) / score.ppq
    shown["track"] = track
    for name in ("pitch", "velocity"):
        shown[name] = score.notes[name]
    tracks = tuple(
        RollTrack(_track_name(score.tracks[i], i), score.tracks[i].drum) for i in used.tolist()
    )
    lines, beats = _bars(score, float(shown["end"].max(initial=0)))
    return Roll(title, _remark(score, len(beats)), tracks, shown, lines, beats)


def in_unison(notes: Notes) -> NDArray[np.bool_]:
    """Whether each of `n` notes sounds together with the same pitch of an earlier track.

    notes: ROLL_NOTE array. Returns bool `(n,)`.
    """
    found = np.zeros(len(notes), bool)
    for pitch in np.unique(notes["pitch"]):
        index = np.flatnonzero(notes["pitch"] == pitch)
        row, column = notes[index][:, None], notes[index][None, :]
        together = (row["start"] < column["end"]) & (row["end"] > column["start"])
        found[index] = (together & (row["track"] > column["track"])).any(axis=1)
    return found


def round_boxes(
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    round_x: float,
    round_y: float,
) -> NDArray[np.float64]:
    """Outlines of `n` boxes with round corners: `(n, points, 2)`, counterclockwise."""
    x_radius = np.minimum(round_x, (right - left) / 2)[:, None]
    y_radius = np.minimum(round_y, (high - low) / 2)[:, None]
    turn = np.linspace(0, np.pi / 2, 5)
    angles = np.concatenate([turn + quarter * np.pi / 2 for quarter in range(4)])
    east, north = np.repeat([1, 0, 0, 1], 5) == 1, np.repeat([1, 1, 0, 0], 5) == 1
    x = np.where(east, right[:, None] - x_radius, left[:, None] + x_radius)
    y = np.where(north, high[:, None] - y_radius, low[:, None] + y_radius)
    return np.stack([x + x_radius * np.cos(angles), y + y_radius * np.sin(angles)], axis=-1)


def pitch_name(pitch: int) -> str:
    """The name of a MIDI pitch; 60 is C4."""
    return f"{_PITCH_NAMES[pitch % 12]}{pitch // 12 - 1}"


def drum_name(pitch: int) -> str:
    """A short name for a General MIDI drum, 0..127."""
    return _DRUM_NAMES.get(pitch, f"Drum {pitch}")


def _bars(score: Score, end: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bar lines to the first at or after `end`, at least one bar, and the beat of each bar."""
    meters = _meters(score)
    end = max(end, 0.01)
    lines: list[float] = [0.0]
    beats: list[float] = []
    for i, (begin, numerator, denominator) in enumerate(meters):
        stop = meters[i + 1][0] if i + 1 < len(meters) else max(end, lines[-1] + 0.001)
        lines[-1] = begin  # a bar that the next meter cuts short ends there
        while lines[-1] < min(stop, end) - 1e-6 and len(beats) < _MAX_BARS:
            lines.append(lines[-1] + 4 * numerator / denominator)
            beats.append(4 / denominator)
    return np.array(lines), np.array(beats)


def _track_name(track: SourceTrack, number: int) -> str:
    return track.name.strip() or ("Drums" if track.drum else f"Track {number + 1}")


def _meters(score: Score) -> list[tuple[float, int, int]]:
    """(quarter notes, numerator, denominator) of each meter that means something; 4/4 first."""
    found = {0.0: (4, 4)}
    for meter in score.meters:
        numerator, denominator = int(meter["numerator"]), int(meter["denominator"])
        if numerator > 0 and 0 < denominator <= 64:
            found[float(meter["tick"] / score.ppq)] = (numerator, denominator)
    return [(time, *meter) for time, meter in sorted(found.items())]


def _remark(score: Score, bars: int) -> str:
    meters = dict.fromkeys(f"{n}/{d}" for _, n, d in _meters(score))
    tempos = score.tempos["bpm"][score.tempos["bpm"] > 0]
    words = [f"{bars} bars" if bars > 1 else "1 bar", ", ".join(list(meters)[:4])]
    if len(tempos):
        low, high = round(float(tempos.min())), round(float(tempos.max()))
        words.append(f"{low} bpm" if low == high else f"{low} to {high} bpm")
    return " · ".join(words)
