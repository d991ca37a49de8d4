"""Batches: what is held out, in which key, and that chance repeats itself."""

import numpy as np
import pytest
import torch
from pattern import pattern_set, pattern_song, tiny_layout

from midigan.errors import MidiganError
from midigan.layout import Layout, Track
from midigan.sets.phrase_set import PhraseSet
from midigan.song import NOTE, Song
from midigan.training.recipes.recipe import DataRecipe
from midigan.training.runs.batches import (
    ALL_SHIFTS,
    Batches,
    prepare,
    transposed,
)

CPU = torch.device("cpu")


def cells(phrases):
    return {phrase.tobytes() for phrase in phrases}


def test_an_epoch_meets_every_phrase_once_in_another_order():
    phrases = pattern_set(4, bars=9)  # 8 phrases each
    batches = Batches(phrases, DataRecipe(), 8, seed=1)
    assert batches.epoch_steps == 4
    epochs = [np.concatenate([batches.draw(e * 4 + i) for i in range(4)]) for e in range(2)]
    assert cells(epochs[0]) == cells(epochs[1]) == cells(phrases.phrases())
    assert not np.array_equal(*epochs)


def test_a_batch_depends_on_seed_and_step_alone():
    phrases = pattern_set()
    one, two = (Batches(phrases, DataRecipe("all"), 8, seed=1) for _ in range(2))
    for step in (7, 0, 23):
        assert np.array_equal(one.draw(step), two.draw(step))
    other = Batches(phrases, DataRecipe("all"), 8, seed=2)
    assert not np.array_equal(one.draw(0), other.draw(0))


def test_the_networks_get_minus_one_and_one():
    batch = Batches(pattern_set(), DataRecipe(), 8, 0).tensor(0, CPU)
    assert batch.dtype == torch.float32
    assert batch.shape == (8, 2, 2, 8, 24)
    assert set(batch.unique().tolist()) == {-1.0, 1.0}


@pytest.mark.parametrize("bars", [2, 4])
def test_fewer_phrases_than_a_batch_repeat_within_it(bars):
    phrases = pattern_set(1, bars)
    batches = Batches(phrases, DataRecipe(), 16, 0)
    assert batches.epoch_steps == 1
    drawn = batches.draw(5)
    assert len(drawn) == 16
    assert cells(drawn) == cells(phrases.phrases())


def test_silence_alone_is_refused():
    layout = tiny_layout()
    silent = Song("silence", np.empty(0, NOTE), np.full(4, layout.steps, np.uint16))
    with pytest.raises(MidiganError, match="every bar is silent"):
        Batches(PhraseSet.from_songs([silent], layout), DataRecipe(), 8, 0)


def test_all_transpositions_fold_by_octaves_and_spare_drums():
    layout = Layout("two", (Track("Drums", drum=True), Track("Lead")), bars=1, pitches=24)
    notes = np.array([(0, 1, 0, 36, 80), (0, 4, 1, 47, 80), (4, 4, 1, 24, 80)], NOTE)
    phrases = PhraseSet.from_songs([Song("x", notes, np.full(1, 16, np.uint16))], layout)
    every = transposed(phrases, ALL_SHIFTS)
    assert len(every) == 12
    for shift, phrase in zip(ALL_SHIFTS, every.phrases(), strict=True):
        assert np.flatnonzero(phrase[0, 0, 0]).tolist() == [12]
        lead = [int(np.flatnonzero(phrase[1, 0, step])[0]) for step in (0, 4)]
        assert [pitch % 12 for pitch in lead] == [(11 + shift) % 12, shift % 12]
        if shift > 0:
            assert lead == [23 + shift - 12, shift]


def test_augmentation_draws_many_keys():
    batches = Batches(pattern_set(1, bars=2), DataRecipe("all"), 64, 0)
    assert len(cells(batches.draw(0))) > 6


def test_in_one_key_all_songs_share_their_scale():
    layout = tiny_layout(1, pitches=36)
    scale = np.array([0, 2, 4, 5, 7, 9, 11, 12, 7, 4, 0, 0])
    songs = []
    for tonic in range(5):
        notes = np.zeros(len(scale), NOTE)
        notes["start"], notes["length"], notes["velocity"] = np.arange(len(scale)), 1, 80
        notes["pitch"] = 62 + tonic + scale
        songs.append(Song(f"{tonic}", notes, np.full(2, layout.steps, np.uint16)))
    phrases = PhraseSet.from_songs(songs, layout)
    training, held_out = prepare(phrases, DataRecipe("key", held_out=0.2), seed=0)
    for part in (training, held_out):
        classes = {int(p) % 12 for p in part.notes["pitch"]}
        assert classes == {0, 2, 4, 5, 7, 9, 11}


@pytest.mark.parametrize("transposition", ["none", "key", "all"])
def test_the_rests_before_and_after_songs_are_not_trained_on(transposition):
    layout = tiny_layout()
    songs = []
    for name in "abcd":
        notes = np.zeros(layout.steps * 4, NOTE)
        notes["start"], notes["length"], notes["velocity"] = np.arange(len(notes)), 1, 80
        notes["pitch"] = 60
        # Half of the first bar is upbeat, half of the last one is left over.
        inner = notes[layout.steps // 2 : -layout.steps // 2]
        songs.append(Song(name, inner, np.full(4, layout.steps, np.uint16)))
    phrases = PhraseSet.from_songs(songs, layout)
    assert layout.bars == 2
    assert len(phrases) == 4 * 3
    training, held_out = prepare(phrases, DataRecipe(transposition, held_out=0.25), seed=0)
    keys = len(ALL_SHIFTS) if transposition == "all" else 1
    assert (len(training), len(held_out)) == (3, keys)


def test_a_recipe_may_name_the_songs_to_hold_out():
    recipe = DataRecipe(held_out_songs=("b",))
    layout = tiny_layout()
    rng = np.random.default_rng(5)
    songs = PhraseSet.from_songs([pattern_song(layout, rng, name=n) for n in "abc"], layout)
    training, held_out = prepare(songs, recipe, seed=1)
    assert training.names == ("a", "c")
    assert held_out.names == ("b",)


def test_phrases_are_transposed_as_songs_are():
    phrases = pattern_set(3)
    batches = Batches(phrases, DataRecipe("all"), 8, 0)
    every = transposed(phrases, ALL_SHIFTS)
    first = batches.draw_first(len(every), CPU).numpy() > 0
    assert np.array_equal(first, every.phrases(repeats=DataRecipe("all").repeats))
