from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midigan.files.placing.dealer import Dealer, first_pitches
from midigan.files.placing.voices import split_voices


def split_all(start, length, *rest):
    """The voice of each note, -1 where it is left out, and its length, by `split_voices`."""
    voice, ended = np.full(len(start), -1), length.copy()
    note, voice_of, length_of = split_voices(start, length, *rest)
    assert np.all(np.diff(start[note]) >= 0)
    voice[note], ended[note] = voice_of, length_of
    return voice, ended


def split(*notes, voices=4):
    """Notes are (start, length, pitch); returns {(start, pitch): voice} and what is left out."""
    start, length, pitch = np.array(notes).T
    voice, _ = split_all(start, length, pitch, voices)
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
    voice, ended = split_all(start, length, pitch, voices)
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
    dealer = Dealer(first_pitches(4), [0] * 4)
    for step, (chord, length) in enumerate(chords):
        pitches, ends = sorted(chord, reverse=True), [step + length] * len(chord)
        held, until = list(dealer.pitch), list(dealer.until)
        found = [v for _, v in dealer.deal(step, [*range(len(chord))], pitches, ends)]
        choices = list(combinations(range(4), len(chord)))
        if len(chord) > 1 and max(until) <= step:
            choices = [choice for choice in choices if {0, 3} <= set(choice)]
        costs = [dearness(choice, pitches, step, held, until) for choice in choices]
        assert tuple(found) == choices[costs.index(min(costs))]


def random_songs(rng, songs, chords, largest, spread, longest):
    """Songs one after another: start, length and pitch of their notes, and where songs begin."""
    notes, begins, step = [], [], 0
    for _ in range(songs):
        begins.append(step)
        first = rng.integers(40, 80)
        for _ in range(rng.integers(1, 2 * chords)):
            step += int(rng.choice([1, 1, 2, 4, 40], p=[0.5, 0.2, 0.15, 0.1, 0.05]))
            first = np.clip(first + rng.integers(-spread, spread + 1), 20, 100)
            size = rng.integers(1, largest + 1) if rng.random() < 0.5 else 1
            pitches = np.clip(first + rng.integers(-spread, spread + 1, size), 0, 127)
            notes += [(step, int(rng.integers(1, longest + 1)), pitch) for pitch in pitches]
        step += longest
    return (*np.array(notes)[rng.permutation(len(notes))].T, np.array(begins))


def dealt_plainly(start, length, pitch, songs, voices, chords):
    """What `split_voices` says, note by note."""
    voice, ended = np.full(len(start), -1), length.copy()
    for begin, stop in zip(songs, [*songs[1:], np.inf], strict=True):
        dealer = Dealer(first_pitches(voices), [0] * voices)
        last = {}
        for step in np.unique(start[(start >= begin) & (start < stop)]).tolist():
            now = np.flatnonzero(start == step).tolist()
            pitches = sorted({int(pitch[n]) for n in now}, reverse=True)
            longest = [max((length[n], -n) for n in now if pitch[n] == p)[1] for p in pitches]
            chord, ends = [-n for n in longest], start + length
            if chords is not None:
                voice[chord] = chords
            own = dealer.deal(step, range(len(chord)), pitches, ends[chord].tolist())
            for note, singer in own:
                voice[chord[note]] = singer
            for note, singer in zip(chord, voice[chord].tolist(), strict=True):
                if singer >= 0 and singer != chords:
                    if singer in last:
                        before = last[singer]
                        ended[before] = min(ended[before], step - start[before])
                    last[singer] = note
    return voice, ended


@settings(derandomize=True, deadline=None, max_examples=30)
@given(
    seed=st.integers(0, 1 << 32),
    songs=st.sampled_from([1, 8, 20]),
    chords=st.sampled_from([3, 30, 150]),
    largest=st.integers(1, 9),
    spread=st.integers(1, 30),
    longest=st.integers(1, 30),
    voices=st.integers(1, 6),
    several=st.booleans(),
)
def test_songs_side_by_side_are_dealt_out_as_each_alone_note_by_note(
    seed, songs, chords, largest, spread, longest, voices, several
):
    rng = np.random.default_rng(seed)
    *notes, begins = random_songs(rng, songs, chords, largest, spread, longest)
    own = int(rng.integers(voices)) if several else None
    found = split_all(*notes, voices, own, begins)
    plain = dealt_plainly(*notes, begins, voices, own)
    assert np.array_equal(found, plain)


@pytest.mark.parametrize("voices", [2, 3, 4, 5])
@pytest.mark.parametrize(("largest", "spread", "longest"), [(2, 3, 6), (9, 12, 4), (6, 30, 30)])
def test_long_songs_are_dealt_out_as_note_by_note(voices, largest, spread, longest):
    rng = np.random.default_rng(0)
    *notes, begins = random_songs(rng, 20, 120, largest, spread, longest)
    found = split_all(*notes, voices, None, begins)
    assert np.array_equal(found, dealt_plainly(*notes, begins, voices, None))


def test_inner_notes_of_big_chords_change_what_single_ones_after_them_go_to():
    rng = np.random.default_rng(0)
    notes = []
    for step in range(0, 4000, 2):
        size = 6 if rng.random() < 0.5 else 1
        notes += [(step, 2, int(pitch)) for pitch in rng.choice(60, size, replace=False) + 40]
    columns = tuple(np.array(notes).T)
    found = split_all(*columns, 4, None, np.zeros(1, np.int64))
    assert np.array_equal(found, dealt_plainly(*columns, [0], 4, None))


def test_no_notes_have_no_voices():
    none = np.zeros(0, np.int64)
    assert [column.tolist() for column in split_voices(none, none, none, 4)] == [[], [], []]
