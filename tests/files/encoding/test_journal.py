"""A run that was killed goes on where it was, and ends like one that was not."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from midi_bytes import midi, notes

from midigan.errors import MidiganError
from midigan.files.encoding import journal
from midigan.files.encoding.encode import encode
from midigan.files.encoding.journal import working_folder
from midigan.layout import load_layout
from midigan.sets.phrase_set import PhraseSet

BAND = load_layout("band")

#: Encodes, and kills itself with a signal once so many files are done.
DIES = """
import os, sys
from midigan.files.encoding import journal
from midigan.files.encoding.encode import encode
from midigan.layout import load_layout
from pathlib import Path
journal.COMMIT_S = float(sys.argv[4])
def progress(done, total):
    if done == int(sys.argv[3]):
        os.kill(os.getpid(), 9)
encode([sys.argv[1]], load_layout("band"), workspace=Path(sys.argv[2]), progress=progress)
"""


@pytest.fixture
def music(tmp_path):
    """A folder of twelve files, of which two are copies and one is none."""
    folder = tmp_path / "music"
    folder.mkdir()
    for number in range(12):
        first = 40 + (2 if number == 9 else number)
        (folder / f"{number:02}.mid").write_bytes(midi(notes(32, first=first)))
    (folder / "05.mid").write_text("text")
    (folder / "11.mid").write_bytes((folder / "01.mid").read_bytes())
    return folder


def kill_after(files, music, work, commit_s=0):
    arguments = [sys.executable, "-c", DIES, music, work, files, commit_s]
    run = subprocess.run([str(a) for a in arguments], check=False)
    assert run.returncode == -signal.SIGKILL


def go_on(music, work, **options):
    said = []
    phrases, report = encode([music], BAND, workspace=work, tell=said.append, **options)
    return phrases, report, said


def columns(folder):
    return {path.name: np.load(path) for path in (folder / "columns").glob("*.npy")}


def alike(one, other):
    return one.keys() == other.keys() and all(np.array_equal(one[n], other[n]) for n in one)


@pytest.mark.parametrize("files", [1, 6, 10, 12])
def test_a_killed_run_goes_on_and_gives_the_same_columns(music, tmp_path, files):
    kill_after(files, music, tmp_path / "work")
    phrases, report, said = go_on(music, tmp_path / "work")
    whole, expected, nothing = go_on(music, tmp_path / "whole")
    assert said == [f"going on after {files} of 12 files"]
    assert nothing == []
    assert alike(columns(tmp_path / "work"), columns(tmp_path / "whole"))
    assert np.array_equal(phrases.phrases(), whole.phrases())
    assert [f.to_dict() for f in report.files] == [f.to_dict() for f in expected.files]
    assert report.to_dict() == expected.to_dict()
    assert report.copies == 2


def test_what_was_not_committed_is_done_again(music, tmp_path):
    kill_after(7, music, tmp_path / "work", commit_s=1000)
    _, _, said = go_on(music, tmp_path / "work")
    assert said == []
    whole = go_on(music, tmp_path / "whole")[0]
    assert whole.names == PhraseSet.open_folder(tmp_path / "work" / "columns").names


def change_a_file(music, work):
    (music / "02.mid").write_bytes(midi(notes(32, first=70)))


def touch_a_file(music, work):
    os.utime(music / "02.mid", ns=(1, 1))


def add_a_file(music, work):
    (music / "00a.mid").write_bytes(midi(notes(32, first=70)))


def cut_a_column(music, work):
    path = work / "columns" / "notes.npy"
    path.write_bytes(path.read_bytes()[:-600])


def spoil_the_log(music, work):
    (work / "files.jsonl").write_text("{")


def spoil_the_commit(music, work):
    (work / "commits.jsonl").write_text('{"files": 3}\n')


@pytest.mark.parametrize(
    "harm",
    [change_a_file, touch_a_file, add_a_file, cut_a_column, spoil_the_log, spoil_the_commit],
)
def test_other_files_or_a_damaged_folder_start_over(music, tmp_path, harm):
    work = tmp_path / "work"
    kill_after(8, music, work)
    harm(music, work)
    _, report, said = go_on(music, work)
    assert said == ["options or files have changed since it was stopped: starting over"]
    assert alike(columns(work), columns_of_new_run(music, tmp_path))
    assert len(report.files) == len(list(music.iterdir()))


def columns_of_new_run(music, tmp_path):
    go_on(music, tmp_path / "new")
    return columns(tmp_path / "new")


@pytest.mark.parametrize("options", [{"hop": 2}, {"keep_duplicates": True}, {"meter": "pad"}])
def test_other_options_start_over(music, tmp_path, options):
    kill_after(8, music, tmp_path / "work")
    _, _, said = go_on(music, tmp_path / "work", **options)
    assert said == ["options or files have changed since it was stopped: starting over"]


def test_a_line_cut_short_is_not_gone_on_from(music, tmp_path):
    work = tmp_path / "work"
    kill_after(8, music, work)
    path = work / "commits.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    assert go_on(music, work)[2] == ["going on after 7 of 12 files"]


def test_two_runs_do_not_share_a_folder(music, tmp_path, monkeypatch):
    pytest.importorskip("fcntl")

    def second(done, total):
        with pytest.raises(MidiganError, match="another midigan works in"):
            encode([music], BAND, workspace=tmp_path / "work")

    encode([music], BAND, workspace=tmp_path / "work", progress=second)


def test_a_full_disk_is_said_and_what_is_done_stays(music, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal.ColumnWriter, "add", full)
    with pytest.raises(MidiganError, match=r"cannot write in .*work: No space left"):
        encode([music], BAND, workspace=tmp_path / "work")


def test_a_working_folder_goes_unless_there_is_something_in_it_to_go_on_from(tmp_path):
    target = tmp_path / "set.npz"
    folder = tmp_path / "set.npz.partial"
    with working_folder(target) as work:
        work.mkdir()
    assert not folder.exists()
    for commits, left in (("", False), ("{}", True)):
        with pytest.raises(KeyboardInterrupt):
            stop(target, commits)
        assert folder.exists() == left


def stop(target, commits):
    with working_folder(target) as work:
        work.mkdir()
        (work / "commits.jsonl").write_text(commits)
        raise KeyboardInterrupt
