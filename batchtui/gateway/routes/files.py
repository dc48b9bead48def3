"""`/v1/files`: create, list, retrieve, content, delete."""

from __future__ import annotations

import re
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse

from batchtui.gateway.json_answer import JsonAnswer
from batchtui.gateway.refusal import Refusal, no_such_file, shown
from batchtui.gateway.routes.request import limit_of, page, service_of, unknown_cursor
from batchtui.gateway.routes.upload import receive_file
from batchtui.gateway.store.rows import FileRow
from batchtui.gateway.store.store import UnknownCursorError

_MOST: Final = 10_000
_FIRST_BYTE: Final = re.compile(r"bytes=([0-9]{1,20})-")


class _Content(FileResponse):
    chunk_size = 1024 * 1024


async def create(request: Request) -> JSONResponse:
    """The file's bytes and name are durable before the answer."""
    service = service_of(request)
    row = await receive_file(request, service)
    return JsonAnswer(row.to_api())


async def list_(request: Request) -> JSONResponse:
    service = service_of(request)
    query = request.query_params
    order = query.get("order") or "desc"
    if order not in ("asc", "desc"):
        raise Refusal(400, f"Invalid 'order': '{shown(order)}'; give asc or desc.", param="order")
    after = query.get("after") or None
    try:
        rows, more = await service.store.list_files(
            now=service.clock.now(),
            after=after,
            limit=limit_of(request, default=_MOST, most=_MOST),
            newest_first=order == "desc",
            purpose=query.get("purpose") or None,
        )
    except UnknownCursorError:
        raise unknown_cursor(after) from None
    return JsonAnswer(page([row.to_api() for row in rows], more))


async def retrieve(request: Request) -> JSONResponse:
    return JsonAnswer((await _file(request)).to_api())


async def content(request: Request) -> FileResponse:
    """All of it, or the range that `Range` asks for."""
    file = await _file(request)
    asked = _FIRST_BYTE.match(request.headers.get("range", ""))
    if asked and int(asked[1]) >= file.size_bytes:
        raise Refusal(
            416,
            f"The file has {file.size_bytes} bytes; the range begins behind them.",
            param="Range",
            headers={"content-range": f"bytes */{file.size_bytes}"},
        )
    return _Content(
        service_of(request).store.disk.path(file.id),
        media_type="application/octet-stream",
        filename=file.filename,
    )


async def delete(request: Request) -> JSONResponse:
    """A batch that still reads the file goes on; the file is gone from the API at once."""
    service = service_of(request)
    file_id = request.path_params["file_id"]
    if not await service.store.delete_file(file_id, service.clock.now()):
        raise no_such_file(file_id)
    return JsonAnswer({"id": file_id, "object": "file", "deleted": True})


async def _file(request: Request) -> FileRow:
    service = service_of(request)
    file_id = request.path_params["file_id"]
    file = await service.store.file(file_id, service.clock.now())
    if file is None:
        raise no_such_file(file_id)
    return file
