"""One input line judged at leisure: every problem that it has on its own.

The slow and complete half of validation, for lines that `quick` did not accept. Must not know other
lines: duplicates and mixed models are found by `validate`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

from batchtui.jsonl.body import Body
from batchtui.jsonl.finding import Findings, type_name
from batchtui.jsonl.lines import is_dense
from batchtui.jsonl.problems import Problem, shown
from batchtui.models.endpoint import normal_endpoint

KEYS: Final = ("custom_id", "method", "url", "body")
"""What a request has, and has to have."""

_ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)


@dataclass(slots=True)
class Request:
    """What is known of one line: fields that are absent or mistyped are None.

    `output_cap`: the most tokens that the answer may have, where the body sets a cap.
    """

    custom_id: str | None = None
    url: str | None = None
    model: str | None = None
    output_cap: int | None = None
    problems: list[Problem] = field(default_factory=list)


def examine(line: bytes, number: int) -> Request:
    """Judge `line` (without BOM, not blank), which is line `number` of its file. Never raises."""
    request = Request()
    findings = Findings(number, request.problems)
    if is_dense(line):
        findings.add("line_too_long", "the line has too many values to be looked into")
        return request
    try:
        text = line.rstrip().decode()
        value = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        byte = line[error.start]
        findings.add("invalid_utf8", f"byte 0x{byte:02x} is not UTF-8", column=error.start + 1)
    except json.JSONDecodeError as error:
        column = len(text[: error.pos].encode()) + 1
        findings.add("invalid_json_line", f"not JSON: {error.msg}", column=column)
    except ValueError as error:
        findings.add("invalid_json_line", f"not JSON: {error}")
    except RecursionError:
        findings.add("invalid_json_line", "nested too deeply to be read")
    else:
        if isinstance(value, dict):
            _envelope(value, request, findings)
            if _has_half_pair(line):
                findings.add("lone_surrogate", "a \\u escape of half a character stands alone")
        else:
            findings.add("not_an_object", f"a request is an object, not {type_name(value)}")
    return request


def _envelope(value: dict[str, Any], request: Request, findings: Findings) -> None:
    custom_id, url, body = value.get("custom_id"), value.get("url"), value.get("body")
    if isinstance(custom_id, str):
        request.custom_id = findings.custom_id = custom_id
    for key in KEYS:
        if key not in value:
            findings.missing(key)
    if "custom_id" in value and not isinstance(custom_id, str):
        findings.mistyped("custom_id", "a string", custom_id)
    elif custom_id == "":
        findings.add("invalid_value", "custom_id is empty", field="custom_id")
    method = value.get("method", "POST")
    if not isinstance(method, str):
        findings.mistyped("method", "a string", method)
    elif method != "POST":
        findings.add("invalid_method", f"method is {shown(method)!r}, not 'POST'", field="method")
    if isinstance(url, str):
        request.url = url
    elif "url" in value:
        findings.mistyped("url", "a string", url)
    if isinstance(body, dict):
        judged = Body(body, findings)
        judged.check(None if request.url is None else normal_endpoint(request.url))
        request.model, request.output_cap = judged.model, judged.output_cap
    elif "body" in value:
        findings.mistyped("body", "an object", body)
    for key in value:
        if key not in KEYS:
            findings.add("unknown_key", f"{shown(key)!r} is not a key of a request", field=key)


def _has_half_pair(line: bytes) -> bool:
    """Whether an escape of half a surrogate pair stands without its other half."""
    high_end = -1  # where an escape of a first half ended, while nothing has completed it
    for escape in _ESCAPE.finditer(line):
        unit = int(escape[1], 16) if escape[1] else 0
        completes = 0xDC00 <= unit < 0xE000
        if completes != (high_end == escape.start()) or (high_end >= 0 and not completes):
            return True
        high_end = escape.end() if 0xD800 <= unit < 0xDC00 else -1
    return high_end >= 0


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number in JSON")


def _any_integer(digits: str) -> int | float:
    return int(digits) if len(digits) < 4000 else float(digits)


_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_int=_any_integer)
