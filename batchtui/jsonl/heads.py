"""The custom_id of a line without parsing the line, where its head has the usual form.

The expressions are anchored at the start, take plain strings only (no escapes, no control
characters) and look at custom_id before anything that can nest, so what they find is what a parser
finds; every other line goes through the parser. (Where a line names a key twice, the first counts
here and the last there: no rule says which is right.)
"""

from __future__ import annotations

import re
from typing import Any

from batchtui.jsonl.results import decode

_HEAD = re.compile(
    rb'(?:\xef\xbb\xbf)?[ \t]*\{[ \t]*(?:"id"[ \t]*:[ \t]*"[^"\\\x00-\x1f]{0,256}"[ \t]*,[ \t]*)?'
    rb'"custom_id"[ \t]*:[ \t]*"([^"\\\x00-\x1f]{1,512})"[ \t]*,'
)
match_head = _HEAD.match
"""Group 1 of the match is the custom_id, as the UTF-8 that stands in the line."""


def custom_id_of(line: bytes) -> bytes | None:
    """The custom_id of an input or result line, as UTF-8; None where it has none."""
    head = match_head(line)
    return head[1] if head else parsed_custom_id(line)


def parsed_custom_id(line: bytes) -> bytes | None:
    try:
        value: Any = decode(line.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return None
    custom_id = value.get("custom_id") if isinstance(value, dict) else None
    if not isinstance(custom_id, str) or not custom_id:
        return None
    return custom_id.encode("utf-8", "surrogatepass")
