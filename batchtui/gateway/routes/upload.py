"""Receiving a file: a multipart body of any size, straight to disk, in little memory.

A file is accepted only when its bytes are synced and its row is committed; what a broken upload
left is removed at once, or at the next start.
"""

from __future__ import annotations

import asyncio
import os
import threading
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect, Request

from batchtui.gateway import ids
from batchtui.gateway.refusal import Refusal, shown
from batchtui.gateway.routes.expiry import seconds_of
from batchtui.gateway.routes.form import Form
from batchtui.gateway.service import Service
from batchtui.gateway.store.disk import Disk
from batchtui.gateway.store.rows import FileRow
from batchtui.models.limits import MB

PURPOSES: Final = ("assistants", "batch", "evals", "fine-tune", "user_data", "vision")
"""What an upload may be for. Source: openai.types.FilePurpose."""

_BATCH_LIFE_S: Final = 30 * 86400
"""A batch file lives 30 days unless asked otherwise. Source: openai.types.file_create_params."""

_WRITE_BYTES: Final = 1024 * 1024
_LARGEST_FORM_BYTES: Final = 1024 * 1024


async def receive_file(request: Request, service: Service) -> FileRow:
    kind, parameters = parse_options_header(request.headers.get("content-type"))
    boundary = parameters.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise Refusal(400, "The body must be multipart/form-data with a boundary.", param="file")
    most_bytes = service.options.max_file_bytes
    _refuse_unread(request, most_bytes)
    upload = _Upload(service.store.disk, most_bytes)
    try:
        form = Form(boundary, upload.take)
        async for piece in request.stream():
            form.feed(piece)
            if upload.wants_write:
                await asyncio.to_thread(upload.write)
        form.finish()
        row = _row(form, upload, service.clock.now())
        await asyncio.to_thread(upload.settle)
        await service.store.add_file(row)
    except FormParserError:
        raise Refusal(400, "The multipart body is malformed.", param="file") from None
    except ClientDisconnect:
        raise Refusal(400, "The upload broke off.", param="file") from None
    finally:
        await asyncio.to_thread(upload.close)
    return row


def _row(form: Form, upload: _Upload, now: float) -> FileRow:
    purpose = form.fields.get("purpose")
    if purpose is None:
        raise Refusal(
            400,
            "Missing required parameter: 'purpose'.",
            param="purpose",
            code="missing_required_parameter",
        )
    if purpose not in PURPOSES:
        raise Refusal(
            400,
            f"Invalid purpose: '{shown(purpose)}'. Must be one of: {', '.join(PURPOSES)}.",
            param="purpose",
            code="invalid_value",
        )
    if form.filename is None:
        raise Refusal(
            400,
            "Missing required parameter: 'file'.",
            param="file",
            code="missing_required_parameter",
        )
    life_s = seconds_of(
        form.fields.get("expires_after[anchor]"),
        form.fields.get("expires_after[seconds]"),
        "expires_after",
    )
    if life_s is None and purpose == "batch":
        life_s = _BATCH_LIFE_S
    return FileRow(
        id=upload.file_id,
        created_at=int(now),
        filename=form.filename,
        purpose=purpose,
        size_bytes=upload.size_bytes,
        expires_at=int(now) + life_s if life_s else None,
    )


def _refuse_unread(request: Request, most_bytes: int) -> None:
    """Say no before the body comes, to a caller who tells its length and waits for a word."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > most_bytes + _LARGEST_FORM_BYTES:
        raise _too_large(most_bytes)


def _too_large(most_bytes: int) -> Refusal:
    return Refusal(
        413,
        f"The file is larger than {most_bytes / MB:g} MB.",
        param="file",
        code="file_too_large",
    )


class _Upload:
    """The bytes of one file on their way to disk. All but `take` block: for a thread.

    The lock is for a request that is cancelled while its thread writes: closing waits for it.
    """

    def __init__(self, disk: Disk, most_bytes: int) -> None:
        self._disk = disk
        self._most_bytes = most_bytes
        self._descriptor: int | None = None
        self._waiting = bytearray()
        self._accepted = False
        self._in_use = threading.Lock()
        self.file_id = ids.file_id()
        self.size_bytes = 0

    @property
    def wants_write(self) -> bool:
        return len(self._waiting) >= _WRITE_BYTES

    def take(self, data: bytes) -> None:
        self.size_bytes += len(data)
        if self.size_bytes > self._most_bytes:
            raise _too_large(self._most_bytes)
        self._waiting += data

    def write(self) -> None:
        with self._in_use:
            self._write()

    def settle(self) -> None:
        """Everything is durable when this returns."""
        with self._in_use:
            os.fsync(self._write())
            self._disk.settle()
            self._accepted = True

    def close(self) -> None:
        with self._in_use:
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None
                if not self._accepted:
                    self._disk.remove(self.file_id)

    def _write(self) -> int:
        if self._descriptor is None:
            self._descriptor = self._disk.create(self.file_id)
        rest = memoryview(bytes(self._waiting))
        self._waiting.clear()
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        return self._descriptor
