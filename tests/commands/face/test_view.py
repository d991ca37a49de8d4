"""The view on a real pseudo-terminal, which it gives back on every way out."""

import os
import signal

import pytest

pytest.importorskip("termios", reason="the job control of POSIX terminals")

from pseudo_terminal import ENTERED, LEFT, plain, shell

#: A job that shows a session that nobody plays, and says what it is typed.
JOB = """
import signal, sys, threading, time, warnings
sys.path[:0] = {paths!r}
from scenes import BAR, NOTES, PARTS
from midigan.commands.face.view import View, can_be_drawn
from midigan.commands.face.scene import Scene
from midigan.commands.face.keyboard import HELP
from midigan.commands.face.lines import Lines
from midigan.commands.face.terminal import Terminal
from midigan.controls import Controls
from midigan.live.processes.wire import *
signal.signal(signal.SIGTERM, signal.default_int_handler)
assert can_be_drawn()
ended = threading.Event()
view = View(Scene("chorales", 7, keys=True), Lines("chorales", 7, "", quiet=False, moving=False))
def press(text):
    if "q" in text:
        ended.set()
    elif "w" in text:
        warnings.warn("strange weather")
        print("printed")
    elif "?" in text:
        view.say("\\n  ".join(HELP))
    else:
        view.turned(Told(f"typed {{text}}", None))
with Terminal(press):
    view.started(Opened("Synth", "real-time"), Start(96.0, 2 * BAR, None, PARTS),
                 Loaded(96.0, BAR, 2 * BAR, "ab", Controls().to_plain(), PARTS))
    try:
        for number in range(3):
            view.composed(Phrase(number, NOTES))
        view.at(Position(0.0, time.perf_counter(), 96.0, True))
        view.progress(Report(0, BAR, 96.0, True, 9, 0.1, 0.2, 0.3, []))
        view.say("port 'x' is back")
        until = time.monotonic() + {seconds}
        while time.monotonic() < until and not ended.wait(0.25):
            pass  # as a session does, it looks up now and then
        if {fails}:
            raise ValueError("a defect")
    finally:
        view.ended()
"""


def job(seconds=600, fails=False):
    paths = [os.path.dirname(__file__)]  # noqa: PTH120 - it goes into a program's text
    return "-c", JOB.format(paths=paths, seconds=seconds, fails=fails)


def left(terminal):
    """What is on the terminal after the view has gone."""
    everything = terminal.everything
    assert everything.count(ENTERED) == everything.count(LEFT)
    assert everything.rindex("\x1b[?25h") > everything.rindex("\x1b[?25l")
    return plain(everything.rpartition(LEFT)[2])


def test_it_shows_what_happens_and_leaves_a_summary():
    with shell(*job()) as terminal:
        terminal.wait("picture", lambda: terminal.shows("next ready"))
        assert len(terminal.picture()) == 24
        terminal.type("x")
        terminal.wait("turn", lambda: terminal.shows("typed x"))
        terminal.wait("a second bar", lambda: terminal.shows("bar 2"))
        terminal.type("q")
        assert terminal.told() == "ended True 0"
        text = left(terminal)
        assert "port 'x' is back" in text
        lines = text.splitlines()
        assert "late at most" in lines[lines.index("9 notes in 1 bar") + 1]
        assert max(map(len, lines)) <= 80
        assert "typed x" not in text
        assert "playing chorales to Synth" in plain(terminal.everything.partition(ENTERED)[0])


def test_what_others_print_is_shown_in_it_and_help_comes_and_goes():
    with shell(*job()) as terminal:
        terminal.wait("picture", lambda: terminal.shows("next ready"))
        terminal.type("?")
        terminal.wait("help", lambda: terminal.shows("all notes off"))
        terminal.type("?")
        terminal.wait("no help", lambda: not terminal.shows("all notes off"))
        terminal.type("w")
        terminal.wait("warning", lambda: terminal.shows("printed"))
        terminal.type("q")
        assert terminal.told() == "ended True 0"
        between = terminal.everything.partition(ENTERED)[2].partition(LEFT)[0]
        frames = between.split("\x1b[H")[1:]
        assert {len(plain(frame).split("\n")) for frame in frames if plain(frame)} == {24}
        assert "UserWarning: strange weather" in left(terminal)


@pytest.mark.parametrize("end", ["\x03", signal.SIGTERM])
def test_the_terminal_is_given_back(end):
    with shell(*job()) as terminal:
        terminal.wait("picture", lambda: terminal.shows("next ready"))
        if isinstance(end, str):
            terminal.type(end)
        else:
            os.kill(terminal.job, end)
        assert terminal.told().startswith("ended True")
        assert "KeyboardInterrupt" in left(terminal)


def test_it_is_given_back_after_a_defect_too():
    with shell(*job(seconds=0.5, fails=True)) as terminal:
        assert terminal.told().startswith("ended True")
        assert "ValueError: a defect" in left(terminal)


def test_it_is_given_back_while_it_is_suspended():
    with shell(*job()) as terminal:
        terminal.wait("picture", lambda: terminal.shows("next ready"))
        for round_ in (1, 2):
            terminal.type("\x1a")
            assert terminal.told() == "stopped True"
            left(terminal)
            os.kill(terminal.job, signal.SIGCONT)
            terminal.wait("view", lambda n=round_: terminal.everything.count(ENTERED) == n + 1)
            terminal.wait("picture", lambda: terminal.shows("next ready"))
        terminal.type("q")
        assert terminal.told() == "ended True 0"
        left(terminal)


def test_it_comes_back_whole_after_a_stop_that_nobody_could_handle():
    with shell(*job()) as terminal:
        terminal.wait("picture", lambda: terminal.shows("next ready"))
        os.kill(terminal.job, signal.SIGSTOP)
        assert terminal.told().startswith("stopped")
        os.kill(terminal.job, signal.SIGCONT)
        terminal.wait("view", lambda: terminal.everything.count(ENTERED) == 2)
        terminal.type("q")
        assert terminal.told() == "ended True 0"
        left(terminal)


def test_it_is_given_back_though_output_was_paused():
    with shell(*job()) as terminal:
        terminal.wait("picture", lambda: terminal.shows("next ready"))
        terminal.type("\x13")
        terminal.look(0.5)
        terminal.type("q")
        terminal.look(0.5)
        terminal.type("\x11")
        assert terminal.told() == "ended True 0"
        assert "9 notes" in left(terminal)


def test_it_follows_the_size_of_the_terminal():
    with shell(*job()) as terminal:
        terminal.wait("picture", lambda: terminal.shows("next ready"))
        for columns, rows in ((132, 40), (40, 10)):
            terminal.resize(columns, rows)
            terminal.wait(f"{rows} rows", lambda n=rows: len(terminal.picture()) == n)
            assert {len(row) for row in terminal.picture()} == {columns}
        terminal.type("q")
        assert terminal.told() == "ended True 0"


def test_without_colours_if_so_wished():
    with shell(*job(), NO_COLOR="1") as terminal:
        terminal.wait("picture", lambda: terminal.shows("next ready"))
        assert "\x1b[38;" not in terminal.everything
        terminal.type("q")
        assert terminal.told() == "ended True 0"


@pytest.mark.parametrize("environ", [{"TERM": "dumb"}, {"PYTHONUTF8": "0", "LC_ALL": "C"}])
def test_where_pictures_cannot_be_shown_there_are_lines(environ):
    code = "from midigan.commands.face.view import can_be_drawn; print('drawn:', can_be_drawn())"
    environ = {"PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "", **environ}
    with shell("-c", code, **environ) as terminal:
        assert terminal.told() == "ended True 0"
        terminal.expect("drawn: False")
