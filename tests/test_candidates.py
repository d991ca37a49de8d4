"""The critic's choice among candidates: deterministic, and only of what is new anyway."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from tiny import write_tiny_generator

from midigan.compose import compose
from midigan.controls import NOISES, Controls, Turn
from midigan.errors import FormatError
from midigan.generator import Generator
from midigan.layout import load_layout
from midigan.live.composer import Composer
from midigan.live.wire import Load
from midigan.walk import latents_at

FOUR = Controls(candidates=4)


def write_critic(path, layout, pitches=84):
    """A critic that likes few notes: minus the mean of all cells."""
    shape = ["n", *layout.shape[:-1], pitches]
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMean", ["phrase"], ["mean"], axes=[1, 2, 3, 4], keepdims=0),
            helper.make_node("Neg", ["mean"], ["score"]),
        ],
        "critic",
        [helper.make_tensor_value_info("phrase", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("score", TensorProto.FLOAT, ["n"])],
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), str(path))


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("critic")
    write_critic(folder / "critic.onnx", load_layout("band"))
    return write_tiny_generator(folder / "generator.onnx", load_layout("band"))


def cells(notes):
    return int(notes["length"].sum())


def test_the_one_that_the_critic_likes_best_is_played(path):
    generator = Generator.load(path)
    candidates = [generator.phrases(latents_at(FOUR, 1, 0, 4, j)) for j in range(4)]
    counts = [int(phrase.sum()) for phrase in candidates]
    assert len(set(counts)) == 4
    assert cells(compose(generator, 1, 0, FOUR)) == min(counts)
    chosen = sum(cells(compose(generator, 1, n, FOUR)) for n in range(1, 9))
    assert chosen < sum(cells(compose(generator, 1, n)) for n in range(1, 9))


def test_the_join_counts_too(path):
    """Of what comes after the same phrase, its first half is judged twice, its second once."""
    generator = Generator.load(path)
    expected = []
    for number in range(1, 9):
        phrases = [generator.phrases(latents_at(FOUR, 1, number, 4, j))[0] for j in range(4)]
        weights = [2 * phrase[:, 0].sum() + phrase[:, 1].sum() for phrase in phrases]
        expected.append(int(phrases[int(np.argmin(weights))].sum()))
    assert [cells(compose(generator, 1, n, FOUR)) for n in range(1, 9)] == expected


def test_the_choice_is_the_same_whatever_came_before(path):
    generator, other = Generator.load(path), Generator.load(path)
    later = compose(generator, 1, 7, FOUR)
    for number in range(7):
        compose(other, 1, number, FOUR)
    assert np.array_equal(later, compose(other, 1, 7, FOUR))


def test_what_is_locked_or_walks_slowly_has_no_candidates():
    still = Controls(walk=0.5, candidates=4)
    for name in NOISES:
        first, second = (getattr(latents_at(still, 1, 3, 4, j), name) for j in (0, 3))
        assert np.array_equal(first, second)
        fresh, other = (getattr(latents_at(FOUR, 1, 3, 4, j), name) for j in (0, 3))
        assert not np.array_equal(fresh, other)


def test_without_a_critic_it_says_so_and_plays_on(tiny_band):
    with pytest.raises(FormatError, match="no critic"):
        compose(Generator.load(tiny_band), 1, 0, FOUR)
    composer = Composer(Load(str(tiny_band), 3, []))
    told = composer.turn(Turn("candidates", 4))
    assert "no critic" in told.line
    assert told.controls is None
    assert composer.phrase(0).notes
    with pytest.raises(FormatError, match="no critic"):
        Composer(Load(str(tiny_band), 3, [Turn("candidates", 4)]))


def test_a_critic_of_other_phrases_is_refused(tmp_path):
    layout = load_layout("band")
    write_critic(tmp_path / "critic.onnx", layout, pitches=12)
    generator = Generator.load(write_tiny_generator(tmp_path / "generator.onnx", layout))
    with pytest.raises(FormatError, match="does not fit"):
        compose(generator, 1, 0, FOUR)
