"""Ardour with its windows, on a display that nobody sees: runs an action as a user would.

Actions are called over OSC, by which Ardour can be remote-controlled.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from ardour import SCRIPTS
from real_parts import lack, require, wait_until

#: The ports on which Ardour listens to OSC, the first one that is free, and a display that is
#: hardly anybody's.
_OSC_PORTS = range(3819, 3840)
_DISPLAY = f":{90 + os.getpid() % 900}"

_START_S, _ATTEMPTS = 30.0, 6

#: Audio goes to the JACK server that runs, without asking.
_CONFIG = """<?xml version="1.0" encoding="UTF-8"?>
<Ardour>
<Config><Option name="try-autostart-engine" value="1"/></Config>
<Extra><AudioMIDISetup><EngineStates>
<State backend="JACK" driver="" device="" input-device="" output-device="" sample-rate="48000"
 buffer-size="1024" n-periods="0" input-latency="0" output-latency="0" lm-input="" lm-output=""
 active="1" use-buffered-io="0" midi-option="" lru="1"><MIDIDevices/></State>
</EngineStates></AudioMIDISetup></Extra>
</Ardour>
"""

#: What its user was warned of before.
_INSTANT = '<?xml version="1.0" encoding="UTF-8"?>\n<instant><no-memory-warning/></instant>\n'


def user_folder(home: Path) -> Path:
    """Ardour's folder for user files in a home, as its first start leaves it."""
    folder = home / ".config" / "ardour7"
    folder.mkdir(parents=True)
    # Says that this version was started before, and spares its welcome.
    (folder / ".a7").touch()
    (folder / "config").write_text(_CONFIG)
    (folder / "instant.xml").write_text(_INSTANT)
    return folder


def new_session(folder: Path, *tracks: str) -> None:
    """A session with MIDI tracks of these names, that listens to OSC."""
    require("ardour7-lua")
    for _ in range(_ATTEMPTS):
        made = ["ardour7-lua", str(SCRIPTS / "new_session.lua"), str(folder), *tracks]
        subprocess.run(made, capture_output=True, timeout=_START_S, check=False)
        if (file := folder / f"{folder.name}.ardour").is_file():
            text = file.read_text()
            off = 'name="Open Sound Control (OSC)" active="0"'
            assert off in text
            file.write_text(text.replace(off, off.replace("0", "1")))
            return
    lack("ardour7-lua makes no session here")


class Window:
    """A running Ardour with a session and one script in its first action slot."""

    def __init__(self, session: Path, home: Path, script: Path, params: dict[str, str]) -> None:
        require("ardour", "Xvfb", "module:pythonosc")
        _put_into_slot(home / ".config" / "ardour7", script, params)
        self._file = session / f"{session.name}.ardour"
        for _ in range(_ATTEMPTS):
            self._start(home)
            if _within(_START_S, self._listens):
                # It listens before all of its windows are there.
                time.sleep(4)
                return
            self.close()
        lack("ardour does not start here")

    def _start(self, home: Path) -> None:
        self._x = subprocess.Popen(
            ["Xvfb", _DISPLAY, "-screen", "0", "1280x800x24"], stderr=subprocess.DEVNULL
        )
        socket = Path(f"/tmp/.X11-unix/X{_DISPLAY[1:]}")
        wait_until("a display", socket.exists)
        environment = {**os.environ, "HOME": str(home), "DISPLAY": _DISPLAY}
        environment.pop("XDG_CONFIG_HOME", None)
        self._process = subprocess.Popen(
            ["ardour", str(self._file)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # The command is a script, and Ardour its child: they end together.
            start_new_session=True,
        )

    def act(self, began: Callable[[], bool], *before: str) -> None:
        """Run the script, after other actions of Ardour's, until it shows that it `began`.

        What comes before all windows are there is lost, so it is said again.
        """
        for _ in range(_ATTEMPTS):
            for action in (*before, "LuaAction/script-1"):
                self._send("/access_action", action)
            if _within(8, began):
                return
        raise AssertionError("the action did not begin")

    def saved(self, enough: Callable[[str], bool]) -> bool:
        """Save the session, and say whether what was saved the last time is enough."""
        self._send("/save_state")
        time.sleep(0.5)
        return enough(self._file.read_text())

    def play(self) -> None:
        """Start the transport."""
        self._send("/transport_play")

    def __enter__(self) -> Window:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End it."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._x.terminate()
        self._x.wait()

    def _listens(self) -> bool:
        self._port = _osc_port(self._process.pid)
        return self._port is not None

    def _send(self, address: str, *arguments: str) -> None:
        from pythonosc.udp_client import SimpleUDPClient

        with SimpleUDPClient("127.0.0.1", self._port) as client:
            client.send_message(address, list(arguments))


def _within(timeout_s: float, happened: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + timeout_s
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _osc_port(group: int) -> int | None:
    """The OSC port of a group of processes: other Ardours may run beside it."""
    ports = {}
    for line in Path("/proc/net/udp").read_text().splitlines()[1:]:
        fields = line.split()
        ports[f"socket:[{fields[9]}]"] = int(fields[1].rpartition(":")[2], 16)
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.getpgid(int(process.name)) == group:
                held = {ports.get(str(file.readlink())) for file in (process / "fd").iterdir()}
                if found := held & {*_OSC_PORTS}:
                    return min(found)
    return None


def _put_into_slot(folder: Path, script: Path, params: dict[str, str]) -> None:
    """What the Script Manager does: keep a script and its parameters as action 1."""
    source = script.read_text("utf-8")
    body = re.search(r"function factory \(params\)(.*?)^end end$", source, re.DOTALL | re.MULTILINE)
    assert body, f"{script} has no factory"
    factory = f"local params = ... {body[1]}\nend"
    state = 'scripts = {} scripts[1] = {["n"] = "action", ["c"] = "", ["a"] = {'
    state += ", ".join(f"[{_lua(name)}] = {_lua(value)}" for name, value in params.items())
    state += f'}}, ["s"] = {_lua(source)}, ["f"] = {_lua(factory)}}}'
    kept = base64.b64encode(state.encode()).decode()
    (folder / "ui_scripts").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<UIScripts>'
        f'<ActionScript lua="Lua 5.3">{kept}</ActionScript><ActionHooks/></UIScripts>'
    )


def _lua(text: str) -> str:
    """A Lua string literal."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'
