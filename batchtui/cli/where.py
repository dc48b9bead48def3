"""`batchtui paths`: where the configuration, the state, the cache and the log are."""

from __future__ import annotations

import click

from batchtui import paths
from batchtui.cli.examples import examples
from batchtui.cli.options import json_option
from batchtui.cli.output import print_json


@click.command(
    "paths",
    short_help="Where batchtui keeps its files.",
    epilog=examples("batchtui paths"),
)
@json_option
def where(as_json: bool) -> None:
    """Print where batchtui keeps its files."""
    places = {
        "config": paths.config_file(),
        "state": paths.state_dir(),
        "cache": paths.cache_dir(),
        "gateway": paths.gateway_dir(),
        "log": paths.log_file(),
    }
    if as_json:
        print_json({name: str(place) for name, place in places.items()})
        return
    for name, place in places.items():
        click.echo(f"{name:<8} {place}")
