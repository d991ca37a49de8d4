"""What is said at the end of fine-tuning: plain, true of the figures, and no wider than 80."""

from dataclasses import replace

import pytest

from midigan.commands.worth import warnings, worth_rows
from midigan.evaluation.copying import Estimate, Nearness
from midigan.training.worth import Worth

NEW = Nearness(3, 0.5, 0.0, Estimate(0.5, 0.4, 0.6), Estimate(0.0, -0.1, 0.1))
COPIED = replace(NEW, nearer=Estimate(0.8, 0.7, 0.9))
GOOD = Worth(100, 0.85, 0.9, NEW)


def test_a_good_result_needs_no_warning():
    assert warnings(GOOD, 0.4, "chorales") == []


@pytest.mark.parametrize(
    ("worth", "said"),
    [
        (replace(GOOD, steps=0), "it came no closer to the held-out songs: chorales itself"),
        (replace(GOOD, quality=0.5), "too unlike chorales"),
        (replace(GOOD, quality=0.6, ceiling=0.6), "the held-out songs are unlike the others"),
        (replace(GOOD, nearness=COPIED), "it copies what it learned from"),
    ],
)
def test_each_weakness_is_one_plain_line(worth, said):
    (line,) = warnings(worth, 0.4, "chorales")
    assert said in line
    assert len(line) <= 80


def test_the_figures_fit_a_terminal():
    for label, value in worth_rows(GOOD, 0.4):
        assert len(f"{label}  {value}") <= 80
    assert "0.40 before, 0.85 now; the learned songs 0.90" in str(worth_rows(GOOD, 0.4))


def test_nothing_is_said_of_copies_where_nothing_was_learned():
    kept = replace(GOOD, steps=0, nearness=COPIED)
    assert len(warnings(kept, 0.4, "chorales")) == 1
    assert [label for label, _ in worth_rows(kept, 0.4)] == ["like held-out songs"]
