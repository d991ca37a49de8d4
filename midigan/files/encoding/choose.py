"""Choosing a layout or a meter for music, where nobody named one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from midigan.errors import SourceError
from midigan.files.aligning.barred import with_bars
from midigan.files.aligning.grid import to_grid
from midigan.files.aligning.meters import AUTO, NATIVE, most_frequent, suitable
from midigan.files.encoding.workers import Lost, each_in_workers
from midigan.files.opening.limits import limited_memory, megabytes_for, seconds_for
from midigan.files.opening.read import AS_WRITTEN, Reading, read_bytes, scores_in
from midigan.files.opening.sources import Source, find_sources
from midigan.files.placing.assign import are_four_part
from midigan.files.placing.names import track_named
from midigan.files.score import Score, SourceTrack
from midigan.layout import FAMILIES, Layout, load_layout

#: How many files are looked at.
_LOOKED_AT = 50

#: So many tracks a pianist's hands may be written on.
_HANDS = 2


def find_layout(sources: Sequence[str | Path], jobs: int = 0) -> tuple[Layout, str]:
    """The layout that suits the sources, judged by a few of their files, and the reason.

    jobs: how many processes read, see `encode`.
    """
    return choose_layout(_some_scores(sources, AS_WRITTEN, jobs))


def find_meter(
    rule: str, sources: Sequence[str | Path], layout: Layout, reading: Reading, jobs: int = 0
) -> tuple[str, str | None]:
    """What `native` or `auto` mean for the sources, judged like the layout, and the reason.

    rule: any of `meters`; others mean what they say.
    """
    if rule == NATIVE:
        return most_frequent(_some_scores(sources, reading, jobs), layout)
    if rule == AUTO:
        # The first piece mostly decides: the others need not be read.
        return suitable(_some_scores(sources, reading, min(jobs, 1)), layout)
    return rule, None


def _some_scores(sources: Sequence[str | Path], reading: Reading, jobs: int) -> Iterator[Score]:
    """The first pieces of some files, evenly chosen."""
    files, _ = find_sources(sources)
    chosen = files[:: -(-len(files) // _LOOKED_AT)] if files else []
    read = partial(_first_scores, reading=reading)
    if jobs == 0:
        return (score for source in chosen for score in read(source))
    work = partial(_within_limits, read)
    found = each_in_workers(work, chosen, jobs, lambda source: seconds_for(source.path))
    return (score for scores in found if not isinstance(scores, Lost) for score in scores)


def _within_limits(read: Callable[[Source], list[Score]], source: Source) -> list[Score]:
    """What `read` finds in a file; nothing if that takes more memory than it may."""
    try:
        with limited_memory(megabytes_for(source.path)):
            return read(source)
    except MemoryError:
        return []


def choose_layout(scores: Iterator[Score]) -> tuple[Layout, str]:
    """The layout that most of the scores call for, and the reason in words.

    `quartet` for four parts for strings, `satb` for music in four parts otherwise, and `piano`
    for that of one piano, none of them with drums; else `band`.
    """
    satb, quartet = load_layout("satb"), load_layout("quartet")
    total = drums = piano = strings = 0
    tonal = []
    for score in scores:
        total += 1
        playing = [score.tracks[i] for i in np.unique(score.notes["source"]).tolist()]
        if any(track.drum for track in playing):
            drums += 1
        else:
            tonal.append(score)
            piano += _is_for_piano(playing)
            strings += _is_for_strings(playing, quartet)
    four_part = _count_four_part(tonal, satb)
    if 2 * strings > total:
        return quartet, f"{strings} of {total} pieces looked at are for strings"
    if 2 * four_part >= max(total, 1):
        return satb, f"{four_part} of {total} pieces looked at are in four parts"
    if 2 * piano > total:
        return load_layout("piano"), f"{piano} of {total} pieces looked at are for one piano"
    if 2 * drums > total:
        return load_layout("band"), f"{drums} of {total} pieces looked at have drums"
    return load_layout("band"), f"{four_part} of {total} pieces looked at are in four parts"


def _is_for_piano(playing: Sequence[SourceTrack]) -> bool:
    """Whether the source tracks with notes may be the hands of one pianist."""
    pianos = [FAMILIES[track.program // 8] == "piano" for track in playing]
    return 0 < len(pianos) <= _HANDS and all(pianos)


def _is_for_strings(playing: Sequence[SourceTrack], quartet: Layout) -> bool:
    """Whether the source tracks with notes are those of a string quartet, by program or name.

    They may play chords: double stops are common.
    """
    return len(playing) == len(quartet.tracks) and all(
        FAMILIES[track.program // 8] == "strings"
        or "violin" in track.name.casefold()  # without a number, or with one in another tongue
        or track_named(track.name, quartet) is not None
        for track in playing
    )


def _count_four_part(scores: Sequence[Score], satb: Layout) -> int:
    """How many of the scores are in four parts."""
    songs = []
    for score in scores:
        with suppress(SourceError):
            songs.append(with_bars(score, satb))
    tracks = [song.score.tracks for song in songs]
    return sum(are_four_part(tracks, to_grid(songs, satb), satb)) if songs else 0


def _first_scores(source: Source, reading: Reading) -> list[Score]:
    """The first pieces of a file; none if it cannot be read."""
    try:
        data = read_bytes(source.path)
        pieces = islice(scores_in(data, source.path, source.split, reading), _LOOKED_AT)
        return [score for _, score in pieces]
    except SourceError:
        return []
