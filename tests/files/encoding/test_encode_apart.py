"""Groups of files in worker processes: what comes of each is as if it were alone."""

import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from midi_bytes import midi, name, notes

from midigan.files.encoding import encode_apart
from midigan.files.encoding.encode import encode
from midigan.files.encoding.encode_apart import each_file
from midigan.files.encoding.workers import Lost
from midigan.files.opening.limits import MIDI_MB
from midigan.files.opening.sources import Source, find_sources
from midigan.layout import load_layout


def length(group: list[Source]) -> list[int]:
    """What a worker does here: some files kill it, or keep it busy for ever."""
    for source in group:
        if source.name == "crash":
            os._exit(1)
        while source.name == "endless":
            time.sleep(60)
        if source.name == "defect":
            raise ValueError("a defect")
    return [len(Path(source.path).read_bytes()) for source in group]


@pytest.fixture
def files(tmp_path):
    for number in range(12):
        (tmp_path / f"{number:02}.mid").write_bytes(bytes(number))
    return list(find_sources([tmp_path])[0])


@pytest.mark.parametrize("jobs", [1, 2])
def test_files_come_in_order(files, jobs):
    assert list(each_file(files, length, jobs)) == list(zip(files, range(12), strict=True))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_bad_file_of_a_group_is_lost_alone(files, jobs, monkeypatch):
    monkeypatch.setattr(encode_apart, "seconds_for", lambda path: 5.0)
    bad = {1: "crash", 4: "endless", 7: "defect", 8: "crash"}
    for number, stem in bad.items():
        files[number] = Source(files[number].path, stem)
    found = [result for _, result in each_file(files, length, jobs)]
    assert [found[i] for i in range(12) if i not in bad] == [0, 2, 3, 5, 6, 9, 10, 11]
    assert found[1] == found[8] == Lost("reading it crashed")
    assert found[4] == Lost("reading it took longer than 5 s")
    assert found[7] == Lost("unexpected ValueError while reading it: a defect")


def test_groups_are_small_in_files_and_bytes_and_print_is_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(encode_apart, "_GROUP_BYTES", 100)
    monkeypatch.setattr(encode_apart, "_GROUP_FILES", 3)
    monkeypatch.setattr(encode_apart, "_FEWEST_FILES", 3)
    names = ("a.mid", "b.mid", "c.mid", "d.mid", "e.xml", "f.mid", "g.mid", "h.mid", "i.mid")
    for stem, size in zip(names, (60, 40, 1, 900, 1, 1, 1, 1, 1), strict=True):
        (tmp_path / stem).write_bytes(bytes(size))
    files = [Source(str(tmp_path / stem), stem) for stem in (*names, "gone.mid")]
    groups = ["".join(s.name[0] for s in group) for group in encode_apart._groups(files, 1)]
    assert groups == ["ab", "c", "d", "e", "fgh", "ig"]


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_groups_get_smaller_towards_the_end(tmp_path, jobs):
    (tmp_path / "a.mid").write_bytes(b"MThd")
    files = [Source(str(tmp_path / "a.mid"), str(number)) for number in range(1000)]
    groups = list(encode_apart._groups(files, jobs))
    sizes = [len(group) for group in groups]
    assert [source for group in groups for source in group] == files
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == encode_apart._GROUP_FILES
    assert sizes[-1] <= encode_apart._FEWEST_FILES


@pytest.mark.parametrize("jobs", [1, 2, 3])
@pytest.mark.parametrize("keep_duplicates", [False, True])
def test_copies_are_judged_as_if_files_came_one_by_one(
    tmp_path, jobs, keep_duplicates, monkeypatch
):
    for number in range(20):
        # Copies of bytes, and of notes under another name, in one group and across groups.
        data = notes(32, first=40 + number % 7)
        (tmp_path / f"{number:02}.mid").write_bytes(midi(name("x" * (number % 3)) + data))
    (tmp_path / "04 text.mid").write_bytes(b"text")

    def result(jobs):
        phrases, report = encode(
            [tmp_path], load_layout("band"), jobs=jobs, keep_duplicates=keep_duplicates
        )
        return phrases, [file.to_dict() for file in report.files]

    expected, reports = result(0)
    assert len(expected.names) == (20 if keep_duplicates else 7)
    for most in (encode_apart._GROUP_FILES, 1):
        monkeypatch.setattr(encode_apart, "_GROUP_FILES", most)
        found, told = result(jobs)
        assert told == reports
        assert found.names == expected.names
        assert np.array_equal(found.notes, expected.notes)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux alone")
def test_a_file_that_eats_memory_costs_no_other_of_its_group(tmp_path, monkeypatch):
    monkeypatch.setattr(encode_apart, "_GROUP_BYTES", 1 << 30)
    monkeypatch.setattr(encode_apart, "_FEWEST_FILES", 4)
    for stem in "acd":
        (tmp_path / f"{stem}.mid").write_bytes(midi(notes(32, first=ord(stem) - 50)))
    # Three million notes, a few bytes each.
    (tmp_path / "b.mid").write_bytes(
        midi(b"\x00\x90" + b"\x3c\x40\x00\x3c\x00\x00" * 3_000_000 + b"\x3c\x00")
    )
    phrases, report = encode([tmp_path], load_layout("band"), jobs=1)
    assert phrases.names == ("a", "c", "d")
    assert [reason for _, reason in report.skipped] == [
        f"reading it takes more than {MIDI_MB} MB of memory"
    ]
