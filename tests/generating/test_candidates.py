"""A phrase drawn from candidates by the critic: deterministic, and only of what is new anyway."""

import numpy as np
import pytest
from critics import write_critic
from tiny import write_tiny_generator

from midigan.controls import NOISES, Controls, Turn
from midigan.errors import FormatError
from midigan.generating.candidates import default_controls
from midigan.generating.compose import compose
from midigan.generating.walk import latents_at
from midigan.generator import Generator
from midigan.layout import load_layout
from midigan.live.composing.composer import Composer
from midigan.live.processes.composer_messages import Heard, Load

FOUR = Controls(candidates=4)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("critic")
    # So strict that the exponential leaves the others no chance.
    write_critic(folder / "critic.onnx", load_layout("band"), strictness=1e6)
    return write_tiny_generator(folder / "generator.onnx", load_layout("band"))


def cells(notes):
    return int(notes["length"].sum())


def shapes(generator, number, style=()):
    return [generator.phrases(latents_at(FOUR, 1, number, 4, j, style))[0] for j in range(4)]


def test_what_the_critic_likes_far_best_is_played(path):
    generator = Generator.load(path)
    for number in (0, 2, 4):
        counts = [int(phrase.sum()) for phrase in shapes(generator, number)]
        assert len(set(counts)) > 1
        assert cells(compose(generator, 1, number, FOUR)) == min(counts)


def test_between_two_phrases_both_joins_count(path):
    """All bars are then judged twice: by themselves, and each across the join beside it."""
    generator = Generator.load(path)
    for number in (1, 3, 5):
        beside = [
            int(np.argmin([phrase.sum() for phrase in shapes(generator, number + by)]))
            for by in (-1, 1)
        ]
        counts = [int(phrase.sum()) for phrase in shapes(generator, number, tuple(beside))]
        assert cells(compose(generator, 1, number, FOUR)) == min(counts)


def test_a_critic_of_little_opinion_leaves_most_to_chance(tmp_path):
    """Drawn by the exponential: odds of e to the difference in liking, here of all but none."""
    write_critic(tmp_path / "critic.onnx", load_layout("band"), strictness=1e-6)
    generator = Generator.load(write_tiny_generator(tmp_path / "g.onnx", load_layout("band")))
    firsts = [shapes(generator, number)[0] for number in range(0, 60, 2)]
    plays = [compose(generator, 1, number, FOUR) for number in range(0, 60, 2)]
    same = sum(cells(notes) == int(first.sum()) for first, notes in zip(firsts, plays, strict=True))
    assert 2 <= same <= 16


def test_by_default_a_critic_is_asked_where_there_is_one(path, tiny_band):
    assert default_controls(Generator.load(path)).candidates > 1
    assert default_controls(Generator.load(tiny_band)).candidates == 1


def test_a_lock_holds_what_is_heard_and_not_another_candidate(path):
    for number in (4, 5):
        composer = Composer(Load(str(path), 3, []))
        composer.heard(Heard(number, rolling=True))
        before = composer.phrase(number)
        composer.turn(Turn("walk", 0))
        assert composer.phrase(number).notes == before.notes
        assert composer.phrase(number + 1).notes == before.notes
        composer.turn(Turn("walk", 1))
        assert composer.phrase(number + 1).notes != before.notes


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
