"""How the plug-in for REAPER finds and calls midigan, on the three systems."""

import json
import sys
from pathlib import Path

import pytest
from reaper import INSERT, REROLL, answers, run_reaper


def test_the_midigan_that_installed_it_is_found(resources, tiny_generator):
    record = json.loads((resources / ".midigan-reaper.json").read_text())
    assert record["command"] == [sys.executable, "-P", "-m", "midigan"]
    (shown,) = run_reaper(resources, INSERT, generator=tiny_generator)
    assert (shown["asked"], shown["said"], len(shown["items"])) == ([], [], 4)


def test_a_midigan_of_pipx_is_found_in_the_home(resources, midigan, tiny_generator):
    (resources / ".midigan-reaper.json").unlink()
    place = resources.parent / ".local" / "bin" / "midigan"
    place.parent.mkdir(parents=True)
    place.symlink_to(midigan)
    (shown,) = run_reaper(resources, INSERT, generator=tiny_generator)
    assert (shown["asked"], shown["said"], len(shown["items"])) == ([], [], 4)


def test_where_midigan_is_missing_the_user_is_asked_once(resources, midigan, tiny_generator):
    (resources / ".midigan-reaper.json").unlink()
    state = f'world.inputs = {{ false, "no such file", "{midigan}" }}'
    cancelled, wrong, first, second = run_reaper(
        resources, INSERT * 4, generator=tiny_generator, state=state
    )
    assert "'midigan plugins install reaper' tells REAPER where midigan is" in cancelled["said"][0]
    assert wrong["said"][1] == "There is no file no such file. Nothing was changed."
    assert (cancelled["items"], wrong["items"], wrong["undo"]) == ([], [], [])
    assert (len(first["items"]), len(second["items"])) == (4, 8)
    assert len(second["asked"]) == 3


def test_paths_of_windows_reach_midigan_whole(resources, midigan, tiny_generator, tmp_path):
    program = "C:\\Users\\Zoë O'Neil & Co\\.local\\bin\\midigan.exe"
    state = f"""
    world.os = "Win64"
    world.recordings = 'C:\\\\Users\\\\Zoë O\\'Neil & Co\\\\100% "REAPER" Media\\\\'
    world.programs["{program.replace(chr(92), chr(92) * 2)}"] = {{ "{midigan}" }}
    """
    first, second = run_reaper(
        resources, f"{INSERT} {REROLL}", program, state, generator=tiny_generator
    )
    assert (first["said"], second["said"]) == ([], [])
    assert len(first["items"]) == 4
    folder = 'C:\\Users\\Zoë O\'Neil & Co\\100% "REAPER" Media\\\\midigan'
    assert second["called"][0][-4:] == ["-o", folder, "--", str(tiny_generator)]
    assert [answer["bars"] for answer in answers(tmp_path)] == [8, 8]


def test_windows_looks_into_the_user_s_own_folder(resources, midigan, tiny_generator, monkeypatch):
    monkeypatch.setenv("USERPROFILE", "C:\\Users\\Zoë")
    (resources / ".midigan-reaper.json").unlink()
    state = f"""
    world.os = "Win64"
    world.programs["C:\\\\Users\\\\Zoë/.local/bin\\\\midigan.exe"] = {{ "{midigan}" }}
    """
    (shown,) = run_reaper(resources, INSERT, generator=tiny_generator, state=state)
    assert (shown["asked"], shown["said"], len(shown["items"])) == ([], [], 4)


@pytest.mark.parametrize("system", ["Other", "OSX64", "macOS-arm64"])
def test_the_command_line_of_unix_needs_no_quoting(system, resources, midigan, tiny_generator):
    (shown,) = run_reaper(
        resources, INSERT, midigan, f'world.os = "{system}"', generator=tiny_generator
    )
    (words,) = shown["called"]
    assert len(words) == 1
    assert words[0].isascii()
    assert " " not in words[0]
    assert not Path(words[0]).exists()
    assert len(shown["items"]) == 4
