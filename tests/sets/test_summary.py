"""A summary counts right, in one block or in several."""

from dataclasses import replace

import numpy as np
import pytest
from songs import SATB, song

from midigan.sets import columns, summary
from midigan.sets.columns import ColumnGatherer
from midigan.sets.phrase_set import PhraseSet
from midigan.sets.summary import summarise
from midigan.song import TEMPO


def made(fewest_notes=1):
    bar = [(0, 4, 0, 60), (8, 8, 0, 62)]
    again = [(start + 32, *rest) for start, *rest in bar]
    songs = [
        song("a", 5, *bar, *again, tempos=np.array([(0, 100.0), (8, 30.0)], TEMPO)),
        song("b", 2, *bar, tempos=np.array([(0, 120.0)], TEMPO)),
        song("c", 2, (0, 16, 3, 40), (4, 4, 3, 45)),
        song("d", 3, (0, 4, 1, 40), tempos=np.array([(0, 140.0)], TEMPO)),
    ]
    return PhraseSet.from_songs(songs, SATB, fewest_notes=fewest_notes)


def summary_of(phrases):
    gatherer = ColumnGatherer(phrases.layout, phrases.looks)
    for own in phrases.songs():
        gatherer.add(own)
    *_, counts = gatherer.finish()
    return summarise(phrases, counts)


def test_phrases_are_counted_with_repeats_and_those_nearly_empty():
    found = summary_of(made())
    # Three of song a, and one of each other; that of d has one note.
    assert (found.phrases, found.repeated, found.nearly_empty) == (6, 2, 1)
    fewer = summary_of(made(2))
    assert (fewer.phrases, fewer.repeated, fewer.nearly_empty) == (5, 2, 1)


def test_fill_tempos_and_keys_are_those_of_the_songs():
    found = summary_of(made())
    assert found.fill == {
        "Soprano": pytest.approx(36 / 192),
        "Alto": pytest.approx(4 / 192),
        "Tenor": 0,
        "Bass": pytest.approx(16 / 192),
    }
    assert found.tempos == (100, 110, 120, 130, 140)
    assert sum(found.keys.values()) == 4


def test_a_note_that_is_held_through_short_bars_sounds_no_longer_than_they_are():
    waltz = replace(song("w", 4, (0, 60, 0, 60)), bar_steps=np.full(4, 12, np.uint16))
    found = summary_of(PhraseSet.from_songs([waltz], SATB))
    assert found.fill["Soprano"] == pytest.approx(60 / 64)


def test_blocks_change_nothing(monkeypatch):
    whole = summary_of(made())
    monkeypatch.setattr(columns, "BLOCK_SONGS", 1)
    monkeypatch.setattr(summary, "_HASHES", 3)
    assert summary_of(made()) == whole


def test_nothing_can_be_counted():
    found = summary_of(PhraseSet.from_songs([], SATB))
    assert (found.phrases, found.repeated_share, found.tempos) == (0, 0, ())


def test_songs_of_each_sub_folder_are_counted_if_there_are_any():
    assert summary_of(made()).genres == {}
    notes = (0, 4, 0, 60), (8, 8, 0, 62)
    songs = [song(name, 2, *notes) for name in ("jazz/a", "jazz/b/c", "folk/a", "d")]
    found = summary_of(PhraseSet.from_songs(songs, SATB))
    assert found.genres == {"": 1, "folk": 1, "jazz": 2}
    assert found.to_dict()["genres"] == found.genres
