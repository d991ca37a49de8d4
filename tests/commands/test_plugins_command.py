import json
import sys

import pytest
from click.testing import CliRunner

from midigan.commands import cli


def run(*arguments):
    return CliRunner().invoke(cli, ["plugins", *(str(argument) for argument in arguments)])


@pytest.fixture
def home(tmp_path, monkeypatch):
    home = tmp_path / "Zoë's home"
    home.mkdir()
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return home


def test_plugins_are_listed_with_what_is_there(home):
    result = run()
    assert result.exit_code == 0
    assert "ardour" in result.output
    assert "start the DAW once" in result.output
    (about, *_) = json.loads(run("--json").output)["plugins"]
    assert (about["plug-in"], about["user files"]) == ("ardour", {})


def test_every_version_of_a_daw_is_listed_and_the_newest_that_has_it_loses_it(home, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    old, new = (home / ".config" / f"ardour{version}" for version in (7, 8))
    old.mkdir(parents=True)
    assert run("install", "ardour").exit_code == 0
    new.mkdir()
    about, _ = json.loads(run("--json").output)["plugins"]
    assert about["user files"] == {str(old): "installed", str(new): "not installed"}
    assert f"installed in {old}\nnot installed in {new}\n" in run().output
    assert run("remove", "ardour").exit_code == 0
    assert list(old.iterdir()) == []
    again = run("remove", "ardour")
    assert again.exit_code == 1
    assert f"not installed in {new}" in again.stderr.replace("\n", " ")


def test_a_plug_in_that_is_for_other_systems_says_so(home, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    result = run("install", "ardour")
    assert result.exit_code == 1
    assert "the ardour plug-in runs on linux and macos, not on windows" in result.stderr


def test_a_plug_in_goes_into_a_named_folder_and_out_again(tmp_path):
    folder = tmp_path / "portable daw"
    folder.mkdir()
    result = run("install", "ardour", "--dir", folder)
    assert result.exit_code == 0, result.output
    assert "Script Manager" in result.output
    assert list(folder.rglob("*.lua"))
    result = run("remove", "ardour", "--dir", folder)
    assert result.exit_code == 0, result.output
    assert list(folder.iterdir()) == []


def test_a_daw_that_was_never_started_is_said_to_be(home):
    result = run("install", "ardour")
    assert result.exit_code == 1
    assert "start it once, or name its folder with --dir" in result.stderr
