"""Validation of an uploaded input: the record engine's problems as the batch's errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from batchtui.errors import InputError
from batchtui.jsonl.problems import CODES
from batchtui.jsonl.progress import run
from batchtui.jsonl.validate import validate
from batchtui.jsonl.validation import Validation
from batchtui.models.limits import GATEWAY

_MOST_ERRORS: Final = 100
_GZIP_MAGIC: Final = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Checked:
    """`errors` as in `openai.types.Batch.errors.data`; none means that the batch may run.

    `tokens`: estimated for the prompts.
    """

    total: int
    tokens: int
    model: str | None
    errors: list[dict[str, Any]]


def check(
    path: Path, endpoint: str, is_cancelled: Callable[[], bool], max_lines: int | None = None
) -> Checked:
    """Read the whole file. Blocks: for a thread. Raises Cancelled."""
    with path.open("rb") as file:
        if file.read(2) == _GZIP_MAGIC:
            message = "The file is compressed; upload it unpacked."
            return Checked(0, 0, None, [_error("invalid_json_line", message, 1, None)])
    limits = replace(GATEWAY, lines=max_lines)
    try:
        found = run(validate(path, endpoint=endpoint, limits=limits), is_cancelled=is_cancelled)
    except InputError as error:
        return Checked(0, 0, None, [_error("invalid_request", error.message, None, None)])
    counts = found.statistics
    model = _storable(found.model)
    return Checked(counts.requests, counts.estimated_input_tokens, model, _errors(found))


def over_enqueued_limit(model: str, limit_tokens: int) -> dict[str, Any]:
    """The error of a batch that came too early, in OpenAI's words."""
    message = (
        f"Enqueued token limit reached for {model}. Limit: {limit_tokens:,} enqueued tokens. "
        "Please try again once some in_progress batches have been completed."
    )
    return _error("token_limit_exceeded", message, None, None)


def _storable(model: str | None) -> str | None:
    """A name may hold half of a character pair, which no database takes."""
    return model.encode("utf-8", "replace").decode() if model is not None else None


def _errors(found: Validation) -> list[dict[str, Any]]:
    listed = [
        _error(each.code, each.message, each.line, each.field)
        for each in found.problems
        if each.severity == "error"
    ]
    if listed or found.ok:
        return listed[:_MOST_ERRORS]
    return [
        _error(code, f"{CODES[code].meaning} Found {count} times.", None, None)
        for code, count in found.counts.items()
        if CODES[code].severity == "error"
    ]


def _error(code: str, message: str, line: int | None, param: str | None) -> dict[str, Any]:
    return {"code": code, "message": message, "line": line, "param": param}
