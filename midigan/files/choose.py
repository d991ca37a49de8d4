"""Choosing a layout for music, where nobody named one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from midigan.errors import SourceError
from midigan.files.assign import is_four_part
from midigan.files.grid import to_grid
from midigan.files.read import read_scores
from midigan.files.score import Score
from midigan.files.sources import Source, find_sources
from midigan.layout import Layout, load_layout

#: How many files are looked at.
_LOOKED_AT = 50


def find_layout(sources: Sequence[str | Path]) -> tuple[Layout, str]:
    """The layout that suits the sources, judged by a few of their files, and the reason."""
    files, _ = find_sources(sources)
    chosen = files[:: -(-len(files) // _LOOKED_AT)] if files else []
    return choose_layout(score for source in chosen for score in _first_scores(source))


def choose_layout(scores: Iterator[Score]) -> tuple[Layout, str]:
    """`satb` for music in four parts without drums, else `band`; and the reason in words."""
    satb, band = load_layout("satb"), load_layout("band")
    total = drums = four_part = 0
    for score in scores:
        sounding = np.unique(score.notes["source"]).tolist()
        total += 1
        if any(score.tracks[i].drum for i in sounding):
            drums += 1
        else:
            four_part += _in_four_parts(score, satb)
    if 2 * four_part >= max(total, 1):
        return satb, f"{four_part} of {total} pieces looked at are in four parts"
    if 2 * drums > total:
        return band, f"{drums} of {total} pieces looked at have drums"
    return band, f"{four_part} of {total} pieces looked at are in four parts"


def _in_four_parts(score: Score, satb: Layout) -> bool:
    try:
        return is_four_part(score.tracks, to_grid(score, satb), satb)
    except SourceError:
        return False


def _first_scores(source: Source) -> list[Score]:
    """The first pieces of a file; none if it cannot be read."""
    try:
        pieces = islice(read_scores(source.path, source.split), _LOOKED_AT)
        return [score for _, score in pieces]
    except SourceError:
        return []
