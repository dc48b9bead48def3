"""Where a job's server is, for a command that names only the job."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from batchtui.cli.options import Connection, connected
from batchtui.errors import UsageError

if TYPE_CHECKING:
    from batchtui.workflows.jobs.records import Job
    from batchtui.workflows.session import Session


@asynccontextmanager
async def server_of(job: Job, connection: Connection) -> AsyncIterator[Session]:
    """The server that the job is at, unless another connection is asked for."""
    if connection == Connection():
        connection = _connection_of(job)
    async with connected(connection) as session:
        yield session


def _connection_of(job: Job) -> Connection:
    """The job's profile; where it came from the environment, the job's own address."""
    from batchtui import config

    with suppress(UsageError):
        if config.require(name=job.profile_name).account == job.account:
            return Connection(profile=job.profile_name)
    base_url, _, provider = job.account.partition(" ")
    return Connection(base_url=base_url, provider=provider or None)
