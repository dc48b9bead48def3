"""What each key of `y` copies: of the value under the cursor, or of the record in a list.

In a list no value is chosen, so there the value is what one reads a record for: the answer, what
went wrong, or what is asked. Reads the record from disk; draws nothing.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from batchtui.errors import UsageError
from batchtui.jsonl.results import read_result
from batchtui.tui import figures
from batchtui.tui.viewer.content import Value
from batchtui.tui.viewer.contents import Look
from batchtui.tui.viewer.conversation import turns
from batchtui.tui.viewer.exchange_content import answer_path, answer_text
from batchtui.tui.viewer.records import FileRecords, Piece, Records
from batchtui.tui.viewer.summary import parsed_object, summary
from batchtui.tui.viewer.text import decoded

MOST_BYTES: Final = 16 * 1024 * 1024
"""What is copied or handed to a pager at most."""


class Copied(NamedTuple):
    """`what` it is called; `text` is empty where there is none."""

    what: str
    text: str


def offered(look: Look, *, in_detail: bool) -> dict[str, str]:
    """The keys, and what each copies, in a word or two."""
    value = {"v": "value", "p": "path"}
    if look == "lines":
        value = {"v": "value, here the line", "p": "file:line"}
    elif not in_detail:
        value = {"v": "value, here the answer", "p": "its path"}
    return {"y": "line", **value, "i": "custom_id", "a": "answer"}


def copied(
    records: Records, number: int, key: str, look: Look, *, value: Value | None = None
) -> Copied:
    """`value`: the one under the cursor, None in a list. Raises UsageError for what is too long."""
    if key == "i":
        return Copied("custom_id", summary(records, number).custom_id or "")
    if key == "a":
        return Copied("answer", _answer(records, number))
    if value is not None and key in "vp":
        return Copied("value", value.text) if key == "v" else Copied("path", value.path)
    if look == "lines" and key == "p":
        return Copied("place of the line", _place(records, number))
    if look != "lines" and key in "vp":
        what, text, path = _gist(records, number)
        return Copied(what, text) if key == "v" else Copied(f"path of the {what}", path)
    return Copied("line", decoded(_whole(records.line(number, MOST_BYTES), "line")))


def _answer(records: Records, number: int) -> str:
    piece = records.result(number, MOST_BYTES)
    return "" if piece is None else answer_text(read_result(_whole(piece, "result")))


def _gist(records: Records, number: int) -> tuple[str, str, str]:
    """What one reads a record for: what it is called, its text, and its path."""
    result = records.result(number, MOST_BYTES)
    if result is not None:
        read = read_result(_whole(result, "result"))
        if text := answer_text(read):
            return "answer", text, answer_path(result)
        if read.message or read.code:
            return "error", read.message or read.code or "", _error_path(result)
    request = records.request(number, MOST_BYTES)
    if request is not None:
        body = parsed_object(_whole(request, "request")).get("body")
        said = turns(body) if isinstance(body, dict) else []
        asked = [turn for turn in said if turn.role in ("user", "input", "prompt")] or said
        if asked:
            return "question", asked[-1].text, asked[-1].path
    return "answer", "", ""


def _error_path(piece: Piece) -> str:
    """Where a failure stands: beside the response, or in its body."""
    line = parsed_object(piece.data)
    if line.get("error"):
        return "error"
    response = line.get("response")
    body = response.get("body") if isinstance(response, dict) else None
    in_body = isinstance(body, dict) and "error" in body
    return "response.body.error" if in_body else "response.body" if body is not None else ""


def _place(records: Records, number: int) -> str:
    """`FILE:LINE` of a file's line; nothing for lines brought together from several files."""
    if not isinstance(records, FileRecords) or number < 0:
        return ""
    return f"{records.source.path}:{number + 1}"


def _whole(piece: Piece, what: str) -> bytes:
    if piece.is_cut:
        raise UsageError(
            f"the {what} has {figures.size(piece.length)}, too much to copy",
            hint="mark it and export it",
        )
    return piece.data
