"""OSC: messages from another program or a tablet as turns of the controls.

An address is /midigan/ and a control (see `midigan.turns`), its arguments the value:

    /midigan/walk 0.3                /midigan/lock/chords 1       /midigan/mute/bass 1
    /midigan/reroll/melody "lead"    /midigan/reroll/all          /midigan/key "D"
    /midigan/range/bass "E1-G3"      /midigan/swing 58            /midigan/keep

What is pressed rather than set (reroll, keep, panic, quit) takes a float as the state of a
button: a positive one presses it, 0 is its release. Anybody who reaches the socket can turn
the controls and nothing else, which is why it listens to this computer alone by default.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from midigan.controls import Turn, Value
from midigan.errors import MidiganError
from midigan.live.hands.desk import Desk

#: Who may send, and to which port, unless told otherwise.
_HOST, _PORT = "127.0.0.1", 9000

_ROOT = "/midigan/"
_PRESSED = ("reroll", "keep", "panic", "quit")

#: More than any message of ours; longer datagrams are cut, and then no OSC.
_DATAGRAM_BYTES = 8192

#: How long the socket may take to notice that all is over.
_WAIT_S = 0.2

#: Different mistakes that are told, each once.
_MOST_WRONG = 50


class Osc:
    """A UDP socket that `desk` hears from while it is entered."""

    def __init__(self, address: str) -> None:
        """Bind `[HOST:]PORT`. Raises MidiganError if that is no address, or is taken."""
        # python-osc warns by the root logger, which would write over the view.
        logging.getLogger().addHandler(logging.NullHandler())
        self._wrong: set[str] = set()
        self._ended = threading.Event()
        host, port = parse_address(address)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
            family, kind, protocol, _, where = found[0]
            with contextlib.ExitStack() as unbound:
                self._socket = unbound.enter_context(socket.socket(family, kind, protocol))
                self._socket.bind(where)
                unbound.pop_all()
        except OSError as error:
            reason = error.strerror or error
            raise MidiganError(f"cannot listen for OSC at {host}:{port}: {reason}") from error
        #: The UDP port that it listens on.
        self.port: int = self._socket.getsockname()[1]

    @contextlib.contextmanager
    def heard_by(self, desk: Desk) -> Iterator[None]:
        """Listen, in a thread, while this is entered; then close the socket."""
        thread = threading.Thread(target=self._listen, args=(desk,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join(2 * _WAIT_S)
            self._socket.close()

    def _listen(self, desk: Desk) -> None:
        self._socket.settimeout(_WAIT_S)
        while not self._ended.is_set():
            # Whoever sends to a port that nobody listens on gets an error with his next word.
            with contextlib.suppress(TimeoutError, ConnectionError):
                self.take(self._socket.recv(_DATAGRAM_BYTES), desk)

    def take(self, datagram: bytes, desk: Desk) -> None:
        """Turn what a datagram says; say once what is wrong with it."""
        try:
            for turn in turns_of(datagram):
                desk.turn(turn)
        except MidiganError as error:
            # A fader that is set up wrongly sends the same line a hundred times a second.
            if str(error) not in self._wrong and len(self._wrong) < _MOST_WRONG:
                self._wrong.add(str(error))
                desk.say(str(error))


def parse_address(address: str) -> tuple[str, int]:
    """Host and UDP port of `[HOST:]PORT`; this computer alone unless a host is given.

    Port 0 lets the system choose. Raises MidiganError for anything else.
    """
    host, _, port = address.rpartition(":")
    if not (port.isascii() and port.isdigit() and int(port) < 65536):
        raise MidiganError(f"OSC at {address!r}: write a port or HOST:PORT, such as {_PORT}")
    return host.strip("[]") or _HOST, int(port)


def turns_of(datagram: bytes) -> list[Turn]:
    """The turns in an OSC message or bundle. Raises MidiganError for what is none of ours."""
    from pythonosc.osc_packet import OscPacket, ParseError

    try:
        messages = [timed.message for timed in OscPacket(datagram).messages]
    except (ParseError, ValueError, IndexError, RecursionError) as error:
        raise MidiganError("something that is no OSC came to the OSC port") from error
    found = (_turn_of(message.address, message.params) for message in messages)
    return [turn for turn in found if turn is not None]


def _turn_of(address: str, values: Sequence[Any]) -> Turn | None:
    """The turn that a message means; None for the release of a button."""
    if not address.startswith(_ROOT):
        raise MidiganError(f"OSC {address!r}: addresses begin with {_ROOT}, like {_ROOT}walk")
    control = address.removeprefix(_ROOT).strip("/")
    if not all(isinstance(value, bool | int | float | str) for value in values):
        raise MidiganError(f"OSC {address!r}: values are numbers or words")
    value: Value = None
    if len(values) == 1:
        (value,) = values
    elif values:
        value = "-".join(str(value) for value in values)  # the two ends of a range
    if control.split("/")[0].lower() in _PRESSED and isinstance(value, float | bool):
        return Turn(control) if value > 0 else None
    return Turn(control, float(value) if isinstance(value, bool) else value)
