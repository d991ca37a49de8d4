"""Musical measures of a phrase: one number a phrase, many phrases at once.

Every function takes `phrases`, bool `(n, tracks, bars, steps, pitches)`, True where a pitch
sounds, and `lowest_pitch`, the MIDI pitch of pitch index 0; it returns float64 `(n,)` (the ones
a track: `(n, tracks)`), NaN where a phrase leaves the measure undefined (the interval of a
single note, say). The bars of a phrase are contiguous. Pass pitched tracks only: a drum's pitch
index is not a pitch.

A note is an onset: a cell that sounds while the same pitch was off one step before (all that
sounds on the first step is an onset). A track's line is its highest pitch on each step. The
measures follow Yang & Lerch, "On the evaluation of generative models in music" (2020), MusPy
(Dong et al. 2020) and MuseGAN (Dong et al. 2018).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import combinations

import numpy as np

from midigan.evaluation.rolls import (
    SILENT,
    Phrases,
    Values,
    entropy,
    fold,
    interval_sizes,
    lines,
    mean_of_defined,
    note_pitch_classes,
    onsets,
    parallel_share,
    pitched,
    share,
    timeline,
    tonal_centroids,
)
from midigan.layout import Layout

__all__ = ["METRICS", "TRACK_METRICS", "Metric", "Phrases", "Values", "measure"]

Metric = Callable[[Phrases, int], Values]

MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
LARGEST_STEP = 2
LARGEST_SMALL_LEAP = 7


def note_count(phrases: Phrases, lowest_pitch: int) -> Values:
    """Number of notes in all tracks."""
    return onsets(phrases).sum(axis=(1, 2, 3), dtype=np.float64)


def mean_interval(phrases: Phrases, lowest_pitch: int) -> Values:
    """Mean size, in semitones, of a line's moves from one pitch to another on the next step."""
    sizes = interval_sizes(phrases)
    return share(sizes.sum(axis=(1, 2)), (sizes > 0).sum(axis=(1, 2)))


def stepwise_share(phrases: Phrases, lowest_pitch: int) -> Values:
    """Share of a line's moves that are of one or two semitones, 0..1."""
    sizes = interval_sizes(phrases)
    return share(
        ((sizes > 0) & (sizes <= LARGEST_STEP)).sum(axis=(1, 2)), (sizes > 0).sum(axis=(1, 2))
    )


def leap_share(phrases: Phrases, lowest_pitch: int) -> Values:
    """Share of a line's moves that are wider than a fifth (7 semitones), 0..1."""
    sizes = interval_sizes(phrases)
    return share((sizes > LARGEST_SMALL_LEAP).sum(axis=(1, 2)), (sizes > 0).sum(axis=(1, 2)))


def scale_consistency(phrases: Phrases, lowest_pitch: int) -> Values:
    """Largest share of the notes within one diatonic scale, 0..1 (Mogren 2016; MusPy)."""
    counts = note_pitch_classes(phrases, lowest_pitch)
    scales = np.zeros((12, 12))
    for root in range(12):
        scales[[(root + degree) % 12 for degree in MAJOR_SCALE], root] = 1
    return share((counts @ scales).max(axis=1), counts.sum(axis=1))


def pitch_classes_used(phrases: Phrases, lowest_pitch: int) -> Values:
    """Number of different pitch classes, 0..12 (MuseGAN)."""
    return (note_pitch_classes(phrases, lowest_pitch) > 0).sum(axis=1).astype(np.float64)


def pitch_class_entropy(phrases: Phrases, lowest_pitch: int) -> Values:
    """Entropy of the notes' pitch classes in bits, 0..log2(12) (MusPy)."""
    return entropy(note_pitch_classes(phrases, lowest_pitch))


def pitch_range(phrases: Phrases, lowest_pitch: int) -> Values:
    """Semitones from the lowest to the highest pitch of all tracks."""
    used: Phrases = np.any(phrases, axis=(1, 2, 3))
    span = used.shape[1] - 1 - used[:, ::-1].argmax(axis=1) - used.argmax(axis=1)
    return np.where(used.any(axis=1), span, np.nan)


def dissonance(phrases: Phrases, lowest_pitch: int) -> Values:
    """Share of the pairs of pitches sounding together that are dissonant, 0..1.

    Dissonant are seconds, sevenths and tritones in any octave: intervals of 1, 2, 6, 10 or 11
    semitones modulo 12.
    """
    counts = fold(phrases.sum(axis=1, dtype=np.float64), lowest_pitch)
    together = {
        distance: (counts * np.roll(counts, -distance, axis=-1)).sum(axis=(1, 2, 3))
        for distance in (1, 2, 6)
    }
    sounding = counts.sum(axis=-1)
    return share(
        together[1] + together[2] + together[6] / 2,
        (sounding * (sounding - 1) / 2).sum(axis=(1, 2)),
    )


def voice_crossing(phrases: Phrases, lowest_pitch: int) -> Values:
    """Share of the steps on which a track's line is below that of the track after it, 0..1.

    Tracks are listed from high to low; only steps on which both sound count.
    """
    voices = lines(phrases)
    upper, lower = voices[:, :-1], voices[:, 1:]
    both = (upper != SILENT) & (lower != SILENT)
    return share((both & (upper < lower)).sum(axis=(1, 2)), both.sum(axis=(1, 2)))


def parallels(phrases: Phrases, lowest_pitch: int) -> Values:
    """Share of the joint moves of two lines that are parallel fifths, octaves or unisons, 0..1.

    0 where no two lines move at the same step.
    """
    return parallel_share(phrases, (0, 7))


def offbeat_share(phrases: Phrases, lowest_pitch: int, beat: int = 4) -> Values:
    """Share of the notes that start off the beats of a bar, 0..1. beat: steps of one."""
    return _off_grid_share(phrases, beat)


def odd_sixteenth_share(phrases: Phrases, lowest_pitch: int, eighth: int = 2) -> Values:
    """Share of the notes that start off the eighths of a bar, 0..1. eighth: steps of one."""
    return _off_grid_share(phrases, eighth)


def tonal_distance_of_tracks(phrases: Phrases, lowest_pitch: int) -> Values:
    """Mean distance of two tracks' tonal centroids in the same bar.

    Harte, Sandler & Gasser, "Detecting harmonic change in musical audio" (2006); MuseGAN.
    """
    centroids = tonal_centroids(fold(phrases.sum(axis=3, dtype=np.float64), lowest_pitch))
    pairs = list(combinations(range(phrases.shape[1]), 2))
    apart = [
        np.linalg.norm(centroids[:, first] - centroids[:, second], axis=-1)
        for first, second in pairs
    ]
    return mean_of_defined(np.concatenate([*apart, np.full((len(phrases), 1), np.nan)], axis=1))


def tonal_distance_of_bars(phrases: Phrases, lowest_pitch: int) -> Values:
    """Mean distance of the tonal centroids of a bar and the next (Harte, Sandler & Gasser 2006)."""
    centroids = tonal_centroids(fold(phrases.sum(axis=(1, 3), dtype=np.float64), lowest_pitch))
    return mean_of_defined(np.linalg.norm(np.diff(centroids, axis=1), axis=-1))


def rest_share(phrases: Phrases, lowest_pitch: int) -> Values:
    """Share of the tracks' steps that are silent, 0..1."""
    return 1 - phrases.any(axis=-1).mean(axis=(1, 2, 3))


def repeated_step_share(phrases: Phrases, lowest_pitch: int) -> Values:
    """Share of a track's steps that sound exactly as the step before, 0..1."""
    cells = timeline(phrases)
    return (cells[:, :, 1:] == cells[:, :, :-1]).all(axis=-1).mean(axis=(1, 2))


def mean_pitch(phrases: Phrases, lowest_pitch: int) -> Values:
    """Mean MIDI pitch of each track's sounding cells, `(n, tracks)`."""
    counts = phrases.sum(axis=(2, 3), dtype=np.float64)
    return share(counts @ (lowest_pitch + np.arange(phrases.shape[-1])), counts.sum(axis=-1))


METRICS: dict[str, Metric] = {
    "notes": note_count,
    "mean interval": mean_interval,
    "stepwise": stepwise_share,
    "leaps": leap_share,
    "scale consistency": scale_consistency,
    "pitch classes": pitch_classes_used,
    "pitch-class entropy": pitch_class_entropy,
    "pitch range": pitch_range,
    "dissonance": dissonance,
    "voice crossing": voice_crossing,
    "parallels": parallels,
    "off the beat": offbeat_share,
    "odd sixteenths": odd_sixteenth_share,
    "tonal distance of tracks": tonal_distance_of_tracks,
    "tonal distance of bars": tonal_distance_of_bars,
    "rests": rest_share,
    "repeated steps": repeated_step_share,
}
TRACK_METRICS: dict[str, Metric] = {"mean pitch": mean_pitch}


def measure(phrases: Phrases, layout: Layout) -> dict[str, Values]:
    """All measures of the pitched tracks of `phrases` of a layout, each `(n,)`, by name.

    Those of a track get its number, from 1, after the name: "mean pitch 1".
    """
    phrases, lowest_pitch = pitched(phrases, layout)
    in_its_meter: dict[str, Metric] = {
        "off the beat": partial(offbeat_share, beat=layout.beat_steps),
        "odd sixteenths": partial(odd_sixteenth_share, eighth=max(1, layout.steps_per_beat // 2)),
    }
    metrics = METRICS | in_its_meter
    values = {name: metric(phrases, lowest_pitch) for name, metric in metrics.items()}
    for name, metric in TRACK_METRICS.items():
        columns = metric(phrases, lowest_pitch)
        values |= {f"{name} {track + 1}": columns[:, track] for track in range(columns.shape[1])}
    return values


def _off_grid_share(phrases: Phrases, spacing: int) -> Values:
    """Share of the notes that start elsewhere than on every so many steps of a bar."""
    starts = onsets(phrases).sum(axis=(1, 3), dtype=np.float64)
    off = np.arange(starts.shape[1]) % phrases.shape[3] % spacing != 0
    return share(starts[:, off].sum(axis=1), starts.sum(axis=1))
