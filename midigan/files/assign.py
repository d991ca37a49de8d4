"""Which source track goes to which track of a layout, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from midigan.files.grid import Gridded
from midigan.files.names import track_named
from midigan.files.score import SourceTrack
from midigan.files.voices import split_voices
from midigan.layout import Layout
from midigan.notes import separate_overlaps
from midigan.song import Notes

#: The share of notes that may overlap the next one in a track that counts as one voice.
_VOICE_OVERLAPS = 0.05

#: Steps further than any song goes on.
_FAR = 1 << 32

#: A track of the layout (None: left out) and the reason.
_Place = tuple[int | None, str]


@dataclass(frozen=True)
class Placement:
    """Where one source track went. `track` is None where it was left out or split up."""

    source: SourceTrack
    notes: int
    track: int | None
    why: str


@dataclass(frozen=True, eq=False)
class Assigned:
    """A song's notes on the tracks of a layout.

    notes: NOTE array, sorted, without overlaps on a track and pitch.
    programs: program of each track.
    placements: one for each source track that has notes.
    left_out: how many notes found no place: those of tracks left out, and of chords with
        more notes than voices.
    drums_left_out: how many of these are drums, for which the layout has no track.
    """

    notes: Notes
    programs: tuple[int, ...]
    placements: tuple[Placement, ...]
    left_out: int
    drums_left_out: int


@dataclass(frozen=True, eq=False)
class _Features:
    """What each source track is like: arrays `(sources,)`."""

    notes: NDArray[np.int64]
    pitch: NDArray[np.float64]
    overlaps: NDArray[np.float64]

    @classmethod
    def of(cls, gridded: Gridded, sources: int) -> _Features:
        notes, source = gridded.notes, gridded.source
        # One number to sort by, and to tell the sources far apart, is faster than two.
        begin = source * _FAR + notes["start"]
        order = np.argsort(begin, kind="stable")
        begin, end = begin.take(order), (begin + notes["length"]).take(order)
        overlapping = begin[1:] < end[:-1]
        counts = np.bincount(source, minlength=sources)
        some = np.maximum(counts, 1)
        owner = source.take(order)[1:]
        return cls(
            counts,
            np.bincount(source, notes["pitch"], sources) / some,
            np.bincount(owner, overlapping, sources) / some,
        )


def is_four_part(tracks: Sequence[SourceTrack], gridded: Gridded, layout: Layout) -> bool:
    """Whether the music has one source track for each voice of `layout`, by name or number."""
    features = _Features.of(gridded, len(tracks))
    melodic = [i for i in np.flatnonzero(features.notes).tolist() if not tracks[i].drum]
    named = {track_named(tracks[i].name, layout) for i in melodic} - {None}
    return len(named) == len(layout.tracks) or _are_voices(melodic, features, layout)


def assign(tracks: Sequence[SourceTrack], gridded: Gridded, layout: Layout) -> Assigned:
    """Put a song's notes on the tracks of a layout.

    Source tracks are matched in this order: by name (the longest of the layout's words
    that the name holds), drums to the first drum track, by General MIDI program. For what
    is left the layout's `unmatched` decides:
    - `drop`: it is left out.
    - `best`: a mono track that keeps the lowest pitch, if still empty, takes the source
      with the lowest mean pitch; one that keeps the highest takes the most melodic source
      (few overlaps, many notes, high); all others merge on the first track that is neither
      mono nor drums. A lone source that plays chords goes there at once.
    - `register`: names decide if they cover all voices or all sources that are not drums.
      Otherwise as many single-voice sources as there are voices are ordered by mean pitch,
      and anything else is split into voices note by note (see `voices.split_voices`).
    Sources on the same track merge.
    """
    features = _Features.of(gridded, len(tracks))
    sounding = np.flatnonzero(features.notes).tolist()
    placed: dict[int, _Place] = {}
    for i in sounding:
        placed[i] = _matched(tracks[i], layout)
    melodic = [i for i in sounding if not tracks[i].drum]
    if layout.unmatched == "register":
        named = [placed[i][0] for i in melodic]
        if not (set(range(len(layout.tracks))) <= set(named) or None not in named):
            if not _are_voices(melodic, features, layout):
                return _split(tracks, gridded, layout, features)
            for voice, i in enumerate(sorted(melodic, key=lambda i: -features.pitch[i])):
                placed[i] = voice, "by mean pitch"
    elif layout.unmatched == "best":
        placed |= _best([i for i in melodic if placed[i][0] is None], placed, features, layout)
    return _merged(tracks, gridded, layout, features, placed)


def _matched(source: SourceTrack, layout: Layout) -> _Place:
    """The track that claims a source by name, as drums or by program, and why."""
    named = track_named(source.name, layout)
    drums = [number for number, track in enumerate(layout.tracks) if track.drum]
    if source.drum:
        if named in drums:
            return named, "by name"
        return (drums[0], "drums") if drums else (None, "no track for drums")
    if named is not None:
        return named, "by name"
    for number, track in enumerate(layout.tracks):
        if source.program in track.programs and not track.drum:
            return number, "by program"
    return None, "no track claims it"


def _are_voices(melodic: list[int], features: _Features, layout: Layout) -> bool:
    """Whether these sources are as many as the layout has tracks, each a single voice."""
    single = all(features.overlaps[i] <= _VOICE_OVERLAPS for i in melodic)
    return single and len(melodic) == len(layout.tracks)


def _best(
    rest: list[int],
    placed: dict[int, _Place],
    features: _Features,
    layout: Layout,
) -> dict[int, _Place]:
    """Places for sources that nothing matched; see `assign`."""
    chosen: dict[int, _Place] = {}
    taken = {track for track, _ in placed.values()}
    tonal = [(n, track) for n, track in enumerate(layout.tracks) if not track.drum]
    poly = [n for n, track in tonal if not track.mono]
    empty = [(n, track) for n, track in tonal if track.mono and n not in taken]
    rest = list(rest)
    melodic = _melodic(features)
    for n, track in sorted(empty, key=lambda entry: entry[1].keeps == "highest"):
        lone_chords = len(rest) == 1 and poly and features.overlaps[rest[0]] > _VOICE_OVERLAPS
        if not rest or lone_chords:
            break
        if track.keeps == "lowest" and len(rest) > 1:
            pick = min(rest, key=lambda i: features.pitch[i])
            chosen[pick] = n, "lowest"
            rest.remove(pick)
        elif track.keeps == "highest":
            pick = max(rest, key=lambda i: melodic[i])
            chosen[pick] = n, "most melodic"
            rest.remove(pick)
    target = next(iter(poly or [n for n, _ in tonal]), None)
    return chosen | dict.fromkeys(rest, (target, "all others"))


def _melodic(features: _Features) -> NDArray[np.float64]:
    """How much of a melody each source is: alone, busy and high, each about 0..1."""
    busy = features.notes / max(features.notes.max(), 1)
    return (1 - features.overlaps) * np.sqrt(busy) * features.pitch / 127


def _merged(
    tracks: Sequence[SourceTrack],
    gridded: Gridded,
    layout: Layout,
    features: _Features,
    placed: dict[int, _Place],
) -> Assigned:
    slot = np.full(len(tracks), -1, np.int64)
    programs = [track.program for track in layout.tracks]
    # In order of size, so that the largest source on a track names its program.
    for i in sorted(placed, key=lambda i: features.notes[i]):
        track = placed[i][0]
        if track is not None:
            slot[i], programs[track] = track, tracks[i].program
    where = slot.take(gridded.source)
    placed_notes = np.flatnonzero(where >= 0)
    notes = gridded.notes.take(placed_notes)
    notes["track"] = where.take(placed_notes)
    drums = sum(int(features.notes[i]) for i in placed if tracks[i].drum and slot[i] < 0)
    return Assigned(
        separate_overlaps(notes),
        tuple(programs),
        tuple(Placement(tracks[i], int(features.notes[i]), *place) for i, place in placed.items()),
        len(where) - len(notes),
        drums,
    )


def _split(
    tracks: Sequence[SourceTrack], gridded: Gridded, layout: Layout, features: _Features
) -> Assigned:
    """All notes that are not drums, split into the layout's tracks by register."""
    drum = np.array([track.drum for track in tracks])[gridded.source]
    poly = [n for n, track in enumerate(layout.tracks) if not (track.mono or track.drum)]
    notes, left_out = split_voices(gridded.notes[~drum], len(layout.tracks), next(iter(poly), None))
    drums = int(drum.sum())
    placements = tuple(
        Placement(
            tracks[i],
            int(features.notes[i]),
            None,
            "no track for drums" if tracks[i].drum else "split by register",
        )
        for i in np.flatnonzero(features.notes).tolist()
    )
    programs = tuple(track.program for track in layout.tracks)
    return Assigned(separate_overlaps(notes), programs, placements, left_out + drums, drums)
