"""`batchtui profiles`: the servers that are configured, and their keys."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from batchtui.cli.completing import profile_names
from batchtui.cli.examples import examples
from batchtui.cli.options import json_option, run_async
from batchtui.cli.output import UNKNOWN, note, print_json, print_json_list, print_table
from batchtui.errors import UsageError

if TYPE_CHECKING:
    from batchtui.config import Profile


@click.group(short_help="ls, show, test, set-key")
def profiles() -> None:
    """List, show and test profiles, and store their keys."""


@profiles.command("ls", epilog=examples("batchtui profiles ls --json"))
@json_option
def ls(as_json: bool) -> None:
    """List the profiles of the configuration file, and the environment's."""
    from batchtui import config

    found = config.profiles()
    if as_json:
        print_json_list([_document(profile) for profile in found])
        return
    if not found and sys.stdout.isatty():
        from batchtui import paths

        note(f"none; {config.HOW_TO_CONNECT.format(config=paths.config_file())}")
    rows = [
        (each.name, each.kind, each.base_url, each.provider or UNKNOWN, _source(each))
        for each in found
    ]
    print_table(("PROFILE", "KIND", "URL", "PROVIDER", "KEY FROM"), rows)


@profiles.command("show", epilog=examples("batchtui profiles show --json"))
@click.argument("name", required=False, shell_complete=profile_names)
@json_option
def show(name: str | None, as_json: bool) -> None:
    """Show one profile, or the one that is used when none is named. Never its key."""
    from batchtui import config

    document = _document(config.require(name=name))
    if as_json:
        print_json(document)
        return
    for key, value in document.items():
        if value not in (None, {}, False):
            click.echo(f"{key:<15} {value}")


@profiles.command("test", epilog=examples("batchtui profiles test"))
@click.argument("name", required=False, shell_complete=profile_names)
def test(name: str | None) -> None:
    """Connect, and read one page of the list of batches."""
    from batchtui import config
    from batchtui.workflows.batches import list_batches
    from batchtui.workflows.session import Session

    profile = config.require(name=name)

    async def work() -> None:
        async with Session(profile) as session:
            _ = [batch async for batch in list_batches(session, at_most=1)]

    run_async(work())
    click.echo(f"{profile.name}: {profile.host} answers, the key is accepted")


@profiles.command("set-key")
@click.argument("name", shell_complete=profile_names)
def set_key(name: str) -> None:
    """Store the key of a profile in the keyring of the operating system.

    The profile must say `api_key_keyring = true`. The key is asked for, or read from a pipe; it is
    no argument, because those show in the list of processes.
    """
    from batchtui import config
    from batchtui.config.keys import Secret, store_in_keyring

    profile = config.require(name=name)
    if profile.key_source is None or profile.key_source.kind != "keyring":
        raise UsageError(
            f"profile {name} does not read its key from the keyring",
            hint=f"write api_key_keyring = true under [profiles.{name}] first",
        )
    if sys.stdin.isatty():
        key = click.prompt(f"Key of {name}", hide_input=True, err=True)
    else:
        key = sys.stdin.readline()
    if not key.strip():
        raise UsageError("there is no key to store")
    store_in_keyring(name, Secret(key.strip()))
    note(f"stored the key of {name}")


def _source(profile: Profile) -> str:
    return str(profile.key_source) if profile.key_source else "no key"


def _document(profile: Profile) -> dict[str, Any]:
    return {
        "name": profile.name,
        "kind": profile.kind,
        "base_url": profile.base_url,
        "provider": profile.provider,
        "model": profile.model,
        "target_model_names": profile.target_model_names,
        "key_from": _source(profile),
        "headers": dict.fromkeys(profile.headers, "***"),
        "organization": profile.organization,
        "project": profile.project,
        "refresh_s": profile.refresh_s,
        "confirm_above_usd": profile.confirm_above_usd,
        "max_lines": profile.max_lines,
        "max_size_bytes": profile.max_size_bytes,
        "max_enqueued_tokens": profile.max_enqueued_tokens,
        "max_open_batches": profile.max_open_batches,
        "proxy": "***" if profile.proxy else None,
        "ca_file": str(profile.ca_file) if profile.ca_file else None,
        "client_cert": str(profile.client_cert) if profile.client_cert else None,
        "client_key": str(profile.client_key) if profile.client_key else None,
        "read_only": profile.read_only,
    }
