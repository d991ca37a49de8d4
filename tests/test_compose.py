import numpy as np
import pytest
from tiny import write_tiny_generator

from midigan.compose import compose, semitones_to
from midigan.errors import MidiganError
from midigan.generator import Generator, GeneratorInfo
from midigan.layout import load_layout


def test_a_number_always_means_the_same_notes(tiny_generator):
    generator = Generator.load(tiny_generator)
    once = compose(generator, seed=5, number=3)
    compose(generator, seed=5, number=4)
    again = compose(generator, seed=5, number=3)
    assert np.array_equal(once, again)
    assert len(once) > 0
    assert not np.array_equal(once, compose(generator, seed=6, number=3))
    assert not np.array_equal(once, compose(generator, seed=5, number=2))


def test_a_key_moves_all_notes_but_drums(tiny_band):
    generator = Generator.load(tiny_band)
    plain, moved = (compose(generator, 1, 1, semitones) for semitones in (0, 2))
    shift = moved["pitch"].astype(int) - plain["pitch"]
    assert (shift == np.where(plain["track"] == 0, 0, 2)).all()


@pytest.mark.parametrize(
    ("key", "semitones"), [(None, 0), ("C", 0), ("Am", 0), ("D", 2), ("Bm", 2), ("A", -3)]
)
def test_keys_are_counted_from_what_the_generator_speaks(tiny_generator, key, semitones):
    assert semitones_to(Generator.load(tiny_generator), key) == semitones


def test_an_unknown_key_is_refused(tiny_generator):
    with pytest.raises(MidiganError, match="no key"):
        semitones_to(Generator.load(tiny_generator), "X")


def test_feel_changes_strokes_and_loudness_but_not_what_sounds(tmp_path):
    layout = load_layout("satb")
    again = tuple((1.0,) * 16 for _ in layout.tracks)
    loud = tuple((33.4,) * 16 for _ in layout.tracks)
    plain, felt = (
        Generator.load(write_tiny_generator(tmp_path / f"{i}.onnx", info=info))
        for i, info in enumerate(
            (GeneratorInfo(layout), GeneratorInfo(layout, restrike=again, velocity=loud))
        )
    )
    held, struck = compose(plain, 1, 1), compose(felt, 1, 1)
    assert len(struck) == held["length"].sum()
    assert set(struck["velocity"].tolist()) == {33}
