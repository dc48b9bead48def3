"""The files of a server: create, list, retrieve, content, delete."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

from batchtui.client.content import download, send, stream
from batchtui.client.exchange import Answer, NoAnswer, Outcome, Request
from batchtui.client.listing import Listing
from batchtui.client.reading import read, read_page
from batchtui.client.retry import Repeat
from batchtui.client.sending import Sendable
from batchtui.client.session import Session
from batchtui.client.target import quoted_id
from batchtui.client.thread import OnProgress
from batchtui.models.file import FileDeleted, FileObject
from batchtui.models.listing import Page


class Files:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def create(
        self,
        *,
        file: Sendable,
        purpose: str = "batch",
        filename: str | None = None,
        expires_after_s: int | None = None,
        extra_fields: Mapping[str, str] | None = None,
        on_progress: OnProgress | None = None,
    ) -> FileObject:
        """Upload a file, streamed: memory stays flat whatever its size.

        `file`: a path, an open binary file (sent from where it stands), bytes, or (name, any of
        these). `expires_after_s`: seconds that the server keeps it, 3600 to 2592000 at OpenAI.
        `extra_fields`: more fields of the form, as LiteLLM's `target_model_names`.
        `on_progress(sent_bytes, total_bytes)` runs on the event loop, at most 20 times a second.

        Cancelling stops the transfer at once. Raises InputError when the file can not be read, or
        changes while it is sent; any ApiError.
        """
        answer = await send(
            self._session,
            file,
            purpose=self._session.target.dialect.purpose(purpose),
            filename=filename,
            expires_after_s=expires_after_s,
            extra_fields=extra_fields or {},
            on_progress=on_progress,
        )
        return read(answer, FileObject, self._session.target, "a file")

    def list(
        self,
        *,
        purpose: str | None = None,
        limit: int | None = None,
        after: str | None = None,
        order: str | None = None,
    ) -> Listing[FileObject]:
        """All files. `limit`: how many a page asks for, the server's own if None.

        `order`: "asc" or "desc" by creation. LiteLLM passes only `purpose` on.
        """

        dialect = self._session.target.dialect
        purpose = dialect.purpose(purpose) if purpose else None

        async def fetch(cursor: str | None) -> Page[FileObject]:
            query = {"purpose": purpose, "limit": limit, "after": cursor, "order": order}
            answer = await self._session.call(Request("GET", "/files", query))
            return read_page(answer, Page[FileObject], self._session.target, "a list of files")

        return Listing(fetch, after=after)

    async def retrieve(self, file_id: str) -> FileObject:
        answer = await self._session.call(Request("GET", _path(file_id)))
        return read(answer, FileObject, self._session.target, "a file")

    async def delete(self, file_id: str) -> FileDeleted:
        """Delete a file. One that is gone after an answer was lost counts as deleted."""
        request = Request("DELETE", _path(file_id))
        lost = False

        async def attempt(_: int) -> Outcome:
            nonlocal lost
            outcome = await self._session.once(request)
            if lost and isinstance(outcome, Answer) and outcome.status == 404:
                return Answer(204, outcome.headers)
            lost = lost or (isinstance(outcome, NoAnswer) and outcome.sent)
            return outcome

        answer = await self._session.answer(attempt, repeat=Repeat.ALWAYS)
        if not answer.body.strip():
            return FileDeleted(id=file_id)
        return read(answer, FileDeleted, self._session.target, "the answer to a delete")

    async def content(
        self, file_id: str, *, to: Path, on_progress: OnProgress | None = None
    ) -> int:
        """Download to `to`, whole or not at all; returns the number of bytes.

        A temporary file beside `to` takes the bytes, is checked against the announced length and
        takes the place of `to` at the end. What broke off is gone on with by `Range` where the
        server has that, and begun again where not. `on_progress(received_bytes, total_bytes)` as in
        `create`; total_bytes is 0 where the server does not say.

        Cancelling stops the transfer at once and leaves nothing. Raises InputError when `to` can
        not be written, ProtocolError when the content came incomplete, any ApiError.
        """
        return await download(self._session, f"{_path(file_id)}/content", to, on_progress)

    def stream(self, file_id: str) -> AsyncGenerator[bytes, None]:
        """The content in pieces as they come, for a reader that may stop early.

        Raises ProtocolError when the content ends before its announced length, any ApiError.
        """
        return stream(self._session, f"{_path(file_id)}/content")


def _path(file_id: str) -> str:
    return f"/files/{quoted_id(file_id, 'file')}"
