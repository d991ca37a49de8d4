import pytest

from midigan.errors import FormatError
from midigan.live.clock import PPQN, OfflineClock
from midigan.live.composing.composing_time import time_composing
from midigan.live.processes.composer_messages import Loaded


class Slow:
    """A composer of phrases of 8 beats: 10 ms for each, and 5 ms for each candidate but one."""

    def __init__(self, clock, load, candidates=16):
        self.clock = clock
        self.candidates = 1 if load.turns else candidates
        clock.reach(clock.now() + 0.4)

    def describe(self):
        controls = {"candidates": self.candidates}
        return Loaded(80.0, 4 * PPQN, 8 * PPQN, "ab", controls, [])

    def phrase(self, number):
        self.clock.reach(self.clock.now() + 0.010 + 0.005 * (self.candidates - 1))


def timed(tempo_bpm=None, candidates=16):
    clock = OfflineClock()
    return time_composing(
        None, "slow", tempo_bpm, clock, lambda load: Slow(clock, load, candidates)
    )


def test_load_and_phrases_are_timed():
    found = timed(candidates=1)
    assert found.load_s == pytest.approx(0.41)
    assert found.p50_ms == pytest.approx(10, rel=0.13)
    assert (found.tempo_bpm, found.phrase_s) == (80, 6)
    assert (found.candidates, found.affordable) == (1, None)


def test_candidates_are_affordable_within_half_a_phrase():
    assert timed().affordable == 32
    # At 4000 bpm a phrase lasts 120 ms: 60 are for 10 ms and 10 more candidates at 5 ms.
    assert timed(4000.0).affordable == pytest.approx(11, abs=2)
    assert timed(40000.0).affordable == 1


def test_a_real_generator_is_timed(tiny_generator):
    found = time_composing(tiny_generator, "tiny")
    assert found.load_s > 0
    assert 0 < found.p50_ms <= found.p99_ms
    assert found.tempo_bpm == 96


def test_what_is_no_generator_is_said(tmp_path):
    with pytest.raises(FormatError, match="no generator"):
        time_composing(tmp_path / "x.onnx", "x")
