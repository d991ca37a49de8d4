"""One track's line drawn anew: chosen by the critic over the others, which it leaves alone."""

import json
from dataclasses import replace

import numpy as np
import pytest
from critics import write_critic
from tiny import write_tiny_generator

from midigan.controls import MOST_LINES, Controls, Line, Turn
from midigan.evaluation.rolls import across
from midigan.generating.candidates import default_controls
from midigan.generating.compose import compose, times_of
from midigan.generating.lines import draw_phrase
from midigan.generator import Generator
from midigan.layout import load_layout
from midigan.live.composing.composer import Composer
from midigan.live.processes.composer_messages import Heard, Load
from midigan.turns import all_turned, turned

FOUR = Controls(candidates=4)
TRACKS = ("Drums", "Bass", "Chords", "Lead")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lines")
    # So strict that the exponential leaves the others no chance: it likes few notes.
    write_critic(folder / "critic.onnx", load_layout("band"), strictness=1e6)
    return write_tiny_generator(folder / "generator.onnx", load_layout("band"))


@pytest.fixture(scope="module")
def generator(path):
    return Generator.load(path)


def reroll(*tracks, controls=FOUR):
    return all_turned(controls, [Turn("reroll/line", track) for track in tracks], TRACKS)


def rolled(generator, number, controls, roll, names=("melody", "groove"), track=1):
    """The line that a track has if its noise is rolled and the critic has no say."""
    line = Line(track, **dict.fromkeys(names, (roll,)))
    return draw_phrase(generator, 3, number, replace(controls, lines=(line,)))[:, track]


def without(phrases, *tracks):
    return np.delete(phrases, tracks, axis=1)


def test_a_line_anew_is_the_one_of_several_that_the_critic_likes_over_the_others(generator):
    for number in (0, 2):
        before = draw_phrase(generator, 3, number, FOUR)
        for times in (1, 2):
            after = draw_phrase(generator, 3, number, reroll(*["bass"] * times))
            np.testing.assert_array_equal(without(after, 1), without(before, 1))
            asked = range((times - 1) * 4 + 1, times * 4 + 1)
            counts = [rolled(generator, number, FOUR, roll).sum() for roll in asked]
            assert len(set(counts)) > 1
            assert after[:, 1].sum() == min(counts)


def test_between_two_phrases_a_line_is_judged_by_both_its_joins(path, monkeypatch):
    """The critic hears the windows across, in which the neighbours' lines are new, too."""
    controls, heard, generator = reroll("bass"), [], Generator.load(path)
    beside = [draw_phrase(generator, 3, number, controls) for number in (0, 2)]
    assert not np.array_equal(beside[0], draw_phrase(generator, 3, 0, FOUR))
    judge = generator.judge
    monkeypatch.setattr(generator, "judge", lambda *of: heard.append(of[0]) or judge(*of))
    after = draw_phrase(generator, 3, 1, controls)
    windows = across(beside[0], after), across(after, beside[1])
    for window in windows:
        assert any((window == each).all(axis=(1, 2, 3, 4)).any() for each in heard)


@pytest.mark.parametrize(("noise", "other"), [("melody", "groove"), ("groove", "melody")])
def test_one_noise_of_one_track_is_chosen_by_the_critic_and_the_other_stays(
    generator, noise, other
):
    controls = turned(FOUR, Turn(f"reroll/{noise}", "bass"), 0, TRACKS).controls
    after = draw_phrase(generator, 3, 0, controls)
    counts = [rolled(generator, 0, FOUR, roll, [noise]).sum() for roll in range(1, 5)]
    assert after[:, 1].sum() == min(counts)
    both = turned(controls, Turn(f"reroll/{other}", "bass"), 0, TRACKS).controls
    assert [bool(line.melody) for line in both.lines] == [noise == "melody", other == "melody"]


def test_a_line_stays_whatever_is_drawn_anew_after_it(generator):
    for number in range(4):
        bass = draw_phrase(generator, 3, number, reroll("bass"))
        lead = draw_phrase(generator, 3, number, reroll("bass", "lead"))
        again = draw_phrase(generator, 3, number, reroll("bass", "lead", "bass"))
        np.testing.assert_array_equal(without(lead, 3), without(bass, 3))
        np.testing.assert_array_equal(without(again, 1), without(lead, 1))
        assert (lead != bass).any()
        assert (again != lead).any()


def test_lines_that_no_longer_count_are_forgotten():
    assert reroll("bass", "bass", "bass").lines == (Line(1, (9, 12), (9, 12)),)
    assert len(reroll(*["bass", "lead"] * 20).lines) == MOST_LINES
    assert reroll("lead", "bass", controls=reroll(*["bass", "lead"] * 2)).lines[-1].melody == (
        9,
        12,
    )
    everything = turned(reroll("bass", "lead"), Turn("reroll/all"), 0, TRACKS).controls
    assert everything.lines == ()
    melody = turned(reroll("bass"), Turn("reroll/melody"), 0, TRACKS).controls
    assert melody.lines == (Line(1, (), (1, 4)),)


def test_what_is_locked_or_walks_slowly_is_drawn_anew_without_a_choice():
    locked = turned(FOUR, Turn("lock/melody", 1), 0, TRACKS).controls
    assert reroll("bass", controls=locked).lines == (Line(1, (), (1, 4)),)
    slow = turned(FOUR, Turn("walk", 0.5), 0, TRACKS).controls
    assert reroll("bass", "bass", controls=slow).lines == (Line(1, (2, 2), (2, 2)),)
    still = turned(locked, Turn("lock/groove", 1), 0, TRACKS).controls
    assert turned(still, Turn("reroll/line", "bass"), 0, TRACKS) == (
        still,
        "line of Bass is locked",
    )


def test_without_a_critic_a_line_anew_is_the_next_one(tiny_band):
    generator = Generator.load(tiny_band)
    before, after = (
        draw_phrase(generator, 3, 0, reroll(*tracks, controls=Controls()))
        for tracks in ((), ("chords",))
    )
    np.testing.assert_array_equal(without(after, 2), without(before, 2))
    assert (after[:, 2] != before[:, 2]).any()


def test_one_candidate_asks_no_critic(generator):
    alone = reroll("bass", controls=Controls())
    first = rolled(generator, 1, Controls(), 1)
    np.testing.assert_array_equal(draw_phrase(generator, 3, 1, alone)[:, 1], first)


@pytest.mark.parametrize("change", ["mute", "reroll"])
def test_the_others_strike_and_waver_as_they_did(path, change):
    generator = Generator.load(path)
    steps = generator.layout.steps
    rows = ((0.5,) * steps,) * 4
    generator.info = replace(generator.info, restrike=rows, late=rows, spread=rows)
    before = replace(FOUR, humanize=50.0)
    after = replace(before, muted=(1,)) if change == "mute" else reroll("bass", controls=before)
    changed = False
    for number in range(4):
        notes, played = [], []
        for controls in (before, after):
            found = compose(generator, 3, number, controls)
            times = times_of(found, generator, 3, number, controls)
            others = found["track"] != 1
            notes.append(found)
            played.append((found[others], times[others]))
        for one, other in zip(*played, strict=True):
            np.testing.assert_array_equal(one, other)
        changed = changed or not np.array_equal(*notes)
    assert changed


def test_muting_another_track_leaves_the_line_as_it_is(generator):
    for number in range(3):
        plain = draw_phrase(generator, 3, number, reroll("bass"))
        muted = draw_phrase(generator, 3, number, replace(reroll("bass"), muted=(3,)))
        np.testing.assert_array_equal(without(muted, 3), without(plain, 3))
        assert not muted[:, 3].any()


def test_live_a_line_is_what_generate_draws_and_comes_again_in_a_loop(path, generator):
    usual = default_controls(generator)
    composer = Composer(Load(str(path), 3, []))
    composer.heard(Heard(4, rolling=True))
    before = [composer.phrase(number) for number in (4, 5, 6)]
    told = composer.turn(Turn("reroll/line", "bass"))
    assert told.line == "line of Bass drawn anew"
    again = composer.renewed()
    assert [phrase.number for phrase in again] == [5, 6]
    for old, new in zip(before[1:], again, strict=True):
        assert [n for n in old.notes if n.track != 1] == [n for n in new.notes if n.track != 1]
        drawn = compose(generator, 3, new.number, reroll("bass", controls=usual))
        assert [note.pitch for note in new.notes] == drawn["pitch"].tolist()
    assert [composer.phrase(number) for number in (5, 6)] == again
    elsewhere = Composer(Load(str(path), 3, [Turn("reroll/line", "bass")]))
    assert [elsewhere.phrase(number) for number in (6, 5)] == again[::-1]


def test_a_lock_holds_the_line_that_is_heard(path):
    for number in (4, 5):
        composer = Composer(Load(str(path), 3, [Turn("reroll/line", "lead")]))
        composer.heard(Heard(number, rolling=True))
        before = composer.phrase(number)
        composer.turn(Turn("walk", 0))
        assert composer.phrase(number).notes == before.notes
        assert composer.phrase(number + 1).notes == before.notes


def test_controls_with_lines_are_read_back_from_a_log():
    controls = reroll("bass", "lead")
    assert Controls.from_plain(json.loads(json.dumps(controls.to_plain()))) == controls
    older = {"lines": [[1, [5, 8], []]]}
    assert Controls.from_plain(older).lines == (Line(1, (5, 8)),)
    led = replace(controls, lines=(Line(2, (3,), (), (0.5, -0.25)),))
    assert Controls.from_plain(json.loads(json.dumps(led.to_plain()))) == led
