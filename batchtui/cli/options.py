"""The options that many commands share, and the connection they stand for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from batchtui.cli.completing import profile_names
from batchtui.errors import UsageError

if TYPE_CHECKING:
    from batchtui.workflows.session import Session

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Connection:
    """Where to connect, as given on the command line. Never a key: those are no options."""

    profile: str | None = None
    base_url: str | None = None
    provider: str | None = None
    local: bool = False


def connection_options(command: F) -> F:
    """Adds `--profile --base-url --provider --local`; the command gets them as `connection`."""

    def collect(**given: Any) -> Any:
        keys = ("profile", "base_url", "provider", "local")
        connection = Connection(**{key: given.pop(key) for key in keys})
        if connection.local and (connection.profile or connection.base_url):
            raise UsageError("--local is a server of its own: leave out --profile and --base-url")
        return command(connection=connection, **given)

    collect.__name__ = command.__name__
    collect.__doc__ = command.__doc__
    collect.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    for option in (
        click.option("--local", is_flag=True, help="Run on the built-in gateway; needs no key."),
        click.option("--provider", metavar="NAME", help="Provider behind a LiteLLM proxy."),
        click.option("--base-url", metavar="URL", help="The server, in place of the profile's."),
        click.option(
            "--profile",
            metavar="NAME",
            shell_complete=profile_names,
            help="A profile of the configuration file.",
        ),
    ):
        collect = option(collect)
    return collect  # type: ignore[return-value]


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def run_async(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


@asynccontextmanager
async def connected(connection: Connection, *, private: bool = False) -> AsyncIterator[Session]:
    """A session on the server that `connection` means, for the time of one command.

    `private`: with `--local`, a gateway that leaves nothing behind.
    """
    from batchtui import config
    from batchtui.workflows.session import Session

    if connection.local:
        from batchtui.cli.local import local_profile, private_profile

        with private_profile() if private else local_profile() as profile:
            async with Session(profile) as session:
                yield session
        return
    profile = config.require(
        name=connection.profile, base_url=connection.base_url, provider=connection.provider
    )
    async with Session(profile) as session:
        yield session
