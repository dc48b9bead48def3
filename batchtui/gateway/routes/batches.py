"""`/v1/batches`: create, list, retrieve, cancel."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse

from batchtui.gateway import ids
from batchtui.gateway.json_answer import JsonAnswer
from batchtui.gateway.refusal import Refusal, no_such_batch, no_such_file, shown
from batchtui.gateway.routes.expiry import seconds_of
from batchtui.gateway.routes.request import (
    json_object,
    limit_of,
    page,
    required_text,
    service_of,
    unknown_cursor,
)
from batchtui.gateway.store.rows import BatchRow
from batchtui.gateway.store.store import UnknownCursorError
from batchtui.models.endpoint import EXECUTED
from batchtui.models.limits import GATEWAY
from batchtui.models.status import CANCELLING, IN_PROGRESS, VALIDATING

_DEFAULT_LIMIT: Final = 20
_MOST: Final = 100
_WINDOW: Final = re.compile(r"([1-9][0-9]{0,3})(h|d)")
_SHORTEST_WINDOW_S: Final = 3600
_LONGEST_WINDOW_S: Final = 7 * 86400


async def create(request: Request) -> JSONResponse:
    """The batch is durable before it is answered; it is validated afterwards."""
    service = service_of(request)
    body = await json_object(request)
    input_file_id = required_text(body, "input_file_id")
    endpoint = required_text(body, "endpoint")
    window = required_text(body, "completion_window")
    if endpoint not in EXECUTED:
        raise Refusal(
            400,
            f"Unsupported endpoint '{shown(endpoint)}'. Supported: {', '.join(EXECUTED)}.",
            param="endpoint",
            code="invalid_value",
        )
    window_s = _window_seconds(window)
    metadata = _metadata(body.get("metadata"))
    life_s = _output_life(body.get("output_expires_after"))
    now = service.clock.now()
    file = await service.store.file(input_file_id, now)
    if file is None:
        raise no_such_file(input_file_id, status=400, param="input_file_id")
    if file.purpose != "batch":
        raise Refusal(
            400,
            f"File {file.id} has purpose '{file.purpose}'; a batch needs purpose 'batch'.",
            param="input_file_id",
        )
    if service.options.refuse_over_enqueued:
        error = await service.runner.no_room(file.id, endpoint)
        if error is not None:
            raise Refusal(400, error["message"], code=error["code"])
    row = BatchRow(
        id=ids.batch_id(),
        created_at=int(now),
        status=VALIDATING,
        endpoint=endpoint,
        input_file_id=file.id,
        completion_window=window,
        expires_at=int(now) + window_s,
        output_name=ids.file_id(),
        error_name=ids.file_id(),
        metadata=json.dumps(metadata) if metadata is not None else None,
        file_expires_after_s=life_s,
    )
    if not await service.store.add_batch(row, now):
        raise no_such_file(input_file_id, status=400, param="input_file_id")
    service.runner.start(row.id)
    return JsonAnswer(row.to_api())


async def list_(request: Request) -> JSONResponse:
    limit = limit_of(request, default=_DEFAULT_LIMIT, most=_MOST)
    after = request.query_params.get("after") or None
    try:
        rows, more = await service_of(request).store.list_batches(after=after, limit=limit)
    except UnknownCursorError:
        raise unknown_cursor(after) from None
    return JsonAnswer(page([row.to_api() for row in rows], more))


async def retrieve(request: Request) -> JSONResponse:
    return JsonAnswer((await _batch(request)).to_api())


async def cancel(request: Request) -> JSONResponse:
    """`cancelling` at once; `cancelled` when the running lines are answered."""
    service = service_of(request)
    batch = await _batch(request)
    started = await service.store.move(
        batch.id,
        [VALIDATING, IN_PROGRESS],
        status=CANCELLING,
        cancelling_at=int(service.clock.now()),
    )
    batch = await _batch(request)
    if not started and batch.status != CANCELLING:
        raise Refusal(
            409,
            f"Cannot cancel a batch with status '{batch.status}'.",
            headers={"x-should-retry": "false"},
        )
    service.runner.cancel(batch.id)
    return JsonAnswer(batch.to_api())


async def _batch(request: Request) -> BatchRow:
    batch_id = request.path_params["batch_id"]
    batch = await service_of(request).store.batch(batch_id)
    if batch is None:
        raise no_such_batch(batch_id)
    return batch


def _window_seconds(window: str) -> int:
    """ "24h" as OpenAI has it, and other whole hours or days as Groq has them."""
    match = _WINDOW.fullmatch(window)
    seconds = int(match[1]) * (3600 if match[2] == "h" else 86400) if match else 0
    if not _SHORTEST_WINDOW_S <= seconds <= _LONGEST_WINDOW_S:
        raise Refusal(
            400,
            f"Invalid completion_window '{shown(window)}': give 24h, or another from 1h to 7d.",
            param="completion_window",
            code="invalid_value",
        )
    return seconds


def _metadata(value: object) -> dict[str, str] | None:
    """Source of the limits: openai.types.shared.Metadata."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Refusal(400, "'metadata' must be an object of strings.", param="metadata")
    if len(value) > GATEWAY.metadata_pairs:
        raise Refusal(
            400, f"'metadata' has more than {GATEWAY.metadata_pairs} pairs.", param="metadata"
        )
    for key, text in value.items():
        if len(key) > GATEWAY.metadata_key_chars:
            raise Refusal(
                400,
                f"The metadata key '{shown(key)}' is longer than "
                f"{GATEWAY.metadata_key_chars} characters.",
                param="metadata",
            )
        if not isinstance(text, str) or len(text) > GATEWAY.metadata_value_chars:
            raise Refusal(
                400,
                f"'metadata.{shown(key)}' must be a string of at most "
                f"{GATEWAY.metadata_value_chars} characters.",
                param=f"metadata.{shown(key)}",
            )
    return value


def _output_life(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Refusal(
            400, "'output_expires_after' must be an object.", param="output_expires_after"
        )
    return seconds_of(value.get("anchor"), value.get("seconds"), "output_expires_after")
