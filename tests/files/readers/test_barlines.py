from fractions import Fraction

from midigan.files.readers.barlines import Measure, lay_out_bars


def four_four(*lengths):
    return [Measure(Fraction(length), 4, 4) for length in lengths]


def meters(bars):
    return [(float(m.time), m.numerator, m.denominator) for m in bars.meters]


def test_full_measures_need_one_meter():
    bars = lay_out_bars(four_four(4, 4, 4))
    assert (bars.silence, bars.end, meters(bars)) == (0, 12, [(0, 4, 4)])


def test_a_pickup_ends_a_full_bar_and_the_last_bar_is_filled():
    bars = lay_out_bars(four_four(1, 4, 3))
    assert (bars.silence, bars.end, meters(bars)) == (3, 12, [(0, 4, 4)])


def test_a_bar_that_a_repeat_sign_splits_is_joined():
    assert meters(lay_out_bars(four_four(1, 4, 3, 1, 4, 2, 2, 4))) == [(0, 4, 4)]
    assert meters(lay_out_bars(four_four(4, 1, 1, 2, 4))) == [(0, 4, 4)]


def test_another_short_measure_gets_a_meter_of_its_length():
    bars = lay_out_bars(four_four(4, 3, 4, 4))
    assert meters(bars) == [(0, 4, 4), (4, 3, 4), (7, 4, 4)]
    assert bars.end == 15
    half_beat = lay_out_bars(four_four(4, Fraction(3, 2), 4))
    assert meters(half_beat)[1] == (4, 3, 8)


def test_two_short_measures_that_do_not_add_up_stay_two():
    assert meters(lay_out_bars(four_four(4, 3, 2, 4))) == [
        (0, 4, 4),
        (4, 3, 4),
        (7, 2, 4),
        (9, 4, 4),
    ]


def test_a_long_measure_is_cut():
    assert meters(lay_out_bars(four_four(4, 10, 4))) == [(0, 4, 4), (12, 2, 4), (14, 4, 4)]


def test_a_change_of_meter_is_written_where_it_happens():
    bars = lay_out_bars(
        [*four_four(1, 4, 4), Measure(Fraction(3), 3, 4), Measure(Fraction(3), 3, 4)]
    )
    assert meters(bars) == [(0, 4, 4), (12, 3, 4)]
    assert bars.end == 18


def test_nothing_is_an_empty_bar_line():
    assert meters(lay_out_bars([])) == [(0, 4, 4)]
