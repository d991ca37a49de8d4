"""Commands as they are typed, run in this process."""

from __future__ import annotations

from typing import Any

from click.testing import CliRunner, Result

from midigan.commands import cli


def midigan(*args: Any) -> Result:
    """Run `midigan` with these arguments."""
    return CliRunner().invoke(cli, [str(arg) for arg in args], prog_name="midigan")
