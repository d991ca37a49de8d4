"""midigan plugins: what midigan puts inside a DAW."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from midigan.commands.common import print_facts, print_wrapped
from midigan.errors import MidiganError

if TYPE_CHECKING:
    from midigan.daws.plugin import Plugin

_folder_option = click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The DAW's folder for user files, if it is a portable installation.",
)


@click.group("plugins", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """List, install and remove the plug-ins for DAWs.

    Without a command it lists them, with the DAWs that are found on this system.
    """
    if context.invoked_subcommand is not None:
        return
    from midigan.daws.plugin import shipped_plugins

    told = [_account(plugin) for plugin in shipped_plugins()]
    if as_json:
        click.echo(json.dumps({"plugins": told}, indent=2))
        return
    for number, about in enumerate(told):
        if number:
            click.echo()
        folders = about.pop("user files")
        print_facts((label, value or "not found") for label, value in about.items())
        for folder, state in folders.items():
            click.echo(f"{state} in {folder}")
        if not folders:
            click.echo("no user files are here: start the DAW once, or name them with --dir")


@command.command("install")
@click.argument("name")
@_folder_option
def install_command(name: str, folder: Path | None) -> None:
    """Copy plug-in NAME into its DAW's own folder for user files."""
    from midigan.daws.installing import install
    from midigan.daws.plugin import find_plugin

    plugin = find_plugin(name)
    for file in install(plugin, folder or _folder_of(plugin)):
        click.echo(f"installed {file}")
    print_wrapped(plugin.next_step, 0)


@command.command("remove")
@click.argument("name")
@_folder_option
def remove_command(name: str, folder: Path | None) -> None:
    """Take plug-in NAME out again: what was installed, and nothing else."""
    from midigan.daws.installing import remove
    from midigan.daws.plugin import find_plugin

    plugin = find_plugin(name)
    gone, kept = remove(plugin, folder or _installed_in(plugin))
    for file in gone:
        click.echo(f"removed {file}")
    for file in kept:
        click.echo(f"kept {file}: it was changed after it was installed")


def _account(plugin: Plugin) -> dict[str, Any]:
    from midigan.daws.installing import state_of

    return {
        "plug-in": plugin.name,
        "for": plugin.title,
        "does": plugin.does,
        "program": plugin.program(),
        "user files": {str(folder): state_of(plugin, folder) for folder in plugin.daw_folders()},
    }


def _folder_of(plugin: Plugin) -> Path:
    """Where the newest version of its DAW keeps its user's files."""
    from midigan.daws.plugin import system

    if system() not in plugin.places:
        systems = " and ".join(plugin.places)
        raise MidiganError(f"the {plugin.name} plug-in runs on {systems}, not on {system()}")
    folders = plugin.daw_folders()
    if not folders:
        raise MidiganError(
            f"{plugin.title} keeps no user files here yet: start it once, or name its folder "
            "with --dir"
        )
    return folders[-1]


def _installed_in(plugin: Plugin) -> Path:
    """The newest of its DAW's folders in which it is installed; the newest if it is in none."""
    from midigan.daws.installing import state_of

    for folder in reversed(plugin.daw_folders()):
        if state_of(plugin, folder) != "not installed":
            return folder
    return _folder_of(plugin)
