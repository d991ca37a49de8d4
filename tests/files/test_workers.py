"""Workers: results in order, and one bad file costs nothing else."""

import os
import time

import numpy as np
from midi_bytes import midi, name, notes

from midigan.files.encode import encode
from midigan.files.workers import Lost, each_in_workers
from midigan.layout import load_layout


def square(number):
    """What a worker does here: some numbers kill it, or keep it busy for ever."""
    if number == 13:
        os._exit(1)
    while number == 17:
        time.sleep(60)
    return number * number


def test_results_come_in_order():
    assert list(each_in_workers(square, range(12), 2)) == [n * n for n in range(12)]


def test_a_crash_or_an_endless_file_is_lost_alone():
    found = list(each_in_workers(square, [1, 13, 2, 17, 3], 2, patience_s=4))
    assert [found[i] for i in (0, 2, 4)] == [1, 4, 9]
    assert found[1] == Lost("reading it crashed")
    assert found[3] == Lost("reading it took longer than 4 s")


def test_nothing_to_do_starts_nothing():
    assert list(each_in_workers(square, [], 4)) == []


def test_several_processes_encode_what_one_does(tmp_path):
    for number in range(6):
        (tmp_path / f"{number}.mid").write_bytes(midi(notes(32, first=40 + number)))
    (tmp_path / "7.mid").write_bytes(midi(notes(32, first=42)))
    (tmp_path / "8.mid").write_bytes(midi(name("x") + notes(32, first=43)))
    (tmp_path / "9.mid").write_bytes(b"text")
    one, by_one = encode([tmp_path], load_layout("band"))
    two, by_two = encode([tmp_path], load_layout("band"), jobs=2)
    assert np.array_equal(one.notes, two.notes)
    assert one.names == two.names == tuple("012345")
    assert by_one.skipped == by_two.skipped
    assert by_one.total("notes_kept") == by_two.total("notes_kept")
