import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from midigan.commands import cli
from midigan.daws.installing import install, remove, state_of
from midigan.daws.plugin import Plugin, find_plugin, shipped_plugins
from midigan.errors import MidiganError


@pytest.fixture
def plugin(tmp_path):
    """A plug-in of two scripts, for a DAW of which there are three versions."""
    source = tmp_path / "shipped" / "daw"
    (source / "scripts" / "deep").mkdir(parents=True)
    (source / "plugin.toml").write_text("")
    (source / "README.md").write_text("about")
    (source / "scripts" / "one.lua").write_text("one")
    (source / "scripts" / "deep" / "two.lua").write_text("two")
    (source.parent / "shared").mkdir()
    (source.parent / "shared" / "three.lua").write_text("three")
    places = dict.fromkeys(("linux", "macos", "windows"), (f"{tmp_path}/dåw home/daw[0-9]*",))
    shared = {"three.lua": "scripts/shared.lua"}
    return Plugin("daw", "The DAW", "plays", "look", ("no-such-daw",), places, shared, source)


@pytest.fixture
def folder(tmp_path):
    for version in (9, 10, 8):
        (tmp_path / "dåw home" / f"daw{version}").mkdir(parents=True)
    own = tmp_path / "dåw home" / "daw10"
    (own / "scripts").mkdir()
    (own / "scripts" / "mine.lua").write_text("mine")
    return own


def content(folder):
    return {path: path.is_file() and path.read_bytes() for path in sorted(folder.rglob("*"))}


def test_every_version_s_folder_is_found(plugin, folder):
    assert [path.name for path in plugin.daw_folders()] == ["daw8", "daw9", "daw10"]
    assert plugin.daw_folders()[-1] == folder
    assert plugin.program() is None
    assert list(plugin.files) == ["scripts/deep/two.lua", "scripts/one.lua", "scripts/shared.lua"]


def test_what_is_installed_is_taken_away_exactly(plugin, folder):
    before = content(folder)
    installed = install(plugin, folder)
    assert [file.read_text() for file in installed] == ["two", "one", "three"]
    assert state_of(plugin, folder) == "installed"
    gone, kept = remove(plugin, folder)
    assert (set(gone), kept) == (set(installed), [])
    assert content(folder) == before
    assert state_of(plugin, folder) == "not installed"


def test_installing_again_brings_the_newer_version_and_drops_what_it_has_not(plugin, folder):
    before = content(folder)
    install(plugin, folder)
    (plugin.source / "scripts" / "one.lua").write_text("newer")
    (plugin.source / "scripts" / "deep" / "two.lua").unlink()
    assert state_of(plugin, folder) == "older"
    install(plugin, folder)
    assert (folder / "scripts" / "one.lua").read_text() == "newer"
    assert not (folder / "scripts" / "deep" / "two.lua").exists()
    remove(plugin, folder)
    assert content(folder) == before


@pytest.mark.parametrize("installed", [True, False])
def test_a_file_of_the_user_s_is_never_overwritten(installed, plugin, folder):
    if installed:
        install(plugin, folder)
    (folder / "scripts" / "one.lua").write_text("my own")
    before = content(folder)
    with pytest.raises(MidiganError, match=r"one\.lua is not as midigan installed it"):
        install(plugin, folder)
    assert content(folder) == before


def test_a_changed_file_stays_when_the_rest_is_removed(plugin, folder):
    install(plugin, folder)
    changed = folder / "scripts" / "deep" / "two.lua"
    changed.write_text("my own")
    assert state_of(plugin, folder) == "changed"
    gone, kept = remove(plugin, folder)
    scripts = folder / "scripts"
    assert (gone, kept) == ([scripts / "one.lua", scripts / "shared.lua"], [changed])
    assert changed.read_text() == "my own"


def test_files_and_folders_that_the_user_adds_remain(plugin, folder):
    install(plugin, folder)
    added = folder / "scripts" / "deep" / "own" / "thing.lua"
    added.parent.mkdir()
    added.write_text("my own")
    _, kept = remove(plugin, folder)
    assert kept == []
    scripts = folder / "scripts"
    assert {*folder.rglob("*")} == {
        scripts, scripts / "mine.lua", scripts / "deep", added.parent, added,
    }  # fmt: skip
    # What the user's own file keeps is not midigan's to take away later.
    install(plugin, folder)
    remove(plugin, folder)
    assert added.is_file()


def test_folders_behind_links_are_written_to_and_stay_links(plugin, folder, tmp_path):
    """Settings are often links to where they are kept under version control."""
    kept = tmp_path / "dotfiles" / "scripts"
    (folder / "scripts").rename(tmp_path / "scripts")
    kept.parent.mkdir()
    (tmp_path / "scripts").rename(kept)
    (folder / "scripts").symlink_to(kept, target_is_directory=True)
    linked = tmp_path / "linked daw"
    linked.symlink_to(folder, target_is_directory=True)
    before = content(folder), content(kept)
    install(plugin, linked)
    assert (kept / "deep" / "two.lua").read_text() == "two"
    assert state_of(plugin, folder) == "installed"
    remove(plugin, linked)
    assert (content(folder), content(kept)) == before
    assert (folder / "scripts").is_symlink()
    assert linked.is_symlink()


@pytest.mark.parametrize("in_the_way", ["file", "dangling link"])
def test_a_folder_that_cannot_be_made_is_said_and_nothing_is_left(in_the_way, plugin, folder):
    (folder / "scripts" / "mine.lua").unlink()
    (folder / "scripts").rmdir()
    if in_the_way == "file":
        (folder / "scripts").write_text("no folder")
    else:
        (folder / "scripts").symlink_to(folder / "nowhere")
    before = {*folder.rglob("*")}
    with pytest.raises(MidiganError, match=r"scripts.*(move it away|File exists)"):
        install(plugin, folder)
    if state_of(plugin, folder) != "not installed":
        remove(plugin, folder)
    assert {*folder.rglob("*")} == before


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_folder_that_cannot_be_written_to_is_said(plugin):
    # Not even the superuser makes files there.
    with pytest.raises(MidiganError, match=r"cannot write /proc/\.midigan-daw\.json: .*changed"):
        install(plugin, Path("/proc"))


def test_an_installation_that_broke_off_can_be_removed(plugin, folder, monkeypatch):
    before = content(folder)

    def broken(self, data):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", broken)
        with pytest.raises(MidiganError, match="No space left"):
            install(plugin, folder)
    remove(plugin, folder)
    assert content(folder) == before


def test_what_is_not_there_is_said(plugin, folder):
    with pytest.raises(MidiganError, match="is not installed in"):
        remove(plugin, folder)
    with pytest.raises(MidiganError, match="no folder"):
        install(plugin, folder / "none")
    with pytest.raises(MidiganError, match="no plug-in 'cubase': there are ardour, reaper"):
        find_plugin("cubase")


def test_the_midigan_that_installed_is_told_and_a_record_of_before_has_none(plugin, folder):
    install(plugin, folder)
    record = folder / ".midigan-daw.json"
    told = json.loads(record.read_text())
    command = told.pop("command")
    version = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    assert told["version"] in version.stdout
    record.write_text(json.dumps(told))
    assert state_of(plugin, folder) == "installed"


@pytest.mark.parametrize("plugin", shipped_plugins(), ids=lambda plugin: plugin.name)
def test_what_ships_is_installed_and_taken_away_exactly_by_the_command(
    plugin, tmp_path, monkeypatch
):
    home = tmp_path / "Zoë Müller's home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    run = partial(CliRunner().invoke, cli)
    refused = run(["plugins", "install", plugin.name])
    assert refused.exit_code == 1
    assert "start it once" in refused.stderr

    pattern = plugin.places["linux"][0]
    monkeypatch.setattr(sys, "platform", "linux")
    folder = Path(pattern.replace("[0-9]*", "8")).expanduser()
    folder.mkdir(parents=True)
    (folder / "mine.ini").write_text("mine")
    before = content(home)
    assert run(["plugins", "install", plugin.name]).exit_code == 0
    assert {path.relative_to(folder).as_posix() for path in content(folder)} >= {*plugin.files}
    assert run(["plugins", "remove", plugin.name]).exit_code == 0
    assert content(home) == before

    portable = tmp_path / "portable Ünit"
    portable.mkdir()
    for word in ("install", "remove"):
        assert run(["plugins", word, plugin.name, "--dir", str(portable)]).exit_code == 0
    assert content(portable) == {}


@pytest.mark.parametrize("plugin", shipped_plugins(), ids=lambda plugin: plugin.name)
def test_what_ships_is_described_and_names_no_place_of_ours(plugin):
    assert plugin.places
    assert {*plugin.places} <= {"linux", "macos", "windows"}
    assert all((plugin.title, plugin.does, plugin.next_step, plugin.files))
    for source in plugin.files.values():
        text = source.read_text("utf-8")
        assert str(Path(sys.prefix)) not in text
        assert "chorales" not in text
