"""Lines of the usual form told without parsing them: their custom_id, and a good answer's outcome.

A quote that stands without a backslash is never inside a JSON string, so a run of bytes with such
quotes is structure wherever it is found. What is told this way of a whole line of JSON is what the
parser tells; every other line goes through the parser. (Where a line names a key twice, the first
counts here and the last there: no rule says which is right. A line that was damaged between a usual
head and a usual tail is taken as whole.)
"""

from __future__ import annotations

import re
from typing import Any, Final

from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.results import decode, read_result

BOM: Final = b"\xef\xbb\xbf"

_HEAD = re.compile(
    rb'\{(?:"id": ?"[ !#-\[\]-~]{0,256}", ?)?"custom_id": ?"([ !#-\[\]-~]{1,512})", ?'
)
match_head = _HEAD.match
"""Matches the head of an input or result line; group 1 is the custom_id."""

_SUCCESSES: Final = (b'"response": {"status_code": 200,', b'"response":{"status_code":200,')
_TEXTS: Final = (
    b'"choices": [{"index": 0, "message": {"role": "assistant", "content": "',
    b'"choices":[{"index":0,"message":{"role":"assistant","content":"',
)
_VECTORS: Final = (
    b'"data": [{"object": "embedding", "index": 0, "embedding": [',
    b'"data":[{"object":"embedding","index":0,"embedding":[',
)
_BODY_BYTES: Final = 1024
"""Where the answer begins in a usual line, at most, counted from the head's end."""
_TAIL_BYTES: Final = 1536
"""Where the text ends in a usual line, at most, counted from the line's end."""

_AFTER_TEXT = re.compile(
    rb'"refusal": ?null(?:, ?"annotations": ?\[\])?\}, ?(?:"logprobs": ?null, ?)?'
    rb'"finish_reason": ?"(?:stop|(length))"\}\], ?"usage": ?\{'
)
_match_after_text = _AFTER_TEXT.match
_TEXT_ENDS: Final = (b'", ', b'",')
_LINE_ENDS: Final = (b'"error": null}\n', b'"error":null}\n', b'"error": null}', b'"error":null}')
_BLANK_OR_ESCAPE: Final = b'" \t\\'
_QUOTE_OR_SPACE: Final = b'" \t'
_BRACES: Final = 16  # so many are looked at one by one
_BRACE: Final = ord("{")


def custom_id_of(line: bytes) -> bytes | None:
    """The custom_id of an input or result line, as UTF-8; None where it has none."""
    head = match_head(line)
    return head[1] if head else parsed_custom_id(line)


def parsed_custom_id(line: bytes) -> bytes | None:
    """`custom_id_of` by the parser."""
    try:
        value: Any = decode(line.removeprefix(BOM))
    except (ValueError, RecursionError):
        return None
    custom_id = value.get("custom_id") if isinstance(value, dict) else None
    return _key(custom_id) if isinstance(custom_id, str) else None


def glance(line: bytes) -> tuple[bytes | None, Outcome]:
    """The custom_id and the outcome of a result line, as `read_result` has them."""
    head = match_head(line)
    if head is not None:
        start = head.end()
        if line.startswith(_SUCCESSES, start) and line.endswith(_LINE_ENDS):
            style = line[start + 11] == _BRACE
            text = line.find(_TEXTS[style], start, start + _BODY_BYTES)
            if text >= 0:
                outcome = _outcome_of_text(line, text + len(_TEXTS[style]))
                if outcome is not None:
                    return head[1], outcome
            elif line.find(_VECTORS[style], start, start + _BODY_BYTES) >= 0:
                return head[1], Outcome.OK
    result = read_result(line.removeprefix(BOM))
    if result.custom_id:
        return _key(result.custom_id), result.outcome
    # A line that was cut still tells whose it is.
    return head[1] if head else None, result.outcome


def _outcome_of_text(line: bytes, text: int) -> Outcome | None:
    """The outcome of the answer whose text begins at `text`; None if it is not a usual one."""
    if line[text] in _BLANK_OR_ESCAPE and line[text : text + 2] != b'\\"':
        return None
    after = line.rfind(b'"refusal"', len(line) - _TAIL_BYTES)
    if after <= text or not line[after - 3 : after].endswith(_TEXT_ENDS):
        return None
    found = _match_after_text(line, after)
    if found is None:
        return None
    brace = line.find(b"{", text, after)
    if brace >= 0 and _has_object(line, brace, after):  # there is another choice
        return None
    return Outcome.TRUNCATED if found[1] else Outcome.OK


def _has_object(line: bytes, brace: int, end: int) -> bool:
    """Whether one of the braces from `brace` on begins an object, and is not in a string, where
    the quote after a brace has its backslash."""
    for _ in range(_BRACES):
        if line[brace + 1] in _QUOTE_OR_SPACE:
            return True
        brace = line.find(b"{", brace + 1, end)
        if brace < 0:
            return False
    return line.find(b'{"', brace, end) >= 0


def _key(custom_id: str) -> bytes | None:
    return custom_id.encode("utf-8", "surrogatepass") or None
