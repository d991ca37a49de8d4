"""Lets `python -m midigan` run the command line."""

from midigan.commands import cli

if __name__ == "__main__":
    cli()
