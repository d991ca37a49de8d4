"""What an exported generator says of itself: found in the music of its run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from midigan import __version__
from midigan.evaluation.neighbours import in_blocks
from midigan.evaluation.sample import spread_index
from midigan.generator_info import GeneratorInfo
from midigan.harmony.keys import Key
from midigan.harmony.song_keys import SongKeys, heights_of
from midigan.performance.feel import Table, measure_restrikes, measure_velocities
from midigan.sets.phrase_set import PhraseSet
from midigan.training.runs.batches import KEY, prepare
from midigan.training.runs.labels import genre_shares
from midigan.training.runs.run import Run


def describe(run: Run, values: Mapping[str, Any], licence: str = "") -> GeneratorInfo:
    """What a player must know about a run's generator.

    values: plain facts of the checkpoint that is exported: steps, seconds, quality.
    """
    phrases = run.phrases()
    recipe = run.recipe
    training, held_out = prepare(phrases, recipe.data, run.config.seed)
    summary = {
        "source": run.config.source,
        "songs": run.config.songs,
        "phrases": run.config.phrases,
        "base": run.config.base,
        "networks": recipe.networks.family,
        "loss": recipe.loss.family,
        "steps": values.get("steps", 0),
        "minutes": round(values.get("seconds", 0.0) / 60, 1),
        "quality": values.get("quality"),
        "seed": run.config.seed,
    }
    return GeneratorInfo(
        layout=run.layout,
        key=KEY if recipe.data.transposition == "key" else "",
        song_keys=song_keys(run),
        tempo_bpm=typical_tempo(phrases),
        restrike=_rows(measure_restrikes(phrases.notes, run.layout)),
        velocity=_rows(measure_velocities(phrases.notes, run.layout)),
        late=run.config.late,
        spread=run.config.spread,
        genres=run.config.genres,
        genre_shares=genre_shares(training, run.config.genres),
        training=summary,
        held_out_songs=() if held_out is None else tuple(dict.fromkeys(held_out.names)),
        licence=licence,
        version=__version__,
    )


def song_keys(run: Run) -> dict[str, Any]:
    """What is known of the keys of a run's songs, if they were moved to one: plain values."""
    recipe = run.recipe.data
    if recipe.transposition != "key":
        return {}
    training, _ = prepare(run.phrases(), replace(recipe, transposition="none"), run.config.seed)
    index = spread_index(len(training))
    blocks = in_blocks(lambda part: training.phrases(index[part]), len(index))
    heights = np.concatenate([heights_of(block, training.layout) for block in blocks])
    sets = np.array([Key.numbered(int(number)).diatonic_set for number in training.keys])
    return SongKeys.measured(heights, sets[training.song_of_phrase()[index]]).to_plain()


def typical_tempo(phrases: PhraseSet, otherwise: float = GeneratorInfo.tempo_bpm) -> float:
    """Median of the songs' first tempos in quarter notes a minute; `otherwise` if none has one."""
    first = [song.tempos["bpm"][0] for song in phrases.songs() if len(song.tempos)]
    return round(float(np.median(first)), 2) if first else otherwise


def _rows(table: Table) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(round(float(value), 4) for value in row) for row in table)
