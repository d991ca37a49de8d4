import numpy as np
import pytest
from midi_bytes import meter, midi, notes, off, on, tempo

from midigan.errors import SourceError
from midigan.files.aligning.barred import with_bars
from midigan.files.aligning.bars import MAX_BARS, lay_bars
from midigan.files.aligning.grid import to_grid
from midigan.files.aligning.stretches import legal_meters
from midigan.files.opening.rules import Rules
from midigan.files.placing.place_songs import place_songs
from midigan.files.readers.midi import read_midi
from midigan.files.score import TICK_METER, Score, SourceTrack, tick_notes
from midigan.layout import load_layout

SATB = load_layout("satb")
BAR = 4 * 480


def score_of(starts, lengths, meters=(), ppq=480, tempos=None):
    found = tick_notes(np.array(starts), np.array(lengths), 0, np.full(len(starts), 60), 80)
    score = Score(ppq, (SourceTrack(""),), found, meters=np.array(list(meters), TICK_METER))
    return score if tempos is None else Score(ppq, (SourceTrack(""),), found, tempos=tempos)


class OneSong:
    """A score on the grid, as it comes out of a block of which it is the second song."""

    def __init__(self, score, layout=SATB):
        barred = with_bars(score, layout)
        other = with_bars(score_of([0, 7], [960, 5], [(0, 3, 4)], ppq=240), layout)
        songs = [other, barred, other]
        gridded = to_grid(songs, layout)
        own = slice(gridded.first[1], gridded.first[2])
        self.start, self.length = gridded.start[own], gridded.length[own]
        self.bars, self.tempos = gridded.bars[1], gridded.tempos[1]
        self.off_grid, self.warnings = gridded.off_grid[1], barred.warnings
        rules = Rules(layout)
        (alone,) = place_songs([("song", barred)], rules)
        self.placed = place_songs([("", other), ("song", barred), ("", other)], rules)[1]
        assert np.array_equal(self.placed.song.notes, alone.song.notes)


def grid(starts, lengths, meters=(), ppq=480):
    gridded = OneSong(score_of(starts, lengths, meters, ppq))
    ended = gridded.placed.song.notes
    found = sorted(zip(ended["start"], ended["length"], strict=True))
    return [(int(a), int(b)) for a, b in found], gridded


@pytest.mark.parametrize("meters", [[], [(0, 4, 4)], [(0, 2, 2)], [(0, 1, 4)], [(0, 8, 4)]])
def test_what_fills_whole_bars_fits(meters):
    found, gridded = grid([0, BAR, 2 * BAR + 480], [480, 480, 480], meters)
    assert found == [(0, 4), (16, 4), (36, 4)]
    assert gridded.bars.fitting == 1
    assert set(gridded.bars.steps.tolist()) == {16}


def test_one_quarter_throughout_says_nothing_but_one_such_bar_is_a_pickup():
    assert len(grid([0], [480], [(0, 1, 4)])[1].bars.meters) == 0
    found, gridded = grid([0, 480], [480, 480], [(0, 1, 4), (480, 4, 4)])
    assert found == [(0, 4), (16, 4)]
    assert gridded.bars.steps.tolist() == [4, 16]
    assert gridded.bars.meters.tolist() == [(0, 1, 4), (1, 4, 4)]


def test_a_short_bar_is_padded_and_notes_end_before_its_padding():
    found, gridded = grid([0, 3 * 480], [3 * 480, 480], [(0, 3, 4)])
    assert gridded.bars.steps.tolist() == [12, 12]
    assert gridded.bars.fitting == 0
    assert found == [(0, 12), (16, 4)]


def test_a_long_bar_is_split():
    found, gridded = grid([0, 4 * 480, 5 * 480], [480] * 3, [(0, 5, 4)])
    assert found == [(0, 4), (16, 4), (32, 4)]
    assert gridded.bars.steps.tolist() == [16, 4, 16]


@pytest.mark.parametrize(
    ("meter", "joined"), [((2, 4), 2), ((1, 4), 4), ((4, 8), 2), ((3, 4), 1), ((5, 8), 1)]
)
def test_measures_that_fill_a_bar_together_are_joined(meter, joined):
    measure = BAR * meter[0] // meter[1]
    # Another meter in the end, since 1/4 throughout says nothing.
    meters = [(0, *meter), (measure * 3 * joined, 4, 4)]
    _, gridded = grid([0, measure * 3 * joined], [480, 480], meters)
    steps = 16 if joined > 1 else measure // 120
    assert gridded.bars.steps.tolist() == [steps, steps, steps, 16]
    assert gridded.bars.measures["{}/{}".format(*meter)] == 3 * joined
    assert gridded.bars.fitting == (1 if joined > 1 else pytest.approx(1 / 4))
    assert gridded.bars.meters.tolist() == [(0, *meter), (3, 4, 4)]


def test_an_odd_measure_before_another_meter_is_a_short_bar():
    half = BAR // 2
    found, gridded = grid([0, 3 * half], [480, 480], [(0, 2, 4), (3 * half, 4, 4)])
    assert gridded.bars.steps.tolist() == [16, 8, 16]
    assert found == [(0, 4), (32, 4)]
    assert gridded.bars.fitting == pytest.approx(3 / 4)


@pytest.mark.parametrize(
    ("first", "steps", "begins"),
    [
        (0, [16, 16], 0),
        (59, [16, 16], 0),  # played a little late
        (60, [8, 16, 16], 1),  # on the second step, where it is after a round trip, too
        (720, [8, 16, 16], 6),  # an upbeat of an eighth
        (BAR // 2, [8, 16, 16], 16),  # a silent measure before the first
        (BAR, [16, 16], 16),
        (BAR + 720, [8, 16, 16], 30),
    ],
)
def test_halves_are_joined_from_the_first_downbeat_on(first, steps, begins):
    found, gridded = grid([first, 3 * BAR // 2], [120, 480], [(0, 2, 4)])
    assert gridded.bars.steps.tolist() == steps
    assert found[0][0] == begins
    assert gridded.bars.fitting == pytest.approx(1 if len(steps) == 2 else 3 / 4)


def test_a_meter_inside_a_bar_begins_a_new_bar():
    found, gridded = grid([0, 960, 960 + BAR], [480] * 3, [(0, 4, 4), (960, 4, 4)])
    assert found == [(0, 4), (16, 4), (32, 4)]
    assert gridded.bars.steps.tolist() == [8, 16, 16]
    assert gridded.bars.measures == {"4/4": 3}
    assert gridded.bars.fitting == 2 / 3


def test_a_first_meter_that_comes_late_leaves_the_layouts_bars_before_it():
    found, _ = grid([0, BAR, 2 * BAR], [480] * 3, [(BAR, 4, 4)])
    assert found == [(0, 4), (16, 4), (32, 4)]


def test_meters_that_are_none_are_passed_over():
    none = [(0, 4), (256, 4), (4, 0), (4, 3), (4, 128)]
    score = score_of([0], [480], [(0, *meter) for meter in [*none, (3, 4)]])
    assert legal_meters(score) == [(0, 3, 4)]
    assert (
        "a meter that is none was ignored"
        in with_bars(score_of([0], [480], [(0, 4, 0)]), SATB).warnings
    )
    assert len(with_bars(score_of([0], [480], [(0, 441, 8)]), SATB).bars.meters) == 0


def test_halves_round_up_and_are_counted():
    found, gridded = grid([60, 180, 300], [120] * 3)
    assert [start for start, _ in found] == [1, 2, 3]
    assert gridded.off_grid == 3


@pytest.mark.parametrize("ppq", [25, 96, 480, 10080])
def test_eighths_are_on_the_grid_whatever_the_ticks(ppq):
    starts = [(i * ppq + 1) // 2 for i in range(16)]
    found, gridded = grid(starts, [1] * 16, ppq=ppq)
    assert [start for start, _ in found] == list(range(0, 32, 2))
    assert gridded.off_grid == 0


def test_triplets_are_off_the_grid():
    starts = [i * 160 for i in range(12)]
    assert grid(starts, [160] * 12)[1].off_grid == 8


def test_a_note_of_no_length_lasts_a_step_and_is_named():
    found, gridded = grid([0], [0])
    assert found == [(0, 1)]
    assert gridded.warnings == ("1 note of no length, given one step",)


def test_what_rounds_up_to_the_end_of_the_last_bar_gets_a_bar():
    found, gridded = grid([BAR - 10], [5])
    assert found == [(16, 1)]
    assert len(gridded.bars.steps) == 2


@pytest.mark.parametrize(("ends", "measures"), [(2 * 1920, 2), (2 * 1920 + 1, 3)])
def test_a_song_that_ends_on_a_bar_line_has_no_measure_behind_it(ends, measures):
    _, gridded = grid([0, 1920], [480, ends - 1920], [(0, 4, 4)])
    assert gridded.bars.measures == {"4/4": measures}


def test_bars_stop_after_the_last_note_whatever_else_comes():
    late = meter(4, 4) + meter(3, 4, after=480 * 175_000)
    score = read_midi(midi(late, notes(8)))
    assert len(OneSong(score).bars.steps) == 1


def test_a_song_has_an_end_even_if_its_notes_have_none():
    found, gridded = grid([0, 480 * 2**22], [480 * 2**22, 480])
    assert found == [(0, 16 * MAX_BARS)]
    assert len(gridded.bars.steps) == MAX_BARS
    assert len(gridded.warnings) == 2
    with pytest.raises(SourceError, match="after bar 16,384"):
        grid([480 * 2**22], [480])


def test_hostile_meters_cost_nothing():
    meters = [(i, 255, 64) for i in range(0, 4000, 2)] + [(4000, 255, 1), (9000, 1, 64)]
    bars = lay_bars(score_of([0], [2**30], meters), SATB, 2**40)
    assert len(bars.steps) == MAX_BARS


def test_tempos_keep_their_step_and_lose_zeros():
    score = read_midi(midi(tempo(0) + tempo(600_000, after=480) + tempo(500_000), notes(8)))
    gridded = OneSong(score)
    assert gridded.tempos.tolist() == [(4, 120.0)]
    assert gridded.warnings == ("a tempo of 0 was ignored",)


def test_a_held_note_keeps_its_end():
    score = read_midi(midi(on(60) + off(60, after=3 * BAR + 240)))
    assert OneSong(score).length.tolist() == [50]
