"""A generator that plays nonsense, evaluated against music made of its own phrases."""

import numpy as np
import pytest
from tiny import write_tiny_generator

from midigan.errors import MidiganError
from midigan.evaluation.report import compare, evaluate
from midigan.evaluation.sample import (
    draw,
    duplicate_share,
    in_own_keys,
    measure_generated,
    measure_set,
    spread_index,
)
from midigan.generator import Generator
from midigan.generator_info import GeneratorInfo
from midigan.layout import load_layout
from midigan.notes import phrases_to_notes
from midigan.sets.phrase_set import PhraseSet
from midigan.song import NOTE, Song


@pytest.fixture
def generator(tiny_generator):
    return Generator.load(tiny_generator)


def set_of(phrases, layout, songs=4):
    """The phrases as songs of equal length."""
    parts = np.array_split(phrases, songs)
    return PhraseSet.from_songs(
        [
            Song(
                str(i),
                phrases_to_notes(part, layout, joined=True),
                np.full(2 * len(part), 16, np.uint16),
            )
            for i, part in enumerate(parts)
        ],
        layout,
        hop=2,
    )


def own_music(generator, count=40, seed=1, songs=4):
    """Music made of the generator's own phrases."""
    return set_of(draw(generator, count, seed), generator.layout, songs)


def test_a_generator_is_most_like_its_own_phrases(generator):
    low = np.zeros((80, *generator.layout.shape), bool)
    low[:, :, :, ::2, 3] = True
    alike = evaluate(generator, own_music(generator, 80), n=80)
    unlike = evaluate(generator, set_of(low, generator.layout), n=80)
    assert alike.generated.headline.mean_overlap > 0.7 > unlike.generated.headline.mean_overlap
    assert alike.generated.field.mean_overlap > 0.7 > unlike.generated.field.mean_overlap
    assert alike.generated.auc < 0.75 < unlike.generated.auc
    assert unlike.generated.spread.coverage < alike.generated.spread.coverage
    assert len(alike.music.samples[1]) == 80
    assert alike.duplicates == 0
    assert alike.memorisation is None


def test_the_ceiling_is_the_training_music_where_it_is_given(generator):
    own = own_music(generator)
    found = evaluate(generator, own, training=own, n=10)
    assert found.ceiling.headline.mean_overlap == pytest.approx(1)
    assert found.ceiling.spread.coverage > 0.2


def test_the_rests_before_and_after_songs_are_no_music_to_be_like(generator):
    songs = []
    for name in "abc":
        notes = np.zeros(40, NOTE)
        notes["start"], notes["length"], notes["velocity"] = 12 + np.arange(40), 1, 80
        notes["pitch"] = 60
        songs.append(Song(name, notes, np.full(4, 16, np.uint16)))
    upbeats = PhraseSet.from_songs(songs, generator.layout)
    found = evaluate(generator, upbeats, training=upbeats, n=5)
    assert found.music.reference.windows.tolist() == [1, 5, 9]
    assert found.music.training.windows.tolist() == [1, 5, 9]


def test_copies_of_the_training_music_are_found(generator):
    known = own_music(generator, 40, seed=0, songs=8)
    other = own_music(generator, 40, seed=5, songs=8)
    found = evaluate(generator, other, training=known, n=40, seed=0).memorisation
    assert found.fair.copies
    # Notes that a song loses at the end of the range of pitches, moved into key, are no copies.
    assert np.mean(found.generated.similarity >= 0.9) > 0.8
    assert found.held_out.similarity.max() < 0.9


def test_duplicates_are_counted_from_the_second_on():
    phrases = np.zeros((4, 1, 1, 4, 4), bool)
    phrases[1, 0, 0, 0, 0] = True
    assert duplicate_share(phrases) == 0.5


def test_a_set_is_measured_as_its_phrases_are(generator):
    music = own_music(generator, 30)
    by_set = measure_set(music)
    by_phrases = measure_generated(music.phrases(), generator.layout)
    assert np.array_equal(by_set.features, by_phrases.features, equal_nan=True)
    assert by_set.songs.tolist() == music.song_of_phrase().tolist()
    assert len(by_set.spread_out(10)) == 10
    assert set(by_set.of_songs(np.arange(4) == 2).songs.tolist()) == {2}


def test_of_large_sets_phrases_evenly_spread_are_measured():
    assert spread_index(5000).tolist() == list(range(5000))
    assert spread_index(12_000)[:3].tolist() == [0, 3, 6]


def test_a_reference_of_another_shape_or_of_one_song_is_refused(generator):
    phrases = draw(generator, 8, seed=1)
    with pytest.raises(MidiganError, match="one song"):
        evaluate(generator, set_of(phrases, generator.layout, songs=1), n=4)
    short = load_layout("satb").from_dict({**generator.layout.to_dict(), "bars": 1})
    with pytest.raises(MidiganError, match="layout"):
        evaluate(generator, set_of(phrases[:, :, :1], short), n=4)
    own, other = set_of(phrases, generator.layout), set_of(phrases[:, :, :1], short)
    with pytest.raises(MidiganError, match="training music has"):
        evaluate(generator, own, training=other, n=4)


def test_drums_are_measured_apart(tiny_band):
    band = Generator.load(tiny_band)
    found = evaluate(band, own_music(band), n=40)
    assert "drum pattern" in found.generated.field.metrics
    assert "classes a bar, Drums" not in found.generated.field.metrics
    assert "mean pitch 4" not in found.generated.headline.metrics


def test_nothing_is_said_of_a_track_that_both_leave_silent(tiny_band):
    band = Generator.load(tiny_band)
    drums = [track.drum for track in band.layout.tracks].index(True)
    name = f", {band.layout.tracks[drums].name}"
    heard = draw(band, 40, 1)
    silent = heard.copy()
    silent[:, drums] = False

    def said(first, second):
        samples = (measure_generated(part, band.layout) for part in (first, second))
        return {measure for measure in compare(*samples).field.metrics if measure.endswith(name)}

    assert said(heard, heard) == said(silent, heard) == {f"empty bars{name}", f"notes a bar{name}"}
    assert not said(silent, silent)


def travelled(path, shares):
    """A generator in C of a band whose songs are in keys of these shares, around one height."""
    every = [shares.get(each, 0.0) for each in range(12)]
    apart = [[9.0 * (i == j) for j in range(4)] for i in range(4)]
    keys = {"shares": every, "mean": [60.0] * 4, "covariance": apart}
    info = GeneratorInfo(load_layout("band"), key="C major", song_keys=keys)
    return Generator.load(write_tiny_generator(path / "g.onnx", info=info))


def test_phrases_move_to_keys_of_songs_with_all_that_they_hold(tmp_path):
    generator = travelled(tmp_path, {10: 1.0})
    plain = draw(generator, 70, 1)
    moved = in_own_keys(plain, generator, 1)
    assert (moved[:, 0] == plain[:, 0]).all()
    # Two semitones lower; what leaves the range comes back by an octave.
    assert (moved[:, 1:, ..., :-14] >= plain[:, 1:, ..., 2:-12]).all()
    assert (moved.any(axis=-1) == plain.any(axis=-1)).all()
    assert not (moved[:, 1:] == plain[:, 1:]).all()


def test_music_in_many_keys_is_compared_where_it_lies(tmp_path):
    """Songs that are the generator's phrases in keys of their own: known by their heights alone."""
    generator = travelled(tmp_path, dict.fromkeys(range(12), 1 / 12))
    layout = generator.layout
    songs = set_of(in_own_keys(draw(generator, 80, 3), generator, 3), layout, songs=8)
    names = [f"mean pitch {track}" for track in (1, 2, 3)]
    near, far = (
        evaluate(generator, songs, n=80, own_keys=own).generated.headline.metrics
        for own in (True, False)
    )
    assert min(near[name].overlap for name in names) > 0.8
    assert max(far[name].overlap for name in names) < min(near[name].overlap for name in names)
