"""Lines led over the bar line: learned from latents, heard at joins, held by a lock."""

import json
from dataclasses import replace

import numpy as np
import pytest
from critics import write_critic

from midigan.controls import Controls, Turn
from midigan.errors import FormatError
from midigan.evaluation.joins import middle_leaps
from midigan.evaluation.rolls import SILENT, across
from midigan.generating.finding import find_leading
from midigan.generating.leading import ends_of, leading_of, led
from midigan.generating.lines import draw_phrase, draw_stream, kept_as_heard
from midigan.generator import Generator
from midigan.generator_info import GeneratorInfo
from midigan.latents import Latents, draw_latents
from midigan.layout import load_layout
from midigan.turns import turned

SATB = load_layout("satb")
NAMES = [track.name for track in SATB.tracks]
FOUR = Controls(candidates=4)


class Straight(Generator):
    """Four lines that begin where melody and chords say, and end where the groove says."""

    def scores(self, latents, genre=None):
        begin = 40 + 3 * latents.melody[:, :, 0] + 2 * latents.chords[:, :1]
        ends = np.stack([begin, 40 + 4 * latents.groove[:, :, 1]], axis=2)
        chosen = np.clip(np.rint(ends), 0, 83).astype(int)[..., None, None]
        scores = np.full((len(begin), *self.layout.shape), -1, np.float32)
        np.put_along_axis(scores, np.broadcast_to(chosen, (*ends.shape, 16, 1)), 1, axis=-1)
        return scores


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A generator that knows nothing of it, and a critic that is all but indifferent."""
    folder = tmp_path_factory.mktemp("leading")
    write_critic(folder / "critic.onnx", SATB, strictness=1e-6)
    return Straight(None, GeneratorInfo(SATB), folder / "generator.onnx")


@pytest.fixture(scope="module")
def generator(plain):
    info = replace(plain.info, leading=find_leading(plain, phrases=1024).to_plain())
    return Straight(None, GeneratorInfo.from_json(info.to_json()), plain.path)


def leaps(generator, controls=FOUR):
    phrases = draw_stream(generator, 3, 20, controls)
    return np.nanmean(middle_leaps(across(phrases[:-1], phrases[1:])))


def test_what_latents_tell_is_found(generator):
    leading = leading_of(generator.info)
    chords, _, melody, groove = np.moveaxis(leading.weight, 2, 0)
    np.testing.assert_allclose(chords[0, :, 0], 2, rtol=0.2)
    np.testing.assert_allclose(melody[0, :, 0], 3, rtol=0.2)
    np.testing.assert_allclose(groove[1, :, 1], 4, rtol=0.2)
    np.testing.assert_allclose(leading.mean, 40, atol=1)


def test_what_latents_do_not_tell_is_left_alone(plain):
    class Restless(Straight):
        def scores(self, latents, genre=None):
            return super().scores(draw_latents(np.random.default_rng(1), len(latents.chords), 4))

    restless = Restless(None, plain.info, plain.path)
    assert not find_leading(restless, phrases=1024).weight.any()


def test_lines_go_on_where_the_one_before_ends_and_lead_to_the_one_after(plain, generator):
    assert leaps(plain) > 4
    assert leaps(generator) < 1
    assert leaps(generator, Controls()) == leaps(plain, Controls())


@pytest.mark.parametrize(
    ("turns", "led_joins"),
    [
        (["reroll/line"], [True, True]),
        (["reroll/line", "reroll/line"], [True, True]),
        (["reroll/melody"], [True, False]),
        (["reroll/groove"], [False, True]),
    ],
)
def test_a_line_anew_is_led_by_the_noise_that_is_new(plain, generator, turns, led_joins):
    """In each phrase between two others: how far its line is from theirs, before and after."""
    controls = FOUR
    for turn in turns:
        controls = turned(controls, Turn(turn, "tenor"), 0, NAMES).controls
    apart = {}
    for name, each in (("plain", plain), ("led", generator)):
        begins, ends = ends_of(draw_stream(each, 3, 41, controls))[..., 2]
        apart[name] = np.abs([begins[1::2] - ends[:-1:2], ends[1::2] - begins[2::2]]).mean(axis=1)
    assert (apart["plain"] > 3).all()
    for is_led, before, after in zip(led_joins, apart["plain"], apart["led"], strict=True):
        assert after < (1.5 if is_led else before + 2)
        assert (after > 1.5) != is_led


def test_only_new_noise_moves_and_every_vector_keeps_its_length(generator):
    latents = draw_latents(np.random.default_rng(3), 5, 4)
    beside = [draw_phrase(generator, 3, number, FOUR) for number in (0, 2)]
    added = led(latents, generator.info, FOUR, *beside)
    assert not added.style.any()
    for name in ("chords", "melody", "groove"):
        own, more = getattr(latents, name), getattr(added, name)
        assert more.any()
        lengths = (np.linalg.norm(part, axis=-1) for part in (own, own + more))
        np.testing.assert_allclose(*lengths, rtol=1e-3)
    alone = led(latents, generator.info, FOUR, *beside, own=(1, ["groove"]))
    assert alone.groove[:, 1].any()
    assert not alone.groove[:, [0, 2, 3]].any()
    assert not any(getattr(alone, name).any() for name in ("chords", "style", "melody"))
    locked = turned(FOUR, Turn("lock/melody", 1), 0, NAMES).controls
    assert not led(latents, generator.info, locked, *beside).melody.any()
    assert led(latents, generator.info, replace(FOUR, walk=0.5), *beside) is None


def test_lines_end_where_they_end():
    phrases = np.zeros((1, *SATB.shape), bool)
    phrases[0, 0, 0, 0, 30] = phrases[0, 0, 1, 15, 31] = phrases[0, 1, 1, 15, [20, 25]] = True
    expected = [[30, SILENT, SILENT, SILENT], [31, 25, SILENT, SILENT]]
    np.testing.assert_array_equal(ends_of(phrases)[:, 0], expected)


@pytest.mark.parametrize("number", [4, 5])
@pytest.mark.parametrize("lines", [0, 1])
def test_a_lock_holds_what_is_heard_and_a_log_can_say_it(generator, number, lines):
    before = FOUR
    for _ in range(lines):
        before = turned(before, Turn("reroll/line", "bass"), number, NAMES).controls
    after = turned(before, Turn("walk", 0), number, NAMES).controls
    after = kept_as_heard(generator, 3, number, before, after)
    heard = draw_phrase(generator, 3, number, before)
    logged = Controls.from_plain(json.loads(json.dumps(after.to_plain())))
    for held in (after, logged):
        np.testing.assert_array_equal(draw_phrase(generator, 3, number, held), heard)
        np.testing.assert_array_equal(draw_phrase(generator, 3, 90, held), heard)
    anew = turned(after, Turn("reroll/all"), number, NAMES).controls
    assert not any(anew.noise(name).led for name in Latents._fields)


def test_a_line_of_its_own_leaves_the_led_ones_alone(generator):
    for number in (4, 5):
        rolled = turned(FOUR, Turn("reroll/line", "bass"), number, NAMES).controls
        one, other = (draw_phrase(generator, 3, number, each) for each in (FOUR, rolled))
        np.testing.assert_array_equal(one[:, :3], other[:, :3])


@pytest.mark.parametrize("damage", [{"mean": [0]}, {"mean": [[0] * 4] * 2, "weight": 1}, [1], "x"])
def test_damage_is_refused(plain, damage):
    with pytest.raises(FormatError, match="export it again"):
        leading_of(replace(plain.info, leading=damage))
    assert leading_of(plain.info) is None
