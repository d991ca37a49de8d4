"""Fixtures that tests of the plug-ins share."""

import json
import sys

import pytest
from ardour_window import user_folder
from real_parts import require

from midigan.daws.installing import install
from midigan.daws.plugin import find_plugin


@pytest.fixture
def resources(tmp_path):
    """REAPER's resource folder in a home whose name is not plain, with the plug-in installed."""
    require("lua5.4")
    folder = tmp_path / "Zoë's home" / ".config" / "REAPER"
    folder.mkdir(parents=True)
    install(find_plugin("reaper"), folder)
    return folder


@pytest.fixture
def script(tmp_path):
    """Makes a program of a shell script's lines; its words are kept, one a line."""

    def make(*lines, name="my midigan"):
        path = tmp_path / name
        path.write_text(
            "\n".join(["#!/bin/sh", f'printf "%s\\n" "$@" > "{tmp_path}/words"', *lines])
        )
        path.chmod(0o755)
        return path

    return make


@pytest.fixture
def midigan(script, tmp_path):
    """A midigan command that keeps its answers."""
    return script(f'"{sys.executable}" -m midigan "$@" | tee -a "{tmp_path}/answers"')


@pytest.fixture
def home(tmp_path):
    """A home, its name not plain, with Ardour's user files and the plug-in among them."""
    home = tmp_path / "Zoë's home"
    install(find_plugin("ardour"), user_folder(home))
    return home


@pytest.fixture
def calls(home):
    """Makes Ardour's actions call another midigan than the one that installed them."""

    def call(command):
        record = home / ".config" / "ardour7" / ".midigan-ardour.json"
        told = json.loads(record.read_text())
        record.write_text(json.dumps({**told, "command": [str(command)]}))

    return call
