"""Answers against what was asked for: JSON, where the request wanted JSON.

Apart from `join`, since it has to look into each request and each answer.
"""

from __future__ import annotations

import msgspec

from batchtui.jsonl.joined import CODE, Joined
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.results import read_result

_OK = CODE[Outcome.OK]
_JSON_FORMATS = ("json_object", "json_schema")
_STEP_RECORDS = 64


class _Format(msgspec.Struct):
    type: str = "text"


class _Text(msgspec.Struct):
    format: _Format | None = None


class _Body(msgspec.Struct):
    response_format: _Format | None = None
    text: _Text | None = None


class _Request(msgspec.Struct):
    body: _Body


_decode = msgspec.json.Decoder(_Request).decode


def check_json_answers(joined: Joined) -> Steps[int]:
    """Turn OK into INVALID_JSON where a request asked for JSON and the answer is none; returns how
    many. Needs the input file. A tool call counts as an answer in JSON mode."""
    found = 0
    if joined.request_source is None:
        return found
    for index, code in enumerate(joined.codes):
        if code == _OK and wants_json(joined.read_request(index) or b""):
            result = read_result(joined.read_result(index) or b"", json_mode=True)
            if result.outcome is Outcome.INVALID_JSON:
                joined.codes[index] = CODE[Outcome.INVALID_JSON]
                found += 1
        if index % _STEP_RECORDS == 0:
            yield Progress(index, len(joined))
    return found


def wants_json(request: bytes) -> bool:
    """Whether an input line asks for JSON, by `response_format` or (responses) `text.format`."""
    if b"json_" not in request:
        return False
    try:
        body = _decode(request).body
    except (ValueError, RecursionError):
        return False
    text_format = body.text.format if body.text else None
    return any(each and each.type in _JSON_FORMATS for each in (body.response_format, text_format))
