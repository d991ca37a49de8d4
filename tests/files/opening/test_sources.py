import os
import socket

import pytest
from midi_bytes import midi, notes

from midigan.errors import MidiganError, SourceError
from midigan.files.opening.read import MAX_BYTES, read_bytes
from midigan.files.opening.sources import find_sources, printable

GOOD = midi(notes(8))


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "music"
    (root / "deep").mkdir(parents=True)
    for name in ("b.mid", "A.MID", "deep/c.kar", ".hidden.mid", "notes.txt", "no_suffix"):
        (root / name).write_bytes(GOOD)
    return root


def names(sources):
    return [source.name for source in find_sources(sources)[0]]


def test_a_folder_is_walked_in_order_for_midi_files(folder):
    assert names([folder]) == ["A", "b", "deep/c", "no_suffix"]


def test_a_file_that_is_named_is_taken_whatever_its_suffix(folder):
    assert names([folder / "no_suffix", folder / "notes.txt"]) == ["no_suffix", "notes"]


def test_patterns_are_expanded(folder):
    assert names([f"{folder}/*.mid"]) == ["b"]
    assert names([f"{folder}/**/*.kar"]) == ["c"]


def test_a_file_found_twice_is_read_once_and_equal_names_are_told_apart(folder):
    other = folder / "deep" / "b.mid"
    other.write_bytes(GOOD)
    assert names([folder / "b.mid", folder / "b.mid", other]) == ["b", "b-2"]


def test_a_number_behind_a_name_is_nobody_elses_name(tmp_path):
    for folder, stem in (("1", "b"), ("2", "b"), ("3", "b-2"), ("4", "b")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{stem}.mid").write_bytes(GOOD)
    every = sorted(tmp_path.glob("*/*.mid"))
    assert names(every) == ["b", "b-3", "b-2", "b-4"]
    assert names([*every, tmp_path / "1"]) == ["b", "b-3", "b-2", "b-4"]
    assert names([tmp_path]) == ["1/b", "2/b", "3/b-2", "4/b"]


def test_a_part_of_an_npz_may_be_named(folder):
    (folder / "jsb.npz").write_bytes(b"")
    (source,) = find_sources([f"{folder}/jsb.npz:train"])[0]
    assert (source.name, source.split) == ("jsb-train", "train")


def test_a_source_that_is_not_there_is_an_error(folder):
    with pytest.raises(MidiganError, match="no file or folder"):
        find_sources([folder / "missing"])


def test_links_that_lead_nowhere_or_round_are_named_not_followed(folder):
    (folder / "round").symlink_to(folder)
    (folder / "circle").symlink_to(folder / "circle")
    (folder / "dangling.mid").symlink_to(folder / "gone.mid")
    (folder / "folder.mid").mkdir()
    files, problems = find_sources([folder])
    assert [file.name for file in files] == ["A", "b", "dangling", "deep/c", "no_suffix"]
    assert [reason for _, reason in problems] == ["a link to a folder already read"]
    with pytest.raises(SourceError, match="cannot be opened"):
        read_bytes(files[2].path)


def test_names_that_are_not_text_print_safely():
    assert printable(os.fsdecode(b"caf\xe9\n.mid")) == "caf\\udce9\\n.mid"


def test_only_regular_files_are_opened(tmp_path, monkeypatch):
    pipe = tmp_path / "pipe.mid"
    os.mkfifo(pipe)
    with pytest.raises(SourceError, match="not a regular file"):
        read_bytes(pipe)
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.mid")
        with pytest.raises(SourceError, match="cannot be opened"):
            read_bytes(tmp_path / "socket.mid")


def test_huge_files_are_refused_unread(tmp_path):
    huge = tmp_path / "huge.mid"
    with huge.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(SourceError, match="larger than 64 MB"):
        read_bytes(huge)


@pytest.mark.parametrize(
    ("name", "said"),
    [("huge", r"a zip archive \(unpack"), ("huge.wav", r"audio \(midigan reads notes")],
)
def test_huge_files_of_other_kinds_are_told_from_music(tmp_path, name, said):
    huge = tmp_path / name
    with huge.open("wb") as file:
        file.write(b"PK\3\4")
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(SourceError, match=said):
        read_bytes(huge)


def test_midi_without_a_suffix_is_found_by_its_first_bytes(tmp_path):
    (tmp_path / "tune").write_bytes(b"MThd and more")
    (tmp_path / "wrapped").write_bytes(b"RIFF\0\0\0\0RMIDdata")
    (tmp_path / "README").write_bytes(b"text")
    os.mkfifo(tmp_path / "pipe")
    assert names([tmp_path]) == ["tune", "wrapped"]
