"""Turned attributes: found by regression, kept in the metadata, and heard."""

from dataclasses import replace

import numpy as np
import pytest
from critics import write_critic
from tiny import write_tiny_generator

from midigan.controls import Controls
from midigan.errors import FormatError, MidiganError
from midigan.generating.attributes import MEASURES
from midigan.generating.directions import Curve, check_attributes, directions_of, turned_latents
from midigan.generating.finding import find_directions, rising
from midigan.generating.lines import draw_stream
from midigan.generator import Generator
from midigan.generator_info import GeneratorInfo
from midigan.latents import draw_latents
from midigan.layout import load_layout


def turned(**attributes):
    return Controls(attributes=tuple(sorted(attributes.items())))


class Straight(Generator):
    """Four voices whose height is a number of the style, and a little of each one's melody."""

    def scores(self, latents, genre=None):
        n = len(latents.style)
        height = 40 + 5 * latents.style[:, :1] + latents.melody[:, :, 1]
        scores = np.full((n, *self.layout.shape), -1, np.float32)
        chosen = np.clip(np.rint(height), 0, 83).astype(int)[:, :, None, None, None]
        np.put_along_axis(scores, np.broadcast_to(chosen, (n, 4, 2, 16, 1)), 1, axis=-1)
        return scores


@pytest.fixture(scope="module")
def straight(tiny_generator):
    plain = Straight(None, GeneratorInfo(load_layout("satb")), tiny_generator)
    found = find_directions(plain, phrases=1024)
    info = replace(plain.info, directions={k: d.to_plain() for k, d in found.items()})
    return Straight(None, info, tiny_generator)


@pytest.fixture(scope="module")
def generator(tmp_path_factory):
    """A generator with directions, and a critic that is all but indifferent."""
    folder = tmp_path_factory.mktemp("directions")
    layout = load_layout("satb")
    plain = Generator.load(write_tiny_generator(folder / "plain.onnx", layout))
    found = find_directions(plain, phrases=2048)
    info = replace(plain.info, directions={k: d.to_plain() for k, d in found.items()})
    write_critic(folder / "critic.onnx", layout, strictness=1e-6)
    return Generator.load(write_tiny_generator(folder / "generator.onnx", info=info))


def mean_of(generator, name, controls, count=40, seed=1):
    phrases = draw_stream(generator, seed, count, controls)
    return np.nanmean(MEASURES[name](phrases, generator.layout))


def test_the_same_generator_has_the_same_directions(generator):
    again = find_directions(generator, phrases=2048)
    assert again.keys() == directions_of(generator.info).keys()
    assert {"register", "dissonance"} <= again.keys()
    for name, direction in again.items():
        known = directions_of(generator.info)[name]
        assert direction.drawn == known.drawn
        if known.shift is not None:
            for one, other in zip(direction.shift, known.shift, strict=True):
                np.testing.assert_allclose(one, other, atol=1e-3)


def test_where_a_line_leads_to_more_the_shift_is_along_it(straight):
    direction = directions_of(straight.info)["register"]
    assert direction.shift.style[0, 0] == pytest.approx(2, abs=0.1)
    assert np.linalg.norm(direction.shift.style[0, 1:]) < 0.5
    assert (direction.shift.melody[0, :, 1] > 0.02).all()
    asked = np.array([-1, -0.5, 0, 0.5, 1])
    means = [mean_of(straight, "register", turned(register=at), 100) for at in asked]
    np.testing.assert_allclose((means - means[2]) / direction.deviation, asked, atol=0.25)


def test_what_never_changes_has_no_direction(straight):
    """Its voices never rest or move, so that it is as dense and as active always."""
    never = {"density", "polyphony", "activity"}
    assert not directions_of(straight.info).keys() & never


def test_a_curve_rises_from_its_middle_and_ends_where_no_push_leads_further():
    answers = {-1.5: -0.42, -0.8: -0.4, -0.4: -0.3, 0.4: 0.5, 0.8: 1.3, 1.5: 9.0}
    curve = rising(answers.__getitem__)
    assert curve == Curve((-0.8, -0.4, 0.0, 0.4, 0.8), (-0.4, -0.3, 0.0, 0.5, 1.3))
    assert curve.reach == (-0.4, 1.3)
    assert [curve.push_for(wanted) for wanted in (-1, -0.4, 0, 0.25)] == [-0.8, -0.8, 0, 0.2]
    assert rising(lambda push: -push) == Curve((0.0,), (0.0,))


def test_what_is_asked_is_heard_as_far_as_it_reaches(generator):
    for name, direction in directions_of(generator.info).items():
        plain = mean_of(generator, name, Controls(candidates=16), seed=0)
        for wanted in (-1.0, -0.5, 0.5, 1.0):
            asked = replace(turned(**{name: wanted}), candidates=16)
            moved = (mean_of(generator, name, asked, seed=0) - plain) / direction.deviation
            low, high = direction.drawn.reach
            assert moved == pytest.approx(min(max(wanted, low), high), abs=0.35), (name, wanted)


def test_candidates_with_more_of_it_are_drawn(generator):
    for name, direction in directions_of(generator.info).items():
        low, high = (
            mean_of(generator, name, replace(turned(**{name: at}), candidates=16))
            for at in (-1.0, 1.0)
        )
        assert high - low > 0.8 * direction.deviation, name


def test_turned_latents_keep_the_length_of_every_vector(straight):
    latents = draw_latents(np.random.default_rng(3), 5, 4)
    moved = turned_latents(latents, straight.info, turned(register=1.0))
    assert any(not np.allclose(one, other) for one, other in zip(latents, moved, strict=True))
    for one, other in zip(latents, moved, strict=True):
        lengths = (np.linalg.norm(part, axis=-1) for part in (one, other))
        np.testing.assert_allclose(*lengths, rtol=1e-5)
        assert other.dtype == np.float32


def test_what_is_not_turned_stays_as_it_was(straight):
    latents = draw_latents(np.random.default_rng(3), 1, 4)
    assert turned_latents(latents, straight.info, Controls()) is latents


def test_attributes_that_a_generator_does_not_know_are_refused(straight, tiny_generator):
    with pytest.raises(MidiganError, match="no density in this generator"):
        check_attributes(Generator.load(tiny_generator), turned(density=1.0))
    check_attributes(straight, turned(register=0.5))


def test_what_no_line_leads_to_needs_candidates(generator):
    known = directions_of(generator.info)["register"]
    assert known.shift is None
    with pytest.raises(MidiganError, match="more than 1"):
        check_attributes(generator, turned(register=1.0))
    check_attributes(generator, replace(turned(register=1.0), candidates=2))


@pytest.mark.parametrize(
    "damage",
    [{"register": 1}, {"register": {}}, {"register": {"mean": 0, "deviation": 0}}, [1], "x"],
)
def test_damaged_directions_are_refused(generator, damage):
    with pytest.raises(FormatError, match="directions are damaged"):
        directions_of(replace(generator.info, directions=damage))


@pytest.mark.parametrize(
    "curve",
    [
        [[-1, 0, 1], [-1, 0]],
        [[-1, 0, 1], [-1, 0, 0]],
        [[-1, 1], [-1, 1]],
        [[-1, 0, 1], [0.5, 1, 2]],
        [[-1, 0, 1], ["a", 0, 1]],
        [[0]],
        None,
    ],
)
def test_a_damaged_curve_is_refused(generator, curve):
    plain = dict(generator.info.directions["register"])
    with pytest.raises(FormatError, match="directions are damaged"):
        directions_of(replace(generator.info, directions={"register": plain | {"drawn": curve}}))


def test_readers_that_know_nothing_of_directions_lose_nothing(generator):
    text = generator.info.to_json()
    assert GeneratorInfo.from_json(text) == generator.info
    without = replace(generator.info, directions={})
    assert GeneratorInfo.from_json(without.to_json()) == without


def test_genres_are_drawn_as_often_as_music_has_them(tiny_genres, monkeypatch):
    """Whatever pushes do: a register moves little within either of these genres."""
    far = Curve((-1.0, 0.0, 1.0), (-1.0, 0.0, 1.0))
    monkeypatch.setattr(
        "midigan.generating.finding._with_curves",
        lambda _g, _n, found, _t: found._replace(drawn=far),
    )
    generator = Generator.load(tiny_genres)
    direction = find_directions(generator, phrases=512)["register"]
    deep, bright = (
        mean_of(generator, "register", Controls(genre=((name, 1.0),)))
        for name in ("Deep", "Bright")
    )
    assert direction.mean == pytest.approx(0.25 * deep + 0.75 * bright, abs=0.1 * (bright - deep))


class Lone(Straight):
    """Plays but one line, save in one phrase of a batch."""

    def scores(self, latents, genre=None):
        found = super().scores(latents, genre)
        found[np.arange(len(found)) != 57, 1:] = -1
        return found


@pytest.mark.filterwarnings("error")
def test_what_tunes_have_none_of_cannot_be_turned(tiny_generator):
    lone = Lone(None, GeneratorInfo(load_layout("satb")), tiny_generator)
    found = find_directions(lone, phrases=1024)
    assert "register" in found
    assert "dissonance" not in found
