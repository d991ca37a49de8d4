"""What holds for every plug-in's scripts."""

import subprocess

import pytest
from real_parts import require

from midigan.shipped import shipped_folder


@pytest.mark.parametrize(
    "path", sorted(shipped_folder("plugins").glob("**/*.lua")), ids=lambda path: path.name
)
def test_every_script_is_lua(path):
    require("luac5.4")
    assert subprocess.run(["luac5.4", "-p", path], check=False, timeout=60).returncode == 0
