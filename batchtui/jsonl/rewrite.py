"""Requests with other fields in their bodies, as a new input: for the retry of some of them.

A change is the name of a field of the body and its new value as JSON text; `null` takes the field
out. Everything else of a line stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from batchtui.errors import InputError, UsageError
from batchtui.jsonl.glance import BOM
from batchtui.jsonl.joined import Joined
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.write import new_file

_REMOVED: Final = "null"
_RECORDS_A_STEP: Final = 64
_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_body = msgspec.json.Decoder(dict[str, Any]).decode


def parse_changes(words: Iterable[str]) -> dict[str, str]:
    """`("max_tokens=500", "model=gpt-4o")` as changes. A value that is no JSON is a text.

    Raises UsageError for a word without `=`.
    """
    changes = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise UsageError(f"{word}: not FIELD=VALUE", hint="as in max_tokens=2000")
        changes[key] = as_json(value)
    return changes


def as_json(value: str) -> str:
    """A typed value as JSON: a number, a list and so on as they are, anything else as a text."""
    try:
        msgspec.json.decode(value)
    except msgspec.DecodeError:
        return msgspec.json.encode(value).decode()
    return value


def rewritten(line: bytes, changes: Mapping[str, str]) -> bytes:
    """The request with other fields in its body; everything else as it was.

    Raises ValueError or KeyError for a line that is no request.
    """
    request = _decode(line.removeprefix(BOM))
    body = _decode_body(request["body"])
    for key, value in changes.items():
        if value == _REMOVED:
            body.pop(key, None)
        else:
            body[key] = msgspec.json.decode(value)
    request["body"] = msgspec.Raw(msgspec.json.encode(body))
    return msgspec.json.encode(request)


def rewrite(
    joined: Joined, indices: Sequence[int], changes: Mapping[str, str], out: Path
) -> Steps[int]:
    """Write the requests of these records to `out` with `changes`; returns how many.

    `write.extract` copies them as they are. Raises InputError without input file, for a line that
    cannot be changed, and when a file cannot be read or written.
    """
    if joined.request_source is None:
        raise InputError("the requests are not known: there is no input file")
    with new_file(out) as file:
        for done, index in enumerate(indices):
            line = joined.read_request(index) or b""
            try:
                file.write(rewritten(line, changes) + b"\n")
            except (ValueError, KeyError, RecursionError):
                raise InputError(
                    f"request {index + 1:,} cannot be changed: it is no JSON object with a body",
                    hint="retry it without changes",
                ) from None
            if done % _RECORDS_A_STEP == 0:
                yield Progress(done, len(indices))
    return len(indices)
