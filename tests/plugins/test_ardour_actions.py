"""The plug-in for Ardour, in Ardour."""

import json
import os
import re
import subprocess
import sys

import mido
import pytest
from ardour import SCRIPTS
from ardour_window import Window, new_session, user_folder
from real_parts import Midigan, Receiver, jack_server, wait_until

from midigan.daws.installing import install
from midigan.daws.plugin import find_plugin


@pytest.fixture(scope="module")
def jack_name():
    with jack_server(f"window{os.getpid()}") as server:
        yield server


@pytest.fixture
def home(jack_name, tmp_path):
    """A home, its name not plain, with Ardour's user files and the plug-in among them."""
    home = tmp_path / "Zoë's home"
    install(find_plugin("ardour"), user_folder(home))
    return home


@pytest.fixture
def midigan(tmp_path):
    """A midigan command that keeps its answers."""
    script = tmp_path / "my midigan"
    script.write_text(
        f'#!/bin/sh\n"{sys.executable}" -m midigan "$@" | tee "{tmp_path}/answer.json"\n'
    )
    script.chmod(0o755)
    return script


def script(home, name):
    return home / ".config" / "ardour7" / "scripts" / name


def notes_in(session, folder):
    """The notes of each track in a session that is opened anew, and its regions' names."""
    folder.mkdir(exist_ok=True)
    command = ["ardour7-lua", str(SCRIPTS / "notes.lua"), str(session), str(folder)]
    for _ in range(6):
        said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if "done" in said.stdout.splitlines():
            break
    rows = [line.split("\t")[1:] for line in said.stdout.splitlines() if line.startswith("note\t")]
    return {(row[0], *map(float, row[2:])) for row in rows}, {(row[0], row[1]) for row in rows}


def has_regions(seed, count):
    """Whether a session file names at least `count` regions whose seed begins so."""

    def enough(text):
        return len(set(re.findall(rf'name="(\w+ midigan {seed}[^"]*)"', text))) >= count

    return enough


def expected(answer, at_beat=0.0):
    (clip,) = answer["clips"]
    return {
        (track["name"], at_beat, *map(float, note), float(track["channel"]))
        for track in clip["tracks"]
        for note in track["notes"]
    }


def test_bars_are_inserted_saved_reopened_and_exported(home, midigan, tiny_generator, tmp_path):
    session = tmp_path / "session"
    new_session(session)
    params = {"midigan": str(midigan), "bars": "4", "generator": str(tiny_generator), "key": "D"}
    with Window(session, home, script(home, "midigan_insert_bars.lua"), params) as window:
        window.act((session / "midigan").exists)
        wait_until("four regions", lambda: window.saved(has_regions("", 4)), 60)
    answer = json.loads((tmp_path / "answer.json").read_text())
    assert (answer["bars"], answer["beats"], answer["tempo_bpm"]) == (4, 16, 120)
    found, regions = notes_in(session, tmp_path / "exported")
    assert found == expected(answer)
    seed = answer["seed"]
    assert {name for _, name in regions} == {f"{track} midigan {seed}-0-4" for track, _ in regions}
    exported = mido.MidiFile(next((tmp_path / "exported").glob("*.mid")))
    assert any(message.type == "note_on" for message in exported)

    # Nothing but the region of the last track that was made is selected now.
    del params["bars"]
    # The action makes this file before midigan has answered, which may take a busy machine long.
    (asked := session / "midigan" / "answer.json").unlink()
    with Window(session, home, script(home, "midigan_reroll.lua"), params) as window:
        window.act(asked.exists, "Editor/select-all-objects")
        wait_until("another region", lambda: window.saved(has_regions(f"{seed}-1", 1)), 60)
    again = json.loads((tmp_path / "answer.json").read_text())
    now, regions = notes_in(session, tmp_path / "exported")
    (other,) = {track for track, name in regions if f"{seed}-1-4" in name}
    assert {note for note in now if note[0] != other} == {
        note for note in found if note[0] != other
    }
    rerolled = {note for note in now if note[0] == other}
    assert rerolled == {note for note in expected(again) if note[0] == other}
    assert rerolled != {note for note in found if note[0] == other}


@pytest.mark.parametrize("said", ["nonsense; exit 0", 'echo \'{"error": "no"}\'; exit 1'])
def test_a_wrong_answer_changes_nothing(said, home, tmp_path):
    session = tmp_path / "session"
    new_session(session)
    wrong = tmp_path / "wrong"
    wrong.write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\necho {said}\n")
    wrong.chmod(0o755)
    params = {"midigan": str(wrong), "bars": "4"}
    with Window(session, home, script(home, "midigan_insert_bars.lua"), params) as window:
        window.act((tmp_path / "asked").exists)
        window.saved(bool)
    assert notes_in(session, tmp_path / "exported") == (set(), set())


def test_midigan_live_is_connected_track_by_track_and_follows_the_clock(
    home, tiny_generator, tmp_path
):
    session = tmp_path / "session"
    new_session(session, "Bass")
    # The midigan that installed the plug-in is found.
    params = {"midigan": "", "generator": str(tiny_generator)}
    receiver = Receiver("listener")
    live = Midigan("live", tiny_generator, "--virtual", "--backend", "jack", "--sync", "midi")
    try:
        (source,) = wait_until(
            "a port", lambda: receiver.client.get_ports("midigan", is_output=True), 60
        )

        def connected():
            return receiver.client.get_all_connections(source)

        with Window(session, home, script(home, "midigan_connect.lua"), params) as window:
            window.act(connected)
            wait_until("four tracks", lambda: len(connected()) == 4, 60)
            voices = ("Soprano", "Alto", "Tenor", "Bass")
            assert {port.name for port in connected()} == {
                f"ardour:{voice}/midi_in 1" for voice in voices
            }
            wait_until("channels", lambda: window.saved(lambda text: channels(text) == 4), 60)
            receiver.connect("midigan:")
            window.play()
            wait_until("notes in Ardour's time", lambda: receiver.notes, 60)
    finally:
        live.process.terminate()
        live.end()
        receiver.close()


def channels(text):
    """How many tracks of a session file record one channel of the first four, each its own."""
    mask = r'capture-channel-mode="FilterChannels" [^>]*?capture-channel-mask="0x(\w+)"'
    return len({int(found, 16) for found in re.findall(mask, text)} & {1, 2, 4, 8})
