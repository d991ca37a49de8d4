import json

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
    assert "not installed" in result.output
    (about, *_) = json.loads(run("--json").output)["plugins"]
    assert (about["plug-in"], about["user files"]) == ("ardour", None)


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
