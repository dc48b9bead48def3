"""Large content, up and down: a thread for each attempt, the core's retries around it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from batchtui.client.exchange import Answer, NoAnswer, Outcome, Request
from batchtui.client.multipart import form
from batchtui.client.part import Part
from batchtui.client.retry import FIRST_WAIT_S, Repeat
from batchtui.client.sending import Body, Sendable, sending
from batchtui.client.session import Session
from batchtui.client.thread import Meter, OnProgress, Stop, in_thread

GAIN_BYTES: Final = 1024 * 1024
"""An attempt that brought so much on its way is no failed one: the download goes on."""


async def send(
    session: Session,
    file: Sendable,
    *,
    purpose: str,
    filename: str | None,
    expires_after_s: int | None,
    extra_fields: Mapping[str, str],
    on_progress: OnProgress | None,
) -> Answer:
    """Upload `file` as `files.create` says; the 2xx answer."""
    what = sending(file, filename)
    fields = {**session.target.upload_fields, **extra_fields, "purpose": purpose}
    if expires_after_s is not None:
        fields["expires_after[anchor]"] = "created_at"
        fields["expires_after[seconds]"] = str(expires_after_s)
    whole = form(fields, what.filename)
    request = Request("POST", "/files")
    wire = await session.wire()
    meter = Meter(on_progress)

    def work(stop: Stop) -> Outcome:
        from batchtui.client.upload import upload

        with what.opened() as source:
            meter.total_bytes = source.size_bytes
            body = Body(whole, source, meter, stop)
            return upload(wire, session.target, request, body, whole.content_type, stop)

    return await session.answer(lambda _: in_thread(work), repeat=Repeat.UNANSWERED)


async def download(session: Session, path: str, to: Path, on_progress: OnProgress | None) -> int:
    """Download the content at `path` as `files.content` says; the number of bytes in `to`."""
    request = Request("GET", path)
    wire = await session.wire()
    meter = Meter(on_progress)
    part = Part(to)

    def work(stop: Stop) -> Outcome:
        from batchtui.client.download import download

        return download(wire, session.target, request, part, meter, stop)

    async def attempt(_: int) -> Outcome:
        while True:
            before = part.size_bytes
            outcome = await in_thread(work)
            moves = part.can_go_on and part.size_bytes - before >= GAIN_BYTES
            if isinstance(outcome, Answer) or not moves:
                return outcome
            await session.pause(FIRST_WAIT_S)

    try:
        await session.answer(attempt, repeat=Repeat.ALWAYS)
    finally:
        part.close()
    return part.size_bytes


async def stream(session: Session, path: str) -> AsyncGenerator[bytes, None]:
    """The content at `path` as `files.stream` says. Only its opening is tried again."""
    request = Request("GET", path)
    wire = await session.wire()
    async with AsyncExitStack() as opened:
        pieces: AsyncIterator[bytes] | None = None

        async def attempt(_: int) -> Outcome:
            nonlocal pieces
            result = await opened.enter_async_context(wire.stream(request))
            if isinstance(result, Answer | NoAnswer):
                return result
            pieces = result
            return Answer(200, {})

        await session.answer(attempt, repeat=Repeat.ALWAYS)
        assert pieces is not None, "a 2xx answer has pieces"
        async for piece in pieces:
            yield piece
