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

_START_S, _ACTION_S, _ATTEMPTS = 30.0, 120.0, 6

#: Audio goes to the JACK server that runs, or nowhere, without asking. Where nothing is heard,
#: nobody throws a busy Ardour out.
_CONFIG = """<?xml version="1.0" encoding="UTF-8"?>
<Ardour>
<Config>
<Option name="try-autostart-engine" value="1"/>
<Option name="hide-dummy-backend" value="0"/>
</Config>
<Extra><AudioMIDISetup><EngineStates>
<State {backend} input-device="" output-device="" sample-rate="48000"
 buffer-size="1024" n-periods="0" input-latency="0" output-latency="0" lm-input="" lm-output=""
 active="1" use-buffered-io="0" midi-option="{midi}" lru="1"><MIDIDevices/></State>
</EngineStates></AudioMIDISetup></Extra>
</Ardour>
"""
_JACK = _CONFIG.format(backend='backend="JACK" driver="" device=""', midi="")
_NOWHERE = _CONFIG.format(
    backend='backend="None (Dummy)" driver="Normal Speed" device="Silence"',
    midi="1 in, 1 out, Silence",
)

#: What its user was warned of before.
_INSTANT = '<?xml version="1.0" encoding="UTF-8"?>\n<instant><no-memory-warning/></instant>\n'


def user_folder(home: Path) -> Path:
    """Ardour's folder for user files in a home, as its first start leaves it."""
    folder = home / ".config" / "ardour7"
    folder.mkdir(parents=True)
    # Says that this version was started before, and spares its welcome.
    (folder / ".a7").touch()
    (folder / "config").write_text(_NOWHERE)
    (folder / "instant.xml").write_text(_INSTANT)
    return folder


def use_jack(home: Path) -> None:
    """Let Ardour with that home join the JACK server that runs."""
    (home / ".config" / "ardour7" / "config").write_text(_JACK)


class Window:
    """A running Ardour with a session, and scripts in its first action slots.

    What the scripts' windows say is taken down, and their questions are answered from a list, so
    that nobody has to click: see `ardour_scripts/windows.lua`.

    before: Lua that runs before each of the scripts.
    ready: whether it has begun well; JACK often throws it out again as it begins.
    """

    def __init__(
        self,
        session: Path,
        home: Path,
        *scripts: str,
        before: str = "",
        ready: Callable[[], object] = lambda: True,
    ) -> None:
        require("ardour", "Xvfb", "module:pythonosc")
        self._told = home / "told"
        self._told.write_text("")
        folder = home / ".config" / "ardour7"
        windows = (SCRIPTS / "windows.lua").read_text().replace("TOLD", _lua(str(self._told)))
        before = f"{windows}\n{before}"
        _put_into_slots(folder, [folder / "scripts" / name for name in scripts], before)
        self._file = session / f"{session.name}.ardour"
        for _ in range(_ATTEMPTS):
            self._start(home)
            if _within(_START_S, self._listens):
                # It listens before all of its windows are there, and an import meanwhile ends it.
                time.sleep(4)
                _within(_START_S, self._rests)
                if ready():
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

    def act(self, slot: int = 1) -> str:
        """Run the script in a slot; returns what it told its user when it had ended.

        What comes before all windows are there is lost, so it is said again until it begins.
        """
        begun, ended = self._times("begun"), self._times("ended")
        for _ in range(_ATTEMPTS):
            self._send("/access_action", f"LuaAction/script-{slot}")
            if _within(20, lambda: self._times("begun") > begun):
                break
        else:
            raise AssertionError("the action did not begin")
        wait_until("the action's end", lambda: self._times("ended") > ended, _ACTION_S)
        *_, last = self._told.read_text().split("begun\n")
        return last.rpartition("ended\n")[0]

    def _times(self, line: str) -> int:
        return self._told.read_text().splitlines().count(line)

    def save(self) -> None:
        """Save the session, and wait until it is."""
        before = self._file.stat().st_mtime_ns
        self._send("/save_state")
        wait_until("a saved session", lambda: self._file.stat().st_mtime_ns > before, _ACTION_S)

    def undo(self) -> None:
        """Take the last step back, as its menu does."""
        self._send("/access_action", "Editor/undo")
        time.sleep(0.5)
        wait_until("the windows' rest", self._rests, _ACTION_S)

    def locate(self, frame: int) -> None:
        """Move the playhead."""
        self._send("/locate", frame, 0)

    def play(self) -> None:
        """Start the transport."""
        self._send("/transport_play")

    def __enter__(self) -> Window:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._x.terminate()
        self._x.wait()

    def _rests(self) -> bool:
        """Whether its windows had nothing to do for a second, nor waited for the processor."""
        stat = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/stat")
        for _ in range(20):
            time.sleep(0.05)
            if not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "S":
                return False
        return True

    def _listens(self) -> bool:
        self._port = _osc_port(self._process.pid)
        return self._port is not None

    def _send(self, address: str, *arguments: object) -> None:
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


def _put_into_slots(folder: Path, scripts: list[Path], before: str) -> None:
    """What the Script Manager does: keep scripts as actions 1, 2, ..."""
    state = "scripts = {} "
    for number, script in enumerate(scripts, 1):
        source = script.read_text("utf-8")
        begin = "function factory () return function ()"
        body = re.search(rf"^{re.escape(begin)}(.*?)^end end$", source, re.DOTALL | re.MULTILINE)
        assert body, f"{script} has no factory"
        factory = f"return function ()\n{before}\nact (function ()\n{body[1]}\nend)\nend"
        state += f'scripts[{number}] = {{["n"] = "action {number}", ["c"] = "", ["a"] = {{}}, '
        state += f'["s"] = {_lua(source)}, ["f"] = {_lua(factory)}}} '
    kept = base64.b64encode(state.encode()).decode()
    (folder / "ui_scripts").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<UIScripts>'
        f'<ActionScript lua="Lua 5.3">{kept}</ActionScript><ActionHooks/></UIScripts>'
    )


def _lua(text: str) -> str:
    """A Lua string literal."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'
