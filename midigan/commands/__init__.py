"""The command line: one thin command a file, loaded when it is asked for.

A command module imports nothing heavy at its top (click and the standard library only), so
that `midigan --help` answers at once. Only this room prints.
"""

from __future__ import annotations

import importlib
import json
import signal
import sys
from typing import Any

import click

from midigan import __version__
from midigan.errors import MidiganError

#: Commands in the order of a user's day. Each is `command` in the module of its name.
COMMANDS = (
    "corpus",
    "encode",
    "decode",
    "show",
    "train",
    "finetune",
    "export",
    "generate",
    "attributes",
    "evaluate",
    "render",
    "live",
    "recall",
    "ports",
    "doctor",
    "plugins",
)


#: Whether the command was asked for JSON, among what its contexts share.
_AS_JSON = "midigan.as_json"


class CommandLine(click.Group):
    """A group that imports its commands on demand and turns errors into one plain line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All command names, in the order of use rather than of the alphabet."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module; None for a name that is not a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"midigan.commands.{cmd_name}").command
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Look whether a program reads the answer: then it reads about trouble, too."""
        ctx.meta[_AS_JSON] = "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command: 0 if its job was done, 2 for wrong usage, 1 for everything else."""
        if ctx.params.get("debug"):
            return super().invoke(ctx)
        try:
            return super().invoke(ctx)
        except MidiganError as error:
            _fail(str(error))
        except BrokenPipeError:
            # The reader of our output went away; nothing more can be said to it.
            sys.stderr.close()
            ctx.exit(1)
        except MemoryError:
            _fail("out of memory: use fewer or smaller files")
        except OSError as error:
            _fail(f"{error.filename or 'system'}: {error.strerror or error}")
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            _fail(
                f"unexpected {type(error).__name__}: {error}; this is a defect of midigan, "
                "'midigan --debug ...' shows where"
            )


def _fail(line: str) -> None:
    """Say what is wrong in one line, with `--json` on standard output too, and exit 1."""
    plain = " ".join(line.split())
    if click.get_current_context().meta.get(_AS_JSON):
        click.echo(json.dumps({"error": plain}))
    click.echo(f"midigan: {plain}", err=True)
    raise click.exceptions.Exit(1)


@click.group(
    cls=CommandLine,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
@click.version_option(__version__, prog_name="midigan")
@click.option("--debug", is_flag=True, help="Show a traceback where something goes wrong.")
def cli(debug: bool) -> None:
    """Learn a style from a folder of MIDI, and play it live into your DAW."""
    # A command that is told to end goes the way of Ctrl-C, so that it cleans up alike.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
