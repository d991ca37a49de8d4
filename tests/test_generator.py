import subprocess
import sys

import numpy as np
import onnx
import pytest

from midigan.errors import FormatError, MidiganError
from midigan.generator import Generator
from midigan.generator_info import METADATA_KEY
from midigan.harmony.choosing import choose
from midigan.latents import draw_latents
from midigan.layout import load_layout

SATB = load_layout("satb")
BAND = load_layout("band")


def test_a_generator_draws_phrases_of_its_layout(tiny_generator):
    generator = Generator.load(tiny_generator)
    latents = draw_latents(np.random.default_rng(1), 5, 4)
    assert [part.shape for part in latents] == [(5, 32), (5, 32), (5, 4, 32), (5, 4, 32)]
    phrases = generator.phrases(latents)
    assert phrases.shape == (5, 4, 2, 16, 84)
    assert phrases.any(axis=(1, 2, 3, 4)).all()
    # All four voices are mono.
    assert phrases.sum(axis=-1).max() == 1


def test_a_batch_plays_what_single_phrases_play(tiny_generator):
    generator = Generator.load(tiny_generator)
    latents = [generator.draw(9, number) for number in range(4)]
    together = type(latents[0])(*(np.concatenate(parts) for parts in zip(*latents, strict=True)))
    one_by_one = np.concatenate([generator.phrases(each) for each in latents])
    assert np.array_equal(generator.phrases(together), one_by_one)


def test_what_sounds_is_what_beats_silence():
    scores = np.full((1, *BAND.shape), -1.0, np.float32)
    scores[0, :, 0, 0, [10, 20, 30]] = np.array([0.2, 0.9, 0.5], np.float32)[:, None]
    scores[0, :, 0, 1, 10] = 0.0
    phrases = choose(scores, BAND)
    assert [np.flatnonzero(phrases[0, track, 0, 0]).tolist() for track in range(4)] == [
        [10, 20, 30],
        [20],
        [10, 20, 30],
        [20],
    ]
    assert phrases.sum() == 8


def test_rolls_of_minus_one_and_one_read_as_they_are():
    phrases = np.zeros((1, *SATB.shape), bool)
    phrases[0, range(4), 0, 0, range(40, 44)] = True
    assert np.array_equal(choose(np.where(phrases, 1, -1).astype(np.float32), SATB), phrases)


@pytest.mark.parametrize("content", [b"", b"not a model", bytes(1000)])
def test_a_damaged_file_is_refused(tmp_path, content):
    path = tmp_path / "bad.onnx"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=r"bad\.onnx is not an ONNX model"):
        Generator.load(path)


def test_a_cut_off_file_is_refused(tiny_generator, tmp_path):
    path = tmp_path / "cut.onnx"
    path.write_bytes(tiny_generator.read_bytes()[:5000])
    with pytest.raises(FormatError, match="damaged"):
        Generator.load(path)


def test_a_model_of_others_is_refused(tiny_generator, tmp_path):
    model = onnx.load(str(tiny_generator))
    del model.metadata_props[:]
    onnx.save(model, str(tmp_path / "other.onnx"))
    with pytest.raises(FormatError, match="midigan export"):
        Generator.load(tmp_path / "other.onnx")
    onnx.helper.set_model_props(model, {METADATA_KEY: "{}"})
    onnx.save(model, str(tmp_path / "other.onnx"))
    with pytest.raises(FormatError, match=r"other\.onnx: .* damaged"):
        Generator.load(tmp_path / "other.onnx")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FormatError, match="no generator"):
        Generator.load(tmp_path / "none.onnx")


def test_playing_needs_no_torch(tiny_generator):
    code = (
        "import sys; from pathlib import Path\n"
        "from midigan.generating.compose import compose; from midigan.generator import Generator\n"
        f"compose(Generator.load(Path({str(tiny_generator)!r})), 1, 1)\n"
        "sys.exit(bool({'torch', 'music21', 'matplotlib'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_genre_is_an_input_beside_the_noise(tiny_genres):
    player = Generator.load(tiny_genres)
    latents = player.draw(1, 0)
    deep, bright = np.eye(2, dtype=np.float32)[:, None]
    low, high = (player.phrases(latents, genre=genre) for genre in (deep, bright))
    assert low.any()
    assert not low[..., 42:].any()
    assert high.any()
    assert not high[..., :42].any()
    assert not np.array_equal(player.scores(latents, deep), player.scores(latents))
    as_trained = np.array([[0.25, 0.75]], np.float32)
    assert np.array_equal(player.scores(latents, as_trained), player.scores(latents))


def test_a_seed_draws_a_genre_as_often_as_music_had_it(tiny_genres, tiny_generator):
    player = Generator.load(tiny_genres)
    drawn = np.concatenate([player.genre_at(seed) for seed in range(400)])
    assert set(drawn.sum(axis=1)) == {1.0}
    assert drawn.mean(axis=0) == pytest.approx([0.25, 0.75], abs=0.08)
    assert np.array_equal(player.genre_at(7), player.genre_at(7))
    assert player.genre_at(7, (("bright", 3.0), ("deep", 1.0))) == pytest.approx(as_row(0.25, 0.75))
    assert Generator.load(tiny_generator).genre_at(7) is None


def test_a_blend_of_no_genres_is_refused(tiny_genres, tiny_generator):
    with pytest.raises(MidiganError, match="no genre 'rock': legal are Deep, Bright"):
        Generator.load(tiny_genres).genre_at(0, (("rock", 1.0),))
    with pytest.raises(MidiganError, match="this generator has no genres"):
        Generator.load(tiny_generator).genre_at(0, (("rock", 1.0),))


def as_row(*weights):
    return np.array([weights], np.float32)
