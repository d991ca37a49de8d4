"""Songs as MIDI files: type 1, one track a layout track, a conductor track before them.

One part of a song alone is a file of type 0.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from midigan.harmony.keys import key_of
from midigan.layout import Layout
from midigan.performance.ticks import PPQN
from midigan.saving import whole_file
from midigan.song import Notes, Song

#: Ticks in a quarter note of every file that is written.
PPQ = 480

#: The tempo of songs that have none, in quarter notes a minute.
DEFAULT_BPM = 100.0

#: Tempo events hold whole microseconds in three bytes.
_SLOWEST_MSPQ = 2**24 - 1

# Sort orders on the same tick: settings, then note-offs, then note-ons.
_SETTING, _OFF, _ON = range(3)


def write_midi(
    song: Song,
    layout: Layout,
    path: Path,
    *,
    end_step: int | None = None,
    times: NDArray[np.int64] | None = None,
    part: int | None = None,
) -> None:
    """Write a song, exactly as its grid says; the same song gives the same bytes.

    times: onset and end of each note as it is played, `(n, 2)` in ticks of `performance.ticks`;
    by default those of the grid.
    part: a track of the layout that is written alone, as a file of type 0.

    The silent steps that fill up short bars are taken out again. Without a tempo the file
    says DEFAULT_BPM, without a meter the layout's. Its key is the most likely one. Every track
    ends with the song, or at `end_step`, counted in the song's padded steps. Raises
    MidiganError if `path` cannot be written, and then changes nothing.
    """
    import mido

    ticks = Ticks(song, layout)
    if times is None:
        starts = song.notes["start"].astype(np.int64)
        played = ticks.at(np.stack([starts, starts + song.notes["length"]], axis=1))
    else:
        played = times * PPQ // PPQN
    end = ticks.at(np.array([song.bars * layout.steps if end_step is None else end_step]))[0]
    numbers = range(len(layout.tracks)) if part is None else (part,)
    tracks = [_conductor(song, layout, ticks, int(end))]
    tracks += [_track(song, layout, number, played, int(end)) for number in numbers]
    file = mido.MidiFile(type=1, ticks_per_beat=PPQ, charset="utf-8")
    if part is not None:
        file.type, tracks = 0, [mido.merge_tracks(tracks)]
    file.tracks.extend(tracks)
    with whole_file(path) as beside:
        file.save(beside)


class Ticks:
    """From steps of a song, padding included, to ticks of the music without it."""

    def __init__(self, song: Song, layout: Layout) -> None:
        self.layout = layout
        self.real = song.bar_steps.astype(np.int64)
        self.before = np.concatenate([[0], np.cumsum(self.real)])

    def at(self, step: NDArray[np.int64]) -> NDArray[np.int64]:
        """Ticks of steps, array for array; after the last bar they go on at the same pace."""
        last = len(self.real)
        bar, within = np.divmod(step.astype(np.int64), self.layout.steps)
        inside = np.minimum(bar, last - 1) if last else bar * 0
        shown = np.where(bar < last, np.minimum(within, self.real[inside]), within)
        after = np.maximum(bar - last, 0) * self.layout.steps
        steps = self.before[np.minimum(bar, last)] + after + shown
        return (2 * steps * PPQ + self.layout.steps_per_beat) // (2 * self.layout.steps_per_beat)


def _conductor(song: Song, layout: Layout, ticks: Ticks, end: int) -> Any:
    """The track that holds the song's name, its key, its tempos and its meters."""
    import mido

    meta = mido.MetaMessage
    key = key_of(song.notes, layout)
    events = [
        (0, _SETTING, meta("track_name", name=song.name)),
        (0, _SETTING, meta("key_signature", key=key.tonic_name + "m" * key.minor)),
    ]
    tempos = song.tempos.tolist() or [(0, DEFAULT_BPM)]
    starts = ticks.at(np.array([start for start, _ in tempos])).tolist()
    for tick, (_, bpm) in zip(starts, tempos, strict=True):
        mspq = min(max(round(60e6 / bpm), 1), _SLOWEST_MSPQ)
        events.append((tick, _SETTING, meta("set_tempo", tempo=mspq)))
    meters = meters_of(song, layout)
    starts = ticks.at(np.array([bar for bar, _, _ in meters]) * layout.steps).tolist()
    for tick, (_, numerator, denominator) in zip(starts, meters, strict=True):
        message = meta("time_signature", numerator=numerator, denominator=denominator)
        events.append((tick, _SETTING, message))
    return _in_order(events, end)


def _track(song: Song, layout: Layout, number: int, played: NDArray[np.int64], end: int) -> Any:
    """One layout track: its name, its program and its notes, `played` at ticks `(n, 2)`."""
    import mido

    spec = layout.tracks[number]
    program = song.programs[number] if song.programs else spec.program
    events = [
        (0, _SETTING, mido.MetaMessage("track_name", name=spec.name)),
        (0, _SETTING, mido.Message("program_change", channel=spec.channel, program=program)),
    ]
    own = song.notes["track"] == number
    notes: Notes = song.notes[own]
    for (on, off), pitch, velocity in zip(
        played[own].tolist(), notes["pitch"].tolist(), notes["velocity"].tolist(), strict=True
    ):
        if on < end:
            key = {"channel": spec.channel, "note": pitch}
            events.append((on, _ON, mido.Message("note_on", velocity=velocity, **key)))
            events.append((off, _OFF, mido.Message("note_off", velocity=0, **key)))
    return _in_order(events, end)


def _in_order(events: list[tuple[int, int, Any]], end: int) -> Any:
    """A mido track of events sorted by tick, its end of track at tick `end`."""
    import mido

    track = mido.MidiTrack()
    now = 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=min(tick, end) - now))
        now = min(tick, end)
    track.append(mido.MetaMessage("end_of_track", time=end - now))
    return track


def meters_of(song: Song, layout: Layout) -> list[tuple[int, int, int]]:
    """The song's meters (bar, numerator, denominator), or the layout's if it has none.

    The bars before a first meter that comes late are the layout's; that is said if it is not
    in 4/4, which a file is in that says nothing.
    """
    meters = song.meters.tolist()
    own = (0, *layout.meter)
    late = bool(meters) and meters[0][0] > 0 and own != (0, 4, 4)
    return [own, *meters] if late or not meters else meters
