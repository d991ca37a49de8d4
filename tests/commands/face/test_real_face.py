"""The view of a real session, played with keys in a terminal into a real JACK server."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("termios", reason="the job control of POSIX terminals")

from pseudo_terminal import ENTERED, LEFT, plain, shell
from real_parts import Receiver, jack_server, wait_until

#: The screen that was there before, with a cursor.
SHOWN = f"{LEFT}\x1b[?25h"

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def receiver():
    with jack_server():
        receiver = Receiver("Face")
        yield receiver
        receiver.close()


def silent(receiver):
    """Whether all has been released, as far as the receiver has been told by now."""
    try:
        receiver.assert_silent()
    except AssertionError:
        return False
    return True


def live(*arguments, **how):
    command = ["-m", "midigan", "live", *map(str, arguments), "--tempo", "240", "--seed", "3"]
    return shell(*command, PYTHONPATH=str(ROOT), **how)


def test_a_session_is_shown_and_played_with_keys(receiver, tiny_band):
    with live(tiny_band, "--port", "face in") as terminal:
        terminal.wait("bar 3", lambda: terminal.shows("bar 3"))
        for key, line in (("2", "Bass muted"), ("C", "chords locked"), ("\x1b[B", "walk 0.90")):
            terminal.type(key)
            terminal.wait(line, lambda said=line: terminal.shows(said))
        picture = "\n".join(terminal.picture())
        assert " muted " in picture
        assert "chords locked" in picture
        assert "240 bpm" in picture
        assert any(half in picture for half in "▀▄█")
        terminal.type("q")
        assert terminal.told() == "ended True 0"
        summary = plain(terminal.everything.rpartition(LEFT)[2])
        assert "late at most" in summary
        assert "Bass muted" not in summary
    wait_until("silence", lambda: silent(receiver))


def test_it_may_be_lines_or_nothing(receiver, tiny_band):
    for option, words in (("--plain", "band to Face:in"), ("--quiet", "")):
        with live(tiny_band, "--port", "face in", "--bars", 1, option) as terminal:
            assert terminal.told() == "ended True 0"
            assert "\x1b[?1049h" not in terminal.everything
            text = plain(terminal.everything)
            assert words in text if words else not text


def test_who_shows_it_stays_light():
    code = (
        "import midigan.live.sessions.session, midigan.commands.live, sys\n"
        "import midigan.commands.face.frame, midigan.commands.face.view\n"
        "print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"torch", "music21", "matplotlib", "numpy", "onnxruntime", "symusic", "pretty_midi"}
    assert not set(run.stdout.split()) & heavy


def test_it_goes_on_after_ctrl_z_and_ends_with_ctrl_c(receiver, tiny_band):
    with live(tiny_band, "--port", "face in") as terminal:
        terminal.wait("bar 2", lambda: terminal.shows("bar 2"))
        terminal.type("\x1a")
        assert terminal.told() == "stopped True"
        assert terminal.everything.count(LEFT) == 1
        heard = len(receiver.notes)
        os.killpg(terminal.job, signal.SIGCONT)
        terminal.wait("view", lambda: terminal.everything.count(ENTERED) == 2)
        terminal.wait("notes", lambda: len(receiver.notes) > heard + 40)
        terminal.type("\x03")
        assert terminal.told() == "ended True 0"
        assert terminal.everything.count(LEFT) == 2
    wait_until("silence", lambda: silent(receiver))


def test_a_killed_session_gives_the_terminal_back(receiver, tiny_band):
    with live(tiny_band, "--port", "face in") as terminal:
        terminal.wait("bar 2", lambda: terminal.shows("bar 2"))
        os.kill(terminal.job, signal.SIGKILL)
        assert terminal.told().endswith(f" {-signal.SIGKILL}")
        terminal.wait("the screen before", lambda: terminal.everything.endswith(SHOWN))
    wait_until("silence", lambda: silent(receiver))
