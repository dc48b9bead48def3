"""Reading requests: JSON bodies and list parameters, with OpenAI's refusals for wrong ones."""

from __future__ import annotations

import json
from typing import Any, Final

from starlette.requests import Request

from batchtui.gateway.refusal import Refusal, shown
from batchtui.gateway.service import Service

_LARGEST_BODY_BYTES: Final = 1024 * 1024


def service_of(request: Request) -> Service:
    service = request.app.state.service
    assert isinstance(service, Service)
    return service


async def json_object(request: Request) -> dict[str, Any]:
    """The body as a JSON object; Refusal 400 for anything else, 413 for far too much."""
    text = bytearray()
    async for piece in request.stream():
        text += piece
        if len(text) > _LARGEST_BODY_BYTES:
            raise Refusal(413, "The request body is too large.", param="request_body")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        detail = error if isinstance(error, ValueError) else "nested too deeply"
        raise Refusal(
            400, f"Invalid JSON payload: {detail}", param="request_body", code="invalid_json"
        ) from None
    if not isinstance(value, dict):
        raise Refusal(400, "The request body must be a JSON object.", param="request_body")
    return value


def required_text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if value is None or value == "":
        raise Refusal(
            400,
            f"Missing required parameter: '{name}'.",
            param=name,
            code="missing_required_parameter",
        )
    if not isinstance(value, str):
        raise Refusal(
            400, f"Invalid type for '{name}': expected a string.", param=name, code="invalid_type"
        )
    if not value.isprintable():
        raise Refusal(400, f"Invalid '{name}'.", param=name, code="invalid_value")
    return value


def limit_of(request: Request, *, default: int, most: int) -> int:
    text = request.query_params.get("limit")
    if text is None or text == "":
        return default
    try:
        value = int(text) if len(text) <= 20 else 0
    except ValueError:
        raise Refusal(
            400, f"Invalid 'limit': '{shown(text)}' is not a whole number.", param="limit"
        ) from None
    if not 1 <= value <= most:
        raise Refusal(
            400, f"Invalid 'limit': must be 1 to {most}, not {shown(text)}.", param="limit"
        )
    return value


def page(objects: list[dict[str, Any]], has_more: bool) -> dict[str, Any]:
    return {
        "object": "list",
        "data": objects,
        "first_id": objects[0]["id"] if objects else None,
        "last_id": objects[-1]["id"] if objects else None,
        "has_more": has_more,
    }


def unknown_cursor(after: str | None) -> Refusal:
    return Refusal(400, f"No such object: {shown(after or '')}", param="after")
