"""REAPER for tests: a stand-in of the ReaScript functions that midigan's actions call, in Lua."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

_STAND_IN = Path(__file__).with_name("reaper_scripts") / "reaper.lua"

# An action, and a look at what is then in the project.
INSERT = 'act "Insert bars at the edit cursor" show () '
REROLL = 'act "Re-roll the selected items" show () '
CONNECT = 'act "Connect midigan live" show () '
SETTINGS = 'act "Settings" show () '


def answers(tmp_path: Path) -> list[dict[str, Any]]:
    """What the command of the fixture `midigan` answered, in order."""
    return [json.loads(line) for line in (tmp_path / "answers").read_text().splitlines()]


def escaped(text: object) -> str:
    """A text as the actions keep it."""
    return "".join(f"%{byte:02X}" for byte in str(text).encode())


def run_reaper(
    home: Path, scenario: str, command: object = "", state: str = "", **choices: object
) -> list[dict[str, Any]]:
    """Run a scenario in a resource folder; returns what each of its `show ()` says.

    command, choices: settings that the user made before.
    state: Lua that sets up the stand-in's `world`.
    """
    chosen = "&".join(f"{name}={escaped(value)}" for name, value in choices.items())
    kept = {"command": escaped(command), "choices": chosen}
    made = [f'world.state["midigan/{name}"] = "{text}"' for name, text in kept.items() if text]
    file = home.parent / "scenario.lua"
    file.write_text("\n".join([*made, state, "start ()", scenario]), "utf-8")
    run = subprocess.run(
        ["lua5.4", _STAND_IN, home, file],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=home.parent,
        # A DAW that was started by a click knows no other programs.
        env={**os.environ, "HOME": str(home.parent), "PATH": "/usr/bin:/bin"},
    )
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]
