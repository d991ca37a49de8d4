"""midigan ports: which MIDI ports there are, and what to do if there are none."""

from __future__ import annotations

import json

import click

from midigan.commands.common import print_table, print_wrapped


@click.command("ports")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool) -> None:
    """List the MIDI ports of this system, and how to come by one.

    'midigan live --port' takes an output's name, or words of it in any case.
    """
    from midigan.live.connections.advice import advice
    from midigan.live.connections.port_names import list_ports

    listings = list_ports()
    what_to_do = advice([listing.backend for listing in listings if not listing.trouble])
    if as_json:
        table = {"backends": [listing._asdict() for listing in listings], "advice": what_to_do}
        click.echo(json.dumps(table, indent=2))
        return
    rows = [
        (listing.backend, direction, name)
        for listing in listings
        for direction, names in (("output", listing.outputs), ("input", listing.inputs))
        for name in names
    ]
    if rows:
        print_table(("backend", "direction", "port"), rows)
    for listing in listings:
        if listing.trouble:
            print_wrapped(f"{listing.backend} {listing.trouble}")
    if not any(listing.outputs for listing in listings):
        click.echo("There is no port to play to.")
        for line in what_to_do:
            print_wrapped(f"- {line}")
