"""`batchtui keys`: the app's keys, with the ids by which `[keys]` remaps them."""

from __future__ import annotations

import click

from batchtui.cli.examples import examples
from batchtui.cli.options import json_option
from batchtui.cli.output import print_json_list, print_table


@click.command(
    short_help="The app's keys, with the ids to remap them.",
    epilog=examples("batchtui keys", "batchtui keys --json"),
)
@json_option
def keys(as_json: bool) -> None:
    """List the app's keys as they are now, each with its id.

    \b
    In config.toml an id gets another key, or several with commas:
        [keys]
        "batch.cancel" = "X"
    """
    from batchtui.config import app_settings
    from batchtui.tui.keymap import all_bindings

    given = app_settings().keys
    found = all_bindings(given)
    if as_json:
        print_json_list(
            {
                "id": each.id,
                "keys": each.keys,
                "does": each.does,
                "is_remapped": each.id in given,
            }
            for each in found
        )
        return
    print_table(
        ("ID", "KEYS", "DOES"), [(each.id, ",".join(each.keys), each.does) for each in found]
    )
