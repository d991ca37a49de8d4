"""Starts the command line, as `midigan` and as `python -m midigan`."""

import signal


def main() -> None:
    """Run the command line. While it is being loaded Ctrl-C ends the process, and says nothing."""
    asked = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if asked:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from midigan.commands import cli

    if asked:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    cli()


if __name__ == "__main__":
    main()
