"""Workers: results in order, and one bad file costs nothing else."""

import multiprocessing
import os
import subprocess
import sys
import time
from multiprocessing import forkserver

import numpy as np
import pytest
from midi_bytes import midi, name, notes

from midigan.files.encoding.choose import find_layout
from midigan.files.encoding.encode import encode
from midigan.files.encoding.workers import Lost, each_in_workers, start_early
from midigan.files.opening.limits import MIDI_MB, limited_memory
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


def test_what_was_started_early_is_what_workers_are_forked_from():
    if "forkserver" not in multiprocessing.get_all_start_methods():
        pytest.skip("workers are not forked from another process here")
    start_early()
    early = forkserver._forkserver._forkserver_pid
    assert list(each_in_workers(square, [3], 1)) == [9]
    start_early()
    assert forkserver._forkserver._forkserver_pid == early is not None


def eat(megabytes):
    """What a worker does here: take memory within the limit, or beyond it."""
    with limited_memory(64):
        try:
            return len(bytearray(megabytes << 20)) >> 20
        except MemoryError:
            return "too much"


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux alone")
def test_memory_is_limited_for_each_item():
    assert list(each_in_workers(eat, [8, 300, 8, 300], 1)) == [8, "too much", 8, "too much"]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux alone")
def test_a_file_that_eats_memory_is_lost_alone(tmp_path):
    (tmp_path / "a.mid").write_bytes(midi(notes(32)))
    # Three million notes, a few bytes each.
    (tmp_path / "b.mid").write_bytes(
        midi(b"\x00\x90" + b"\x3c\x40\x00\x3c\x00\x00" * 3_000_000 + b"\x3c\x00")
    )
    (tmp_path / "c.mid").write_bytes(midi(notes(32, first=50)))
    phrases, report = encode([tmp_path], load_layout("band"), jobs=1)
    assert phrases.names == ("a", "c")
    assert [reason for _, reason in report.skipped] == [
        f"reading it takes more than {MIDI_MB} MB of memory"
    ]


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


def test_a_layout_is_chosen_in_workers_as_without(tmp_path):
    for number in range(4):
        (tmp_path / f"{number}.mid").write_bytes(midi(notes(32, channel=9), notes(32)))
    (tmp_path / "5.mid").write_bytes(b"text")
    assert find_layout([tmp_path], jobs=1) == find_layout([tmp_path])


def test_a_script_needs_no_guard_for_the_sake_of_workers(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.mid").write_bytes(midi(notes(8, first=50 + number)))
    script = tmp_path / "script.py"
    script.write_text(
        "from midigan.files.encoding.encode import encode\n"
        "from midigan.layout import load_layout\n"
        f"phrases, _ = encode([{str(tmp_path)!r}], load_layout('band'), jobs=2, meter='pad')\n"
        "print(len(phrases.names))\n"
    )
    told = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (told.stdout, told.stderr, told.returncode) == ("3\n", "", 0)
