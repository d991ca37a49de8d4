import stat

import pytest

from midigan.errors import MidiganError
from midigan.saving import whole_file


def test_a_file_appears_whole_with_ordinary_rights(tmp_path):
    target = tmp_path / "deep" / "file.txt"
    with whole_file(target) as beside:
        beside.write_text("new")
        assert beside.suffix == ".txt"
        assert not target.exists()
    assert target.read_text() == "new"
    (tmp_path / "plain").touch()
    assert stat.S_IMODE(target.stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)


def test_an_error_keeps_the_old_file_and_leaves_nothing_behind(tmp_path):
    target = tmp_path / "file.txt"
    target.write_text("old")
    with pytest.raises(ZeroDivisionError), whole_file(target) as beside:
        beside.write_text(f"half {1 / 0}")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_is_one_line_that_names_the_file(tmp_path):
    target = tmp_path / "file.txt"
    with (
        pytest.raises(MidiganError, match=r"cannot write .*file\.txt: No space left"),
        whole_file(target),
    ):
        raise OSError(28, "No space left on device")


def test_a_folder_in_the_way_is_named(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(MidiganError, match="cannot write"), whole_file(tmp_path / "taken" / "x"):
        pass
