import numpy as np
from tiny import write_tiny_generator

from midigan.controls import Controls
from midigan.generating.compose import compose, tied_tracks, ties_of
from midigan.generator import Generator
from midigan.generator_info import GeneratorInfo
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
    plain, moved = (compose(generator, 1, 1, Controls(key=key)) for key in ("", "D"))
    shift = moved["pitch"].astype(int) - plain["pitch"]
    assert (shift == np.where(plain["track"] == 0, 0, 2)).all()


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


def test_a_walk_that_stands_still_repeats_every_stroke(tmp_path):
    layout = load_layout("satb")
    some = tuple((0.5,) * 16 for _ in layout.tracks)
    path = write_tiny_generator(tmp_path / "g.onnx", info=GeneratorInfo(layout, restrike=some))
    generator = Generator.load(path)
    still, moving = Controls(walk=0.0), Controls()
    assert np.array_equal(compose(generator, 1, 3, still), compose(generator, 1, 9, still))
    assert np.array_equal(compose(generator, 1, 0, still), compose(generator, 1, 0, moving))


def satb_with(restrike, path):
    layout = load_layout("satb")
    return Generator.load(write_tiny_generator(path, info=GeneratorInfo(layout, restrike=restrike)))


def test_ties_are_of_first_steps_and_never_of_drums(tiny_band):
    generator = Generator.load(tiny_band)
    for number in range(5):
        notes = compose(generator, 1, number)
        tied = ties_of(notes, generator, 1, number)
        assert np.array_equal(tied, (notes["start"] == 0) & (notes["track"] != 0))


def test_notes_are_tied_as_rarely_as_a_pitch_is_struck_again_at_the_first_step(tmp_path):
    shares = (1.0, 0.0, 0.75, 0.25)
    restrike = tuple((share, *[0.5] * 15) for share in shares)
    generator = satb_with(restrike, tmp_path / "g.onnx")
    tied = np.array([tied_tracks(generator, 1, number) for number in range(1000)])
    assert abs(tied.mean(axis=0) - (1 - np.array(shares))).max() < 0.05
    # No track's ties are another one's.
    both = (tied[:, 2] & tied[:, 3]).mean()
    assert abs(both - 0.25 * 0.75) < 0.05


def test_ties_are_the_same_whenever_they_are_asked_for_and_stand_still_with_groove(tmp_path):
    generator = satb_with(((0.5,) * 16,) * 4, tmp_path / "g.onnx")
    still = Controls(walk=0.0)

    def drawn(controls):
        found = [tied_tracks(generator, 1, number, controls).tolist() for number in range(30)]
        assert found[7] == tied_tracks(generator, 1, 7, controls).tolist()
        return {tuple(tracks) for tracks in found}

    assert len(drawn(still)) == 1
    assert len(drawn(Controls())) > 8
