"""A phrase that changes with a bar: what goes on, what ends, and what begins there."""

from midigan.live.composing.splice import spliced
from midigan.live.processes.composer_messages import Note, Phrase

LINE, EARLY = 100, 10


def joined(before, after):
    both = (Phrase(3, [Note(*note) for note in notes]) for notes in (before, after))
    found = spliced(*both, LINE, EARLY)
    assert found.number == 3
    return [tuple(note[:4]) for note in found.notes]


def test_each_side_of_the_line_is_of_one_phrase():
    before = [(0, 50, 0, 60, 80), (100, 50, 0, 62, 80)]
    after = [(0, 50, 0, 70, 80), (50, 50, 0, 71, 80), (100, 50, 0, 72, 80)]
    assert joined(before, after) == [(0, 50, 0, 60), (100, 50, 0, 72)]


def test_notes_a_little_before_the_line_are_of_its_bar():
    assert joined([(92, 20, 0, 60, 80)], [(93, 20, 0, 70, 80)]) == [(93, 20, 0, 70)]


def test_what_sounds_over_the_line_ends_there_or_goes_on():
    before = [(50, 100, 0, 60, 80), (50, 100, 1, 48, 80)]
    after = [(80, 90, 1, 48, 80)]
    assert joined(before, after) == [(50, 50, 0, 60), (50, 120, 1, 48)]


def test_what_would_sound_over_the_line_begins_on_it():
    assert joined([(0, 50, 0, 60, 80)], [(40, 90, 0, 64, 80)]) == [(0, 50, 0, 60), (100, 30, 0, 64)]
