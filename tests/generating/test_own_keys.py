from dataclasses import replace

import numpy as np
import pytest
from tiny import write_tiny_generator

from midigan.controls import Controls
from midigan.errors import FormatError
from midigan.generating.compose import compose
from midigan.generating.own_keys import key_in_words, with_own_key
from midigan.generator import Generator
from midigan.generator_info import GeneratorInfo
from midigan.harmony.keys import parse_key
from midigan.harmony.masks import semitones_to
from midigan.harmony.song_keys import SETS, SongKeys, heights_of
from midigan.layout import load_layout

BAND = load_layout("band")


def generator_of(path, shares, mean=60.0, spread=30.0):
    """A band whose songs are in keys of these shares, by diatonic set."""
    every = np.zeros(SETS)
    every[list(shares)] = list(shares.values())
    keys = SongKeys(every, np.full(4, mean), np.eye(4) * spread**2)
    info = GeneratorInfo(BAND, key="C major", song_keys=keys.to_plain())
    return Generator.load(write_tiny_generator(path / "g.onnx", info=info))


def keys_of(generator, count, controls, seed=1):
    return [
        with_own_key(generator, seed, range(number, number + 1), controls).key
        for number in range(count)
    ]


def test_phrases_are_in_the_keys_of_songs_and_always_in_the_same(tmp_path):
    generator = generator_of(tmp_path, {0: 0.25, 7: 0.75})
    drawn = keys_of(generator, 200, Controls())
    assert set(drawn) == {"C major", "G major"}
    assert drawn.count("G major") == pytest.approx(150, abs=25)
    assert drawn == keys_of(generator, 200, Controls())
    assert drawn != keys_of(generator, 200, Controls(), seed=2)


def test_the_key_is_one_in_which_tracks_lie_as_those_of_songs(tmp_path):
    free = generator_of(tmp_path, dict.fromkeys(range(SETS), 1 / SETS))
    lies = heights_of(free.phrases(free.draw(1, 0)), BAND)[0]
    for wanted in (-4, 0, 3):
        generator = generator_of(
            tmp_path, dict.fromkeys(range(SETS), 1 / SETS), np.nanmean(lies) + wanted, spread=0.1
        )
        keyed = with_own_key(generator, 1, range(1), Controls())
        assert semitones_to("C major", keyed) == wanted


def test_a_key_that_was_asked_for_stays(tmp_path):
    generator = generator_of(tmp_path, {7: 1.0})
    asked = Controls(key="D")
    assert with_own_key(generator, 1, range(2), asked) is asked


def test_without_knowing_the_songs_nothing_changes(tiny_band):
    controls = Controls()
    assert with_own_key(Generator.load(tiny_band), 1, range(1), controls) is controls


@pytest.mark.parametrize(
    ("scale", "key"),
    [("", "D major"), ("dorian", "E major"), ("minor", "B major"), ("major pentatonic", "D major")],
)
def test_a_scale_has_the_tonic_by_which_it_lies_there(scale, key, tmp_path):
    generator = generator_of(tmp_path, {2: 1.0})
    keyed = with_own_key(generator, 1, range(1), Controls(scale=scale))
    assert parse_key(keyed.key) == parse_key(key)
    assert semitones_to("C major", keyed) == 2


def test_muting_a_track_moves_no_other(tmp_path):
    generator = generator_of(tmp_path, dict.fromkeys(range(SETS), 1 / SETS), spread=3.0)
    muted = Controls(muted=(1,))
    assert keys_of(generator, 20, Controls()) == keys_of(generator, 20, muted)


def test_a_key_alone_changes_no_note_but_its_pitch(tmp_path):
    generator = generator_of(tmp_path, {9: 1.0})
    keyed = with_own_key(generator, 1, range(1), Controls())
    plain, moved = compose(generator, 1, 0, Controls()), compose(generator, 1, 0, keyed)
    assert (moved["pitch"].astype(int) - plain["pitch"] == -3 * (plain["track"] > 0)).all()
    assert (moved[["start", "length", "track"]] == plain[["start", "length", "track"]]).all()


def test_keys_that_are_damaged_are_refused(tmp_path):
    generator = generator_of(tmp_path, {0: 1.0})
    generator.info = replace(generator.info, song_keys={"shares": []})
    with pytest.raises(FormatError, match="export it again"):
        with_own_key(generator, 1, range(1), Controls())


@pytest.mark.parametrize(
    ("own", "key", "scale", "words"),
    [
        ("C major", "", "", "C major"),
        ("C major", "f#m", "", "F# minor"),
        ("C major", "E", "dorian", "E dorian"),
        ("", "", "blues", "C blues"),
        ("", "", "", None),
    ],
)
def test_keys_in_words(own, key, scale, words):
    assert key_in_words(own, Controls(key=key, scale=scale)) == words
