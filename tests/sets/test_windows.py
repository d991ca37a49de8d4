"""Windows: which phrases are left out, and which are alike."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from songs import SATB, song

from midigan.layout import load_layout
from midigan.sets.phrase_set import PhraseSet
from midigan.sets.timeline import lay_songs
from midigan.sets.windows import Looks, Sounding, Windows, find_windows
from midigan.song import Song


def test_phrases_of_too_few_notes_are_left_out():
    own = song("x", 6, (0, 4, 0, 60), (20, 40, 1, 60), (64, 4, 2, 50), (70, 2, 2, 50))
    for fewest, expected in ((1, [0, 1, 2, 3, 4]), (2, [0, 3, 4]), (3, [3])):
        windows, _ = find_windows(np.array([0, 6]), own.notes, SATB, Looks(1, fewest))
        assert windows.tolist() == expected, fewest


def test_alike_phrases_have_the_same_number_whatever_their_velocity_and_song():
    bar = [(0, 4, 0, 60), (4, 12, 0, 62), (0, 16, 3, 40)]
    first = song("a", 4, *bar, *((s + 16, n, t, p) for s, n, t, p in bar))
    louder = first.notes.copy()
    louder["velocity"] = 100
    second = song(
        "b",
        7,
        *(
            (s + 64, n, t, p)
            for s, n, t, p in first.notes[list(first.notes.dtype.names[:4])].tolist()
        ),
    )
    phrases = PhraseSet.from_songs([first, second, Song("c", louder, first.bar_steps)], SATB)
    hashes = phrases.hashes()
    start = {int(bar): value for bar, value in zip(phrases.windows, hashes, strict=True)}
    assert start[0] == start[4 + 4] == start[11]
    assert start[0] != start[1]


@settings(deadline=None)
@given(st.data())
def test_numbers_are_alike_just_where_rendered_phrases_are(data):
    layout = load_layout("piano")
    row = st.tuples(st.integers(0, 11), st.just(1), st.integers(0, 1), st.integers(60, 61))
    rows = sorted(data.draw(st.sets(row, max_size=12)))
    own = song("x", 8, *((s * 8, n * 8, t, p) for s, n, t, p in rows))
    phrases = PhraseSet.from_songs([own], layout)
    notes = [
        tuple(
            sorted(
                (s - w * 16, n, t, p)
                for s, n, t, p, _ in own.notes.tolist()
                if w * 16 <= s < w * 16 + 32
            )
        )
        for w in phrases.windows.tolist()
    ]
    hashes = phrases.hashes().tolist()
    assert len(set(hashes)) == len(set(notes))
    assert len(set(zip(hashes, notes, strict=True))) == len(set(notes))


def test_what_is_held_in_counts_and_a_drum_held_longer_does_not():
    held = song("a", 3, (0, 20, 0, 60), (20, 4, 0, 62), (24, 4, 0, 62))
    short = song("b", 3, (0, 4, 0, 60), (20, 4, 0, 62), (24, 4, 0, 62))
    phrases = PhraseSet.from_songs([held, short], SATB)
    hashes = dict(zip(phrases.windows.tolist(), phrases.hashes().tolist(), strict=True))
    assert hashes[1] != hashes[4]
    drums = PhraseSet.from_songs([held, short], load_layout("band"))
    hashes = dict(zip(drums.windows.tolist(), drums.hashes().tolist(), strict=True))
    assert hashes[1] == hashes[4]


@given(st.data())
def test_notes_that_sound_in_a_window_are_counted(data):
    layout = load_layout("piano")
    row = st.tuples(st.integers(0, 95), st.integers(1, 40), st.just(0), st.integers(60, 63))
    own = song("x", 6, *sorted(data.draw(st.sets(row, max_size=12))))
    found = Windows.on(np.array([0, 6]), own.notes, layout)
    assert found.bars.tolist() == list(range(6 - layout.bars + 1))
    for window, count in zip(found.bars.tolist(), found.counts.tolist(), strict=True):
        begin, stop = window * layout.steps, (window + layout.bars) * layout.steps
        assert count == sum(s < stop and s + n > begin for s, n, *_ in own.notes.tolist())


@given(st.data())
def test_windows_span_all_notes_that_they_need(data):
    layout = load_layout("band")
    row = st.tuples(st.integers(0, 95), st.integers(1, 50), st.integers(0, 1), st.integers(60, 61))
    rows = sorted(data.draw(st.sets(row, max_size=12)))
    first, second = (
        song("x", 6, *((s, min(n, 96 - s), t, p) for s, n, t, p in own))
        for own in (rows[::2], rows[1::2])
    )
    songs = lay_songs([first, second], layout)
    windows, spans = find_windows(songs.first_bar, songs.notes, layout, Looks())
    rows = [(s, s + n) for s, n, *_ in songs.notes.tolist()]
    for bar, (begin, stop) in zip(windows.tolist(), spans.tolist(), strict=True):
        step, end = bar * layout.steps, bar * layout.steps + layout.phrase_steps
        assert begin == next(i for i, (_, last) in enumerate(rows) if last > step)
        # What begins just behind a window may be struck again there; not what is another song's.
        own = len(first.notes) if bar < 6 else len(rows)
        assert stop == min(sum(start <= end for start, _ in rows), own)


def test_a_hit_sounds_for_a_step_however_long_it_is_held():
    layout = load_layout("band")
    drum = [track.drum for track in layout.tracks].index(True)
    own = song("x", 4, (0, 8, drum, 60), (4, 8, drum + 1, 60))
    sounding = Sounding.of(own.notes, layout, own.bars)
    assert sounding.lasts.tolist() == [1, 8]
    assert sounding.end.tolist() == [8, 12]
