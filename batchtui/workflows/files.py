"""What a user does with the server's files: list, upload, look, delete."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path

from batchtui.models.file import FileDeleted, FileObject
from batchtui.workflows.background import Emit, events
from batchtui.workflows.session import Session
from batchtui.workflows.submit import Uploaded, Uploading
from batchtui.workflows.submit import upload as upload_file


async def list_files(session: Session, *, purpose: str | None = None) -> AsyncIterator[FileObject]:
    """Every file the server lists, in its order."""
    client = await session.client()
    async for file in client.files.list(purpose=purpose):
        yield file


def upload(
    session: Session, path: Path, *, purpose: str = "batch"
) -> AsyncGenerator[Uploading | Uploaded, None]:
    """The events of one upload; the last is `Uploaded`."""

    async def produce(emit: Emit[Uploading | Uploaded]) -> None:
        emit(Uploaded(await upload_file(session, path, emit, purpose=purpose)))

    return events(produce)


async def retrieve(session: Session, file_id: str) -> FileObject:
    client = await session.client()
    return await client.files.retrieve(file_id)


async def delete(session: Session, file_id: str) -> FileDeleted:
    client = await session.client_to_change()
    return await client.files.delete(file_id)


async def stream(session: Session, file_id: str) -> AsyncGenerator[bytes, None]:
    """The content as it arrives, in pieces of bytes. Close it when you stop early."""
    client = await session.client()
    async with aclosing(client.files.stream(file_id)) as pieces:
        async for piece in pieces:
            yield piece
