"""The hands on a live session: keys, OSC and MIDI controllers, as options and while it plays."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from midigan.commands.face.keyboard import HELP, turns_of_keys
from midigan.commands.face.terminal import Terminal

if TYPE_CHECKING:
    from midigan.live.hands.controllers import Controllers, Reader
    from midigan.live.hands.desk import Desk
    from midigan.live.hands.osc import Osc

_Command = TypeVar("_Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--osc",
        metavar="[HOST:]PORT",
        help="Be turned by OSC, from this computer unless a host is named: docs/hands.md.",
    ),
    click.option(
        "--control-port",
        metavar="[NAME]",
        is_flag=False,
        flag_value="",
        help="Be turned by MIDI controllers from this input, or from a new one of midigan's own.",
    ),
    click.option(
        "--chords-port",
        metavar="[NAME]",
        is_flag=False,
        flag_value="",
        help="Play in the harmony of the keys held on this input, or on one of midigan's own.",
    ),
    click.option(
        "--chords-at-bar",
        is_flag=True,
        help="Let a harmony that is held begin with the next bar, not at once.",
    ),
    click.option(
        "--map",
        "map_file",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE.toml",
        help="Which controller turns what; by default undefined ones such as 20 for walk.",
    ),
    click.option(
        "--learn",
        is_flag=True,
        help="Do not play: ask which controller is to turn what, and write --map.",
    ),
)


def hand_options(command: _Command) -> _Command:
    """The options of hands; they are the fields of `Hands`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True)
class Hands:
    """What is to turn the music beside the keys of the terminal; "" is an input of our own."""

    osc: str | None = None
    control_port: str | None = None
    chords_port: str | None = None
    chords_at_bar: bool = False
    map_file: Path | None = None
    learn: bool = False

    def check(self, *, offline: bool) -> None:
        """Raises click.UsageError for options that mean nothing without others, or offline."""
        if offline and (self.osc, self.control_port, self.chords_port) != (None, None, None):
            raise click.UsageError(
                "--offline has played before a hand could turn anything: "
                "leave --osc, --control-port and --chords-port out."
            )
        if self.chords_at_bar and self.chords_port is None:
            raise click.UsageError("--chords-at-bar is for --chords-port.")
        if self.learn and (self.control_port is None or self.map_file is None):
            raise click.UsageError("--learn needs --control-port and --map FILE.toml.")
        if self.map_file is not None and self.control_port is None:
            raise click.UsageError("--map is for --control-port.")


class ReadyHands:
    """Hands whose sockets and ports are open, before a session begins."""

    def __init__(self, hands: Hands, backend: str | None) -> None:
        """Open them. Raises MidiganError if one cannot be."""
        self._osc: Osc | None = None
        self._inputs: list[tuple[Controllers, Reader]] = []
        if hands.osc is not None:
            from midigan.live.hands.osc import Osc

            self._osc = Osc(hands.osc)
        if hands.control_port is not None:
            from midigan.live.hands.controllers import CONTROL
            from midigan.live.hands.knobs import Knobs, load_knobs

            self._open(hands.control_port, backend, CONTROL, Knobs(load_knobs(hands.map_file)))
        if hands.chords_port is not None:
            from midigan.live.hands.controllers import CHORDS
            from midigan.live.hands.held import Held

            self._open(hands.chords_port, backend, CHORDS, Held(at_bar=hands.chords_at_bar))

    def _open(self, port: str, backend: str | None, virtual: str, reader: Reader) -> None:
        from midigan.live.hands.controllers import Controllers

        self._inputs.append((Controllers(port, backend, virtual), reader))

    @contextlib.contextmanager
    def on(self, desk: Desk) -> Iterator[None]:
        """Let them, and the keys of the terminal, turn things while this is entered."""

        def press(text: str) -> None:
            for turn in turns_of_keys(text):
                if turn.control == "help":
                    desk.say("\n  ".join(HELP))
                else:
                    desk.turn(turn)

        with contextlib.ExitStack() as stack:
            if self._osc is not None:
                stack.enter_context(self._osc.heard_by(desk))
            for controllers, reader in self._inputs:
                stack.enter_context(controllers.heard_by(desk, reader))
            stack.enter_context(Terminal(press))
            yield
