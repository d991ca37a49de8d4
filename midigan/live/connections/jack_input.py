"""An input at JACK that knows at which frame every message came.

python-rtmidi's inputs only know in which period they were woken up, which may be 20 ms long.
"""

from __future__ import annotations

import errno
import time
from typing import Any

from midigan.live.connections.frame_clock import FrameClock


class JackInput:
    """What a MidiIn of python-rtmidi offers, as far as a `Plug` needs it, and a clock.

    The callback is run in a thread of JACK's; while it runs, `frames` is that of its message.
    """

    def __init__(self, name: str) -> None:
        """Join the server as a client of about this name.

        Raises ImportError without JACK-Client; OSError without its library, or if JACK does not
        answer.
        """
        import jack

        self._jack: Any = jack
        try:
            self._client: Any = jack.Client(name, no_start_server=True)
        except jack.JackError as error:
            raise OSError(str(error)) from error
        self._port: Any = None
        self._hear: Any = None
        self._offset = 0
        self.clock = FrameClock(float(self._client.samplerate), self._client.blocksize)
        self._client.set_process_callback(self._process)

    @property
    def frames(self) -> int:
        """Frames from the first period to the message that is heard now."""
        return self.clock.frames + self._offset

    @property
    def port_name(self) -> str:
        """The full name of our port, "" before it was first opened."""
        return "" if self._port is None else str(self._port.name)

    def get_ports(self) -> list[str]:
        """The full names of all ports that send MIDI."""
        return [port.name for port in self._client.get_ports(is_midi=True, is_output=True)]

    def open_port(self, index: int, name: str) -> None:
        """Connect the port at this place of `get_ports()` to ours; `name` is for its first time.

        Raises OSError if JACK refuses, or if it has gone meanwhile.
        """
        wanted = dict(enumerate(self.get_ports())).get(index, "")
        self.open_virtual_port(name)
        try:
            self._client.connect(wanted, self._port)
        except self._jack.JackError as error:
            if getattr(error, "code", 0) != errno.EEXIST:  # somebody has connected them before
                raise OSError(str(error)) from error

    def open_virtual_port(self, name: str) -> None:
        """Have a port that others connect to. Raises OSError if JACK refuses."""
        if self._port is not None:
            return
        try:
            self._port = self._client.midi_inports.register(name)
            self._client.activate()
        except self._jack.JackError as error:
            raise OSError(str(error)) from error

    def close_port(self) -> None:
        """Connect our port to nobody; it stays, since the server's thread may be reading it."""
        if self._port is not None:
            self._port.disconnect()

    def set_callback(self, hear: Any) -> None:
        """Whom to call with `(message, 0.0)`, and None, for every message."""
        self._hear = hear

    def delete(self) -> None:
        """Leave the server."""
        self._client.deactivate()
        self._client.close()

    def _process(self, _: int) -> None:
        ours_s = time.perf_counter()
        self.clock.begin(self._client.last_frame_time, ours_s)
        if self._hear is None:
            return
        for offset, message in self._port.incoming_midi_events():
            self._offset = offset
            self._hear((bytes(message), 0.0), None)
