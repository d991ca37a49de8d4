import numpy as np
import pytest

from midigan.live.lateness import Lateness


def test_nothing_counted_is_nothing_late():
    late = Lateness()
    assert (late.percentile_ms(50), late.percentile_ms(99), late.max_ms) == (0, 0, 0)


def test_percentiles_are_right_to_an_eighth():
    late_s = np.random.default_rng(1).lognormal(-8, 1.5, 5000)
    late = Lateness()
    for value in late_s:
        late.add(float(value))
    for percent in (10, 50, 90, 99):
        true_ms = np.percentile(late_s, percent) * 1000
        assert late.percentile_ms(percent) == pytest.approx(true_ms, rel=0.13)
    assert late.max_ms == late_s.max() * 1000


def test_no_percentile_exceeds_the_maximum():
    late = Lateness()
    late.add(0.001234)
    late.add(1e9)
    assert late.percentile_ms(50) == pytest.approx(1.234, rel=0.13)
    assert late.percentile_ms(99) <= late.max_ms == 1e12
