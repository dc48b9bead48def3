"""A line's custom_id, and a result's outcome, at the price of what they need of the line.

An input line of the usual form is known by an expression on its head, anchored and for plain ASCII
only; a result line by a decoder that skips the text of the answer. What these do not accept goes
through `read_result`, and what they tell is what that would tell. (Where an input line names
custom_id twice, the first counts here and the last there: no rule says which is right.)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, Literal

import msgspec

from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.results import decode, read_result

BOM: Final = b"\xef\xbb\xbf"

_HEAD = re.compile(
    rb'\{(?:"id": ?"[ !#-\[\]-~]{0,256}", ?)?"custom_id": ?"([ !#-\[\]-~]{1,512})", ?'
)
match_head = _HEAD.match
"""Matches the head of an input or result line; group 1 is the custom_id."""

_NO_JSON: Final = msgspec.Raw(b"")
_VECTOR: Final = b'["'
_match_text: Final = re.compile(
    rb'"(?:\\[nrt]| )*(?:[^"\\ ]|\\["\\/bf]|\\u(?!00(?:20|0[9aAdD])))'
).match
"""Matches a JSON string that holds more than blanks."""


class _Message(msgspec.Struct, gc=False):
    content: msgspec.Raw = _NO_JSON
    refusal: Literal[""] | None = None


class _Choice(msgspec.Struct, gc=False):
    message: _Message
    finish_reason: Literal["stop", "length"]


class _Item(msgspec.Struct, gc=False):
    embedding: msgspec.Raw


class _Body(msgspec.Struct, gc=False):
    choices: list[_Choice] = []
    data: list[_Item] = []
    error: None = None


class _Response(msgspec.Struct, gc=False):
    status_code: Literal[200]
    body: _Body


class _Answer(msgspec.Struct, gc=False):
    """The line of a chat or embedding request that was answered; other lines are refused."""

    custom_id: str
    response: _Response
    error: None = None


_decode_answer: Final = msgspec.json.Decoder(_Answer).decode


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
    (custom_id,), (outcome,) = glances((line,))
    return custom_id, outcome


def glances(lines: Sequence[bytes]) -> tuple[list[bytes | None], list[Outcome]]:
    """The custom_id and the outcome of each of these result lines.

    One loop for all, since a call for each line costs a quarter of the whole.
    """
    custom_ids: list[bytes | None] = []
    outcomes: list[Outcome] = []
    tell_id, tell_outcome = custom_ids.append, outcomes.append
    decode_answer, match_text = _decode_answer, _match_text
    ok, truncated = Outcome.OK, Outcome.TRUNCATED
    for line in lines:
        try:
            answer = decode_answer(line)
            choices = answer.response.body.choices
            if choices:
                choice = choices[0]
                if answer.custom_id and match_text(choice.message.content):
                    tell_id(answer.custom_id.encode())
                    tell_outcome(ok if choice.finish_reason == "stop" else truncated)
                    continue
            elif memoryview(answer.response.body.data[0].embedding)[0] in _VECTOR:
                tell_id(_key(answer.custom_id))
                tell_outcome(ok)
                continue
        except (ValueError, LookupError, RecursionError):
            pass
        custom_id, outcome = _by_the_parser(line)
        tell_id(custom_id)
        tell_outcome(outcome)
    return custom_ids, outcomes


def _by_the_parser(line: bytes) -> tuple[bytes | None, Outcome]:
    result = read_result(line.removeprefix(BOM))
    if result.custom_id:
        return _key(result.custom_id), result.outcome
    head = match_head(line)  # a line that was cut still tells whose it is
    return head[1] if head else None, result.outcome


def _key(custom_id: str) -> bytes | None:
    return custom_id.encode("utf-8", "surrogatepass") or None
