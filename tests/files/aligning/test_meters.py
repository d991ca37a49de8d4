import numpy as np
import pytest

from midigan.errors import MidiganError
from midigan.files.aligning.bars import lay_bars
from midigan.files.aligning.meters import (
    against,
    is_meter_rule,
    layout_in,
    most_frequent,
    suitable,
)
from midigan.files.score import TICK_METER, Score, tick_notes
from midigan.layout import load_layout

SATB = load_layout("satb")


def score(*meters, beats=24):
    start = 480 * np.arange(beats)
    notes = tick_notes(start, np.full(beats, 480), 0, np.full(beats, 60), 80)
    return Score(480, (), notes, meters=np.array(list(meters), TICK_METER))


def bars(*meters):
    return lay_bars(score(*meters), SATB, 24 * 480 * 256)


@pytest.mark.parametrize(
    ("meter", "steps"),
    [("3/4", 12), ("6/8", 12), ("12/8", 24), ("2/4", 8), ("5/4", 20), ("7/8", 14), ("3/16", 3)],
)
def test_a_meters_layout_has_its_steps(meter, steps):
    layout = layout_in(SATB, meter)
    assert layout.steps == steps
    assert "{}/{}".format(*layout.meter) == meter
    assert layout.name == f"satb-{meter.replace('/', '-')}"
    assert layout.tracks == SATB.tracks


@pytest.mark.parametrize("rule", ["4/4", "2/2", "only", "pad"])
def test_the_layout_stays_where_its_bars_are_as_long(rule):
    assert layout_in(SATB, rule) is SATB


def test_bars_of_one_length_are_told_apart_where_their_beats_differ():
    waltz, jig = layout_in(SATB, "3/4"), layout_in(SATB, "6/8")
    assert waltz != jig
    assert layout_in(waltz, "6/8").meter == (6, 8)
    assert layout_in(jig, "6/8") is jig
    assert layout_in(jig, "3/4").meter == (3, 4)


@pytest.mark.parametrize("rule", ["native", "waltz", "3/5", "0/4", "5/64", "99/1"])
def test_what_is_no_layouts_meter_is_refused(rule):
    with pytest.raises(MidiganError):
        layout_in(SATB, rule)


def test_rules():
    assert all(map(is_meter_rule, ("auto", "only", "pad", "native", "3/4", "12/8")))
    assert not any(map(is_meter_rule, ("", "3", "3/4 ", "03/4", "4/3", "Native")))


def test_songs_in_other_meters_are_left_out():
    waltz, common, unnamed = bars((0, 3, 4)), bars((0, 4, 4)), bars()
    assert against("only", waltz) == "another meter, 3/4"
    assert against("pad", waltz) is None
    assert against("3/4", waltz) is None
    assert against("3/4", common) == "another meter, 4/4 instead of 3/4"
    assert against("3/4", unnamed) == against("3/4", common)
    assert against("4/4", unnamed) is None
    assert against("6/8", waltz) == "another meter, 3/4 instead of 6/8"
    # Most of its measures decide about a song.
    assert against("3/4", bars((0, 3, 4), (18 * 480, 4, 4))) is None


def test_the_meter_of_most_pieces_is_the_native_one():
    pieces = [score((0, 3, 4)), score((0, 6, 8)), score((0, 3, 4)), score()]
    assert most_frequent(pieces, SATB) == ("3/4", "2 of 4 pieces looked at are in 3/4")
    assert most_frequent([score()], SATB)[0] == "4/4"
    assert most_frequent([], SATB)[0] == "4/4"


def test_one_piece_in_the_layouts_meter_is_enough_for_it():
    waltz, march = score((0, 3, 4)), score((0, 2, 4))
    pieces = iter([waltz, march, waltz])
    assert suitable(pieces, SATB) == ("only", None)
    assert next(pieces) is waltz, "no more are looked at than need be"
    assert suitable([], SATB) == ("only", None)


def test_where_no_piece_is_in_the_layouts_meter_it_is_the_most_frequent():
    waltz, jig = score((0, 3, 4)), score((0, 6, 8))
    reason = "2 of 3 pieces looked at are in 3/4, none in 4/4"
    assert suitable([waltz, jig, waltz], SATB) == ("3/4", reason)
    three = layout_in(SATB, "3/4")
    own = "1 of 1 pieces looked at are in 5/4, none in 3/4"
    assert suitable([score((0, 5, 4))], three) == ("5/4", own)


def test_a_meter_of_which_no_bars_can_be_made_is_padded():
    for meter in ((255, 4), (5, 64)):
        rule, reason = suitable([score((0, *meter), beats=600)], SATB)
        assert rule == "pad"
        assert reason.endswith("none in 4/4: padded")
