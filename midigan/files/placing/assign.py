"""Songs on the tracks of a layout: each source track where it belongs, or all split up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from midigan.files.aligning.grid import Gridded, Ints
from midigan.files.placing.features import Features
from midigan.files.placing.names import track_named
from midigan.files.placing.places import Place, places_of, voices_of
from midigan.files.placing.voices import Voices, split_voices
from midigan.files.score import SourceTrack
from midigan.layout import Layout
from midigan.notes import separated
from midigan.song import Notes


class Placement(NamedTuple):
    """Where one source track went. `track` is None where it was left out or split up."""

    source: SourceTrack
    notes: int
    track: int | None
    why: str


@dataclass(frozen=True)
class Assigned:
    """Where the source tracks of one song went.

    placements: one for each source track that has notes.
    programs: program of each track of the layout.
    left_out: how many notes found no place: those of tracks left out, and of chords with
        more notes than voices.
    drums_left_out: how many of these are drums, for which the layout has no track.
    """

    placements: tuple[Placement, ...]
    programs: tuple[int, ...]
    left_out: int
    drums_left_out: int


def are_four_part(
    songs: Sequence[Sequence[SourceTrack]], gridded: Gridded, layout: Layout
) -> list[bool]:
    """Whether each song has one source track for each voice of `layout`, by name or number."""
    found, voices = [], len(layout.tracks)
    for tracks, features in zip(songs, Features.of(gridded), strict=True):
        melodic = [i for i, notes in enumerate(features.notes) if notes and not tracks[i].drum]
        named = {track_named(tracks[i].name, layout) for i in melodic} - {None}
        single = len(melodic) == voices and voices_of(melodic, features, voices) is not None
        found.append(len(named) == voices or single)
    return found


def assign(
    songs: Sequence[Sequence[SourceTrack]], gridded: Gridded, layout: Layout
) -> tuple[Notes, list[Assigned]]:
    """Put songs' notes on the tracks of a layout.

    songs: the source tracks of each song, which are matched in this order: by name (the
    longest of the layout's words that the name holds), by channel, drums to the first drum
    track, by General MIDI program or family, by register. For what is left the layout's
    `unmatched` decides:
    - `drop`: it is left out.
    - `best`: a mono track that keeps the lowest pitch, if still empty, takes the source with
      the lowest mean pitch, unless that one plays chords; one that keeps the highest takes the
      most melodic source (few overlaps, many notes, high, no sound effect); all others merge on
      the first track that is neither mono nor drums. A lone source that plays chords goes there
      at once.
    - `register`: names decide if they cover all voices or all sources that are not drums.
      Otherwise sources that are single voices, as many as there are tracks or fewer, keep
      together and go by mean pitch, and anything else is split into voices note by note (see
      `voices.split_voices`).
    Sources on the same track merge, unless its `several` keeps the largest alone. Returns a
    sorted NOTE array, without overlaps on a track and pitch, of all songs on one timeline (see
    `Gridded.first_step`), and where the source tracks of each song went.
    """
    places, features = places_of(layout), Features.of(gridded)
    placed = [places.of(*song) for song in zip(songs, features, strict=True)]
    slots = [slot for song in zip(songs, placed, strict=True) for slot in _slots(*song)]
    track, length = np.array(slots).take(gridded.source), gridded.length
    start = gridded.start + np.repeat(gridded.first_step[:-1], np.diff(gridded.first))
    columns: list[NDArray[Any]] = [start, length, track, gridded.pitch, gridded.velocity]
    if track.min() < 0:
        kept = np.flatnonzero(track >= 0)
        columns = [column.take(kept) for column in columns]
    split, voices = np.array([found is None for found in placed]), np.zeros(len(songs), np.int64)
    if split.any():
        note, voice, cut = _split(songs, split, gridded, layout, start)
        begin, others = start.take(note), (gridded.pitch.take(note), gridded.velocity.take(note))
        voices = np.diff(np.searchsorted(begin, gridded.first_step))
        moved: list[NDArray[Any]] = [begin, cut, voice, *others]
        if len(columns[0]):
            moved = [np.concatenate(both) for both in zip(columns, moved, strict=True)]
        columns = moved
    assigned = [
        _split_up(tracks, own, layout, count)
        if found is None
        else _merged(tracks, own, layout, found)
        for tracks, own, found, count in zip(songs, features, placed, voices.tolist(), strict=True)
    ]
    return separated(*columns), assigned


def _slots(tracks: Sequence[SourceTrack], placed: dict[int, Place] | None) -> list[int]:
    """The layout's track of each source of a song, -1 where it has none of its own."""
    slots = [-1] * len(tracks)
    for i, (track, _) in (placed or {}).items():
        slots[i] = -1 if track is None else track
    return slots


def _merged(
    tracks: Sequence[SourceTrack], features: Features, layout: Layout, placed: dict[int, Place]
) -> Assigned:
    """A song of which each source has its place."""
    programs = [track.program for track in layout.tracks]
    # In order of size, so that the largest source on a track names its program.
    for i in sorted(placed, key=lambda i: features.notes[i]):
        track = placed[i][0]
        if track is not None:
            programs[track] = tracks[i].program
    placements = tuple(Placement(tracks[i], features.notes[i], *placed[i]) for i in placed)
    left_out = [gone for gone in placements if gone.track is None]
    return Assigned(
        placements,
        tuple(programs),
        sum(gone.notes for gone in left_out),
        sum(gone.notes for gone in left_out if gone.source.drum),
    )


def _split(
    songs: Sequence[Sequence[SourceTrack]],
    split: NDArray[np.bool_],
    gridded: Gridded,
    layout: Layout,
    start: Ints,
) -> tuple[Ints, Voices, Ints]:
    """Split songs' notes, but for drums, into the layout's tracks by register.

    split: `(songs,)`, which songs. start: of all songs' notes, on one timeline. Returns which
    notes have found a track, in the order in which they begin, the track and the length.
    """
    drum = np.array([source.drum for tracks in songs for source in tracks])
    tonal = np.repeat(split, np.diff(gridded.first))
    tonal &= ~drum.take(gridded.source)
    own = np.flatnonzero(tonal)
    poly = [n for n, target in enumerate(layout.tracks) if not (target.mono or target.drum)]
    note, voice, length = split_voices(
        start.take(own),
        gridded.length.take(own),
        gridded.pitch.take(own),
        len(layout.tracks),
        next(iter(poly), None),
        gridded.first_step[:-1][split],
    )
    return own.take(note), voice, length


def _split_up(
    tracks: Sequence[SourceTrack], features: Features, layout: Layout, kept: int
) -> Assigned:
    """A song that was split up, of whose notes so many are `kept`."""
    placements = tuple(
        Placement(source, notes, None, "no track for drums" if source.drum else "split by register")
        for source, notes in zip(tracks, features.notes, strict=True)
        if notes
    )
    programs = tuple(target.program for target in layout.tracks)
    drums = sum(gone.notes for gone in placements if gone.source.drum)
    return Assigned(placements, programs, sum(features.notes) - kept, drums)
