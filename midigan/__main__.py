"""Starts the command line, as `midigan` and as `python -m midigan`."""

import os
import signal


def main() -> None:
    """Run the command line. While it is being loaded Ctrl-C ends the process, and says nothing."""
    asked = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if asked:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    _fill_closed_streams()
    from midigan.commands import cli

    if asked:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    cli()


def _fill_closed_streams() -> None:
    """Let no pipe or file of ours have the number of a standard stream that somebody closed.

    What a library prints would be written there, into what processes say to each other.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free: this one


if __name__ == "__main__":
    main()
