from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from midigan.files.placing.voices import _Dealer, split_voices


def split(*notes, voices=4):
    """Notes are (start, length, pitch); returns {(start, pitch): voice} and what is left out."""
    start, length, pitch = np.array(notes).T
    voice, _ = split_voices(start, length, pitch, voices)
    found = zip(start.tolist(), pitch.tolist(), voice.tolist(), strict=True)
    return {(s, p): v for s, p, v in found if v >= 0}, int(np.sum(voice < 0))


def test_two_hands_are_the_outer_voices():
    found, _ = split((0, 4, 72), (0, 4, 48), (4, 4, 74), (4, 4, 47))
    assert found == {(0, 72): 0, (0, 48): 3, (4, 74): 0, (4, 47): 3}


def test_inner_notes_go_where_the_voices_move_least():
    found, _ = split(
        (0, 4, 72), (0, 4, 65), (0, 4, 57), (0, 4, 48), (4, 4, 72), (4, 4, 56), (4, 4, 48)
    )
    assert found[4, 56] == 2


def test_of_more_notes_than_voices_inner_ones_are_left_out():
    found, left_out = split(*[(0, 4, pitch) for pitch in (48, 55, 60, 64, 67, 72)])
    assert left_out == 2
    assert found[0, 72] == 0
    assert found[0, 48] == 3


def test_a_melody_over_a_held_bass_stays_above_it():
    found, _ = split((0, 16, 48), (0, 4, 72), (4, 4, 71), (8, 4, 69), (12, 4, 67))
    assert found[0, 48] == 3
    assert {found[start, pitch] for start, pitch in ((4, 71), (8, 69), (12, 67))} == {0}


@settings(derandomize=True, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(1, 20), st.integers(30, 90)),
        min_size=1,
        max_size=60,
    ),
    st.integers(1, 5),
)
def test_voices_sing_one_note_at_a_time_and_nothing_is_lost_unseen(notes, voices):
    start, length, pitch = np.array(notes).T
    voice, ended = split_voices(start, length, pitch, voices)
    assert np.all((ended > 0) & (ended <= length))
    for own in range(voices):
        mine = np.flatnonzero(voice == own)
        mine = mine[np.argsort(start[mine])]
        assert np.all(start[mine][:-1] + ended[mine][:-1] <= start[mine][1:])
    for now in np.unique(start):
        sung = np.flatnonzero((start == now) & (voice >= 0))
        assert len(sung) > 0
        by_voice = sung[np.argsort(voice[sung])]
        assert np.all(np.diff(pitch[by_voice]) < 0)


def dearness(choice, pitches, step, held, until):
    """What it costs to give notes to voices: movement, cut notes, and crossed voices."""
    cost = 0.0
    for voice, pitch in zip(choice, pitches, strict=True):
        cost += abs(pitch - held[voice]) + 12 * (until[voice] > step)
        others = [v for v in range(len(held)) if until[v] > step and v not in choice]
        cost += 24 * sum((pitch - held[v]) * (voice - v) > 0 for v in others)
    return cost


@settings(derandomize=True, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.lists(st.integers(40, 80), min_size=1, max_size=4, unique=True),
            st.integers(1, 12),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_each_chord_goes_where_no_other_choice_costs_less(chords):
    dealer = _Dealer(4)
    for step, (chord, length) in enumerate(chords):
        pitches, ends = sorted(chord, reverse=True), [step + length] * len(chord)
        held, until = list(dealer.pitch), list(dealer.until)
        found = [v for _, v in dealer.deal(step, [*range(len(chord))], pitches, ends)]
        choices = list(combinations(range(4), len(chord)))
        if len(chord) > 1 and max(until) <= step:
            choices = [choice for choice in choices if {0, 3} <= set(choice)]
        costs = [dearness(choice, pitches, step, held, until) for choice in choices]
        assert tuple(found) == choices[costs.index(min(costs))]
