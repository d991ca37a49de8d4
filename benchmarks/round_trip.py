"""What a -1/+1 roll keeps of music: note F1 after encoding and decoding.

    python benchmarks/round_trip.py FOLDER [--layout band]

Songs are put on the grid, and then rendered as phrases and read back. A note counts as kept
if one of its onset, track and pitch comes back. `onsets` is what a phrase set keeps, which
stores them; `gap` and `held` are rolls alone, as `midigan encode -o x.npy --repeats` writes
them. With `--poly` no track of the layout drops the notes of a chord.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from midigan.files.encoding.encode import encode
from midigan.files.writers.write import write_midi
from midigan.layout import Layout, load_layout
from midigan.notes import Repeats, fold_pitches, phrases_to_notes, render
from midigan.song import Notes, Song


def main() -> None:
    parser = argparse.ArgumentParser(description="Note F1 of a roll.")
    parser.add_argument("folder")
    parser.add_argument("--layout", default="band")
    parser.add_argument("--poly", action="store_true")
    options = parser.parse_args()
    layout = load_layout(options.layout)
    if options.poly:
        layout = replace(layout, tracks=tuple(replace(t, mono=False) for t in layout.tracks))
    songs = list(encode([options.folder], layout, meter="pad")[0].songs())
    print(f"{len(songs)} songs of {options.folder}, layout {options.layout}")
    print(f"{'':8}{'note F1':>9}   {'   '.join(track.name for track in layout.tracks)}")
    back = [_through_midi(song, layout) for song in songs]
    _print("onsets", zip((song.notes for song in songs), back, strict=True), layout)
    ways: tuple[Repeats, ...] = ("gap", "held")
    for way in ways:
        _print(way, ((song.notes, _through_roll(song, layout, way)) for song in songs), layout)


def _through_midi(song: Song, layout: Layout) -> Notes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "song.mid"
        write_midi(song, layout, file)
        return next(encode([file], layout, meter="pad")[0].songs()).notes


def _through_roll(song: Song, layout: Layout, repeats: Repeats) -> Notes:
    first = np.arange(0, song.bars, layout.bars) * layout.steps
    return phrases_to_notes(render(song.notes, first, layout, repeats), layout, joined=True)


def _print(name: str, pairs: Iterable[tuple[Notes, Notes]], layout: Layout) -> None:
    counts = np.zeros((len(layout.tracks), 3), int)
    for before, after in pairs:
        own, found = _onsets(before, layout), _onsets(after, layout)
        for track in range(len(layout.tracks)):
            mine, theirs = ({o for o in some if o[1] == track} for some in (own, found))
            counts[track] += len(mine & theirs), len(mine), len(theirs)
    kept, before_, after_ = counts.T
    f1 = 2 * kept / np.maximum(before_ + after_, 1)
    whole = 2 * kept.sum() / max((before_ + after_).sum(), 1)
    print(f"{name:8}{whole:9.4f}   {'   '.join(f'{value:.4f}' for value in f1)}")


def _onsets(notes: Notes, layout: Layout) -> set[tuple[int, int, int]]:
    pitch = fold_pitches(notes["pitch"].astype(np.int64), layout)
    return set(zip(notes["start"].tolist(), notes["track"].tolist(), pitch.tolist(), strict=True))


if __name__ == "__main__":
    main()
