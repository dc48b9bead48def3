"""Waits until a server has processed a file that it got, where it insists on that.

Azure refuses a create whose file is not `processed` yet: learn.microsoft.com, batch, REST.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from batchtui.errors import InvalidRequestError, TimedOutError
from batchtui.models.file import FileObject
from batchtui.workflows.session import Session

FIRST_INTERVAL_S: Final = 1.0
LONGEST_INTERVAL_S: Final = 10.0
LONGEST_S: Final = 600.0

_DONE: Final = frozenset({"processed"})
_BROKEN: Final = frozenset({"error", "failed", "deleted"})


async def processed(
    session: Session,
    file: FileObject,
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> FileObject:
    """`file`, ready for a create; at once where the server needs no such wait.

    Raises InvalidRequestError when the server could not read it, TimedOutError after ten minutes,
    any ApiError.
    """
    client = await session.client()
    waited_s, pause_s = 0.0, FIRST_INTERVAL_S
    while client.processes_uploads and not _is_done(file):
        if waited_s >= LONGEST_S:
            raise TimedOutError(
                f"{file.id} is still {file.status} after {waited_s:.0f} s",
                hint="the same command takes the file up again, without a new upload",
            )
        await sleep(pause_s)
        waited_s += pause_s
        pause_s = min(pause_s * 1.5, LONGEST_INTERVAL_S)
        file = await client.files.retrieve(file.id)
    return file


def _is_done(file: FileObject) -> bool:
    """A server that names no status is not waited for."""
    status = (file.status or "processed").casefold()
    if status in _BROKEN:
        raise InvalidRequestError(
            f"the server could not take {file.filename or file.id}: "
            f"{file.status_details or file.status}",
            hint="a byte order mark at the start, or a broken line, is a common cause: "
            "`batchtui validate` finds both",
        )
    return status in _DONE
