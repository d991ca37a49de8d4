"""The measures of `midigan evaluate` against MusPy's and pypianoroll's, phrase by phrase.

    pip install -e '.[benchmark]'
    python benchmarks/metrics.py FOLDER [--layout satb] [--phrases 500]

Prints the greatest difference of each measure over the phrases of a folder of MIDI files. The
peers are asked in a way that goes round what they count differently:

- MusPy counts a bar more than there are where music ends on a bar line, and a bar as sounding
  in which a note only ends: it is given ticks, and notes that end a tick early. Its groove
  consistency is a share of ticks then, and is turned into one of steps.
- pypianoroll pairs beginnings and ends of notes across pitches, and finds no ends in bools: its
  qualified notes are asked for a pitch at a time, of whole numbers. Its chroma takes ten
  neighbouring pitches for a class, so that only its tonal space is compared; the size of that
  error is printed too.
"""

from __future__ import annotations

import argparse
import warnings
from collections import defaultdict
from pathlib import Path

import muspy
import numpy as np
import pypianoroll
from pypianoroll.metrics import _get_tonal_matrix

from midigan.evaluation.field import measure_field
from midigan.evaluation.metrics import measure
from midigan.evaluation.rolls import fold, pitched, tonal_centroids
from midigan.files.encoding.encode import open_phrases
from midigan.layout import Layout, load_layout
from midigan.notes import phrases_to_notes

TICKS = 12  # a step


def to_muspy(phrase: np.ndarray, layout: Layout, tracks: list[int]) -> muspy.Music:
    """Some tracks of a phrase `(tracks, bars, steps, pitches)`, notes a tick short."""
    music = muspy.Music(resolution=TICKS * layout.steps_per_beat)
    notes = phrases_to_notes(phrase[None], layout, joined=False)
    for track in tracks:
        own = muspy.Track(is_drum=layout.tracks[track].drum)
        own.notes = [
            muspy.Note(int(n["start"]) * TICKS, int(n["pitch"]), int(n["length"]) * TICKS - 1, 80)
            for n in notes[notes["track"] == track]
        ]
        music.tracks.append(own)
    return music


def with_muspy(phrase: np.ndarray, layout: Layout) -> dict[str, float]:
    every = list(range(len(layout.tracks)))
    music, bar = to_muspy(phrase, layout, every), TICKS * layout.steps
    found = {
        "pitches used": muspy.n_pitches_used(music),
        "pitch classes": muspy.n_pitch_classes_used(music),
        "pitch range": muspy.pitch_range(music),
        "scale consistency": muspy.scale_consistency(music),
        "pitch entropy": muspy.pitch_entropy(music),
        "pitch-class entropy": muspy.pitch_class_entropy(music),
        "groove consistency": 1 - (1 - muspy.groove_consistency(music, bar)) * TICKS,
    }
    rolls = muspy.Music(resolution=layout.steps_per_beat)
    rolls.tracks = [
        muspy.Track(
            is_drum=track.is_drum,
            notes=[
                muspy.Note(n.time // TICKS, n.pitch, (n.duration + 1) // TICKS, 80)
                for n in track.notes
            ],
        )
        for track in music.tracks
    ]
    found["polyphony"] = muspy.polyphony(rolls)
    found["polyphonic steps"] = muspy.polyphony_rate(rolls)
    for track in every:
        alone = to_muspy(phrase, layout, [track])
        if alone.tracks[0].notes and alone.tracks[0].notes[-1].end >= bar:
            name = f"empty bars, {layout.tracks[track].name}"
            found[name] = muspy.empty_measure_rate(alone, bar)
    return found


def with_pypianoroll(phrase: np.ndarray, layout: Layout) -> dict[str, float]:
    tonal = [i for i, track in enumerate(layout.tracks) if not track.drum]
    rolls = np.zeros((len(layout.tracks), layout.phrase_steps, 128), bool)
    rolls[:, :, layout.lowest_pitch : layout.highest_pitch + 1] = phrase.reshape(
        len(rolls), layout.phrase_steps, -1
    )
    together = rolls[tonal].any(axis=0)
    qualified, notes = 0.0, 0
    for column in rolls[tonal].transpose(0, 2, 1).reshape(-1, layout.phrase_steps, 1):
        if column.any():
            starts = int((np.diff(column[:, 0].astype(int), prepend=0) > 0).sum())
            qualified += starts * pypianoroll.qualified_note_rate(column.astype(int))
            notes += starts
    found = {
        "pitches used": pypianoroll.n_pitches_used(together),
        "pitch range": pypianoroll.pitch_range(together),
        "polyphonic steps": pypianoroll.polyphonic_rate(together),
        "qualified notes": qualified / notes if notes else np.nan,
        "pitch classes, by its chroma": pypianoroll.n_pitch_classes_used(together.astype(int)),
    }
    drums = [i for i in range(len(rolls)) if i not in tonal]
    hits = rolls[drums].any(axis=0) if len(drums) == 1 else np.zeros((0, 128), bool)
    if hits.any():
        beats = hits.reshape(-1, layout.steps_per_beat, 128)
        rates = [pypianoroll.drum_in_pattern_rate(b, 4) * b.sum() for b in beats if b.any()]
        found["drum pattern"] = sum(rates) / hits.sum()
    return found


def tonal_space(phrases: np.ndarray, lowest_pitch: int) -> float:
    """Greatest difference of the tonal centroids of the phrases' bars from pypianoroll's."""
    chroma = fold(phrases.sum(axis=(1, 3), dtype=np.float64), lowest_pitch).reshape(-1, 12)
    chroma = chroma[chroma.any(axis=1)]
    shares = chroma / chroma.sum(axis=1, keepdims=True)
    peers = shares @ _get_tonal_matrix(1.0, 1.0, 0.5).T
    return float(abs(tonal_centroids(chroma) - peers).max())


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures against MusPy and pypianoroll.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layout", default="satb")
    parser.add_argument("--phrases", type=int, default=500)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    music, _ = open_phrases(options.folder, load_layout(options.layout))
    layout = music.layout
    phrases = music.phrases(np.arange(0, len(music), max(1, len(music) // options.phrases)))
    # MusPy's polyphony is of the steps up to the last note, midigan's of all: music to the end.
    tonal = pitched(phrases, layout)[0]
    phrases = phrases[tonal[:, :, -1, -1].any(axis=(1, 2))]
    own = measure(phrases, layout) | measure_field(phrases, layout)
    own["pitch classes, by its chroma"] = own["pitch classes"]
    worst: dict[tuple[str, str], list[float]] = defaultdict(list)
    for number, phrase in enumerate(phrases):
        for peer, measures in (("MusPy", with_muspy), ("pypianoroll", with_pypianoroll)):
            for name, value in measures(phrase, layout).items():
                if not np.isnan(value) or not np.isnan(own[name][number]):
                    worst[name, peer].append(abs(value - float(own[name][number])))
    print(f"{len(phrases)} phrases of {options.folder}, layout {layout.name}")
    print(f"{'measure':34}{'peer':14}{'phrases':>8}{'greatest difference':>22}")
    for (name, peer), differences in sorted(worst.items()):
        print(f"{name:34}{peer:14}{len(differences):8}{np.max(differences):22.2e}")
    space = tonal_space(*pitched(phrases, layout))
    print(f"{'tonal space':34}{'pypianoroll':14}{len(phrases):8}{space:22.2e}")


if __name__ == "__main__":
    main()
