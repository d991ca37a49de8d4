"""The options of `midigan live` that say who leads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from midigan.live.leading.sync import Sync

#: What sets the pace, as people call it, by the option's value.
PACES = {"midi": "a MIDI clock", "link": "Ableton Link", "jack": "JACK transport"}

_Command = TypeVar("_Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--sync",
        type=click.Choice(["internal", "midi", "link", "jack"]),
        default="internal",
        show_default=True,
        help="Who leads: midigan, a DAW's MIDI clock, Ableton Link, JACK transport. Another "
        "starts, stops and places the music, and sets its tempo.",
    ),
    click.option(
        "--clock-port",
        metavar="NAME",
        help="With --sync midi: the input that MIDI clock comes from. Without it a virtual "
        "input 'midigan clock' is created.",
    ),
    click.option(
        "--latency",
        type=click.FloatRange(-500, 500),
        default=0.0,
        metavar="MS",
        help="When following: send this much earlier, or later if below 0.",
    ),
    click.option("--send-clock", is_flag=True, help="Lead others: send MIDI clock with the notes."),
    click.option(
        "--clock-to", metavar="NAME", help="Send MIDI clock to this port instead of --port."
    ),
)


def sync_options(command: _Command) -> _Command:
    """Add the options to a command; `sync_of` reads them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def sync_of(
    sync: str,
    clock_port: str | None,
    latency: float,
    send_clock: bool,
    clock_to: str | None,
    *,
    offline: bool,
) -> Sync:
    """What the options say. Raises UsageError where they contradict each other."""
    from midigan.live.leading.sync import Sync

    leads = sync == "internal"
    if offline and (not leads or send_clock or clock_to):
        raise click.UsageError("--offline goes with no --sync, --send-clock or --clock-to.")
    if clock_port is not None and sync != "midi":
        raise click.UsageError("--clock-port goes with --sync midi.")
    if latency and leads:
        raise click.UsageError("--latency goes with --sync midi, link or jack.")
    if (send_clock or clock_to) and not leads:
        raise click.UsageError("--send-clock and --clock-to go with --sync internal.")
    return Sync(sync, clock_port, latency, send_clock, clock_to)
