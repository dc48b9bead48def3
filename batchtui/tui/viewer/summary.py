"""One record in one row: outcome, custom_id and the first words of what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from batchtui.jsonl.glance import custom_id_of
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.results import Result, decode, read_result
from batchtui.jsonl.told import is_blank
from batchtui.tui.viewer.records import Records
from batchtui.tui.viewer.text import decoded

READ_BYTES: Final = 128 * 1024
"""A longer line is not parsed for its row in a list."""
WORDS_CHARS: Final = 240
DEEPEST: Final = 8
"""How far inside a message its words may stand."""


@dataclass(frozen=True, slots=True)
class Summary:
    """`outcome` None: the record has none, as a request or any other line.

    `is_told_of`: the words are ours, since the record has none.
    """

    custom_id: str | None
    words: str
    outcome: Outcome | None = None
    is_told_of: bool = False


def summary(records: Records, number: int) -> Summary:
    """What the row of record `number` says; reads it from disk."""
    result = records.result(number, READ_BYTES)
    if result is not None and not result.is_cut:
        if is_blank(result.data):
            return Summary(None, "blank line", None, is_told_of=True)
        read = read_result(result.data)
        became = records.outcome(number) or read.outcome
        words = result_words(read).strip()
        return Summary(read.custom_id, words or str(became), became, is_told_of=not words)
    request = records.request(number, READ_BYTES)
    outcome = records.outcome(number)
    if request is not None and not request.is_cut:
        value = parsed_object(request.data)
        custom_id = value.get("custom_id")
        words = request_words(value.get("body"))
        is_without = outcome is not None
        if is_without:
            words = "no result"
        known_id = custom_id if isinstance(custom_id, str) else None
        return Summary(known_id, words, outcome, is_told_of=is_without)
    piece = records.line(number, READ_BYTES)
    known = custom_id_of(piece.data) if records.kind != "other" else None
    words = decoded(piece.data[:WORDS_CHARS], is_cut=True)
    return Summary(decoded(known) if known else None, words, outcome)


def result_words(result: Result) -> str:
    if text := result.text.lstrip():
        return text[:WORDS_CHARS]
    if result.tool_calls:
        return ", ".join(call.name for call in result.tool_calls)
    return " ".join(each for each in (result.code, result.message) if each)[:WORDS_CHARS]


def request_words(body: Any) -> str:
    """What a request asks: the user's last message, else the last one with words."""
    if not isinstance(body, dict):
        return ""
    for value in (body.get("messages"), body.get("input"), body.get("prompt")):
        if text := _asked(value):
            return text.lstrip()[:WORDS_CHARS]
    return ""


def parsed_object(data: bytes) -> dict[str, Any]:
    """`data` as a JSON object; an empty one when it is none."""
    try:
        value = decode(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _asked(value: Any) -> str:
    """Of a conversation the last that was said, of several texts the first."""
    turns = [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
    if not any("role" in turn for turn in turns):
        return _first_text(value)
    by_user = [turn for turn in turns if turn.get("role") == "user"]
    for turn in (*reversed(by_user), *reversed(turns)):
        if text := _first_text(turn.get("content")):
            return text
    return ""


def _first_text(value: Any, depth: int = 0) -> str:
    """The first words in a text, a part with one, or a list of these."""
    if isinstance(value, str):
        return value if value.strip() else ""
    if depth > DEEPEST:
        return ""
    if isinstance(value, dict):
        value = [value.get("text"), value.get("content")]
    if isinstance(value, list):
        return next((text for each in value if (text := _first_text(each, depth + 1))), "")
    return ""
