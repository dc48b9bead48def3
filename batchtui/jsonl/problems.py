"""What can be wrong with a batch input: every code with its severity, meaning and advice.

Codes are OpenAI's where it has one (`batch.errors.data[].code`); the others are in its style. An
error is what a server refuses, or what fails the request; a warning is what most servers accept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Severity = Literal["error", "warning"]

SHOWN_CHARS: Final = 512


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. `line`, `other_line` and `column` count from 1; `column` counts bytes.

    `field`: a path like `body.messages[0].role`. `other_line`: where the line that it clashes with
    is. `repair`: what puts it right mechanically, one of `repair.REPAIRS`, if something does.
    """

    line: int | None
    code: str
    severity: Severity
    message: str
    column: int | None = None
    field: str | None = None
    custom_id: str | None = None
    other_line: int | None = None
    repair: str | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """What every problem of one code has in common."""

    severity: Severity
    meaning: str
    advice: str
    repair: str | None = None


CODES: Final[dict[str, Code]] = {
    # OpenAI's own codes.
    "empty_file": Code("error", "The file holds no request.", "Write one request on each line."),
    "invalid_json_line": Code(
        "error",
        "The line is not JSON.",
        "Write each request with a JSON library, on one line.",
    ),
    "duplicate_custom_id": Code(
        "error",
        "Another line has the same custom_id, so their results cannot be told apart.",
        "Give each line its own custom_id.",
        repair="renumber_duplicates",
    ),
    "url_mismatch": Code(
        "error",
        "The line's url is not the endpoint of the batch.",
        "Put requests for different endpoints into different files.",
    ),
    "model_mismatch": Code(
        "error",
        "The line's model is not the model of the first line.",
        "Put requests for different models into different files.",
    ),
    "too_many_tasks": Code(
        "error", "The file has more requests than the server takes.", "Split the file."
    ),
    "missing_required_parameter": Code(
        "error", "A field that every request needs is not there.", "Add the field."
    ),
    # In the same style; no server's word for it is known.
    "byte_order_mark": Code(
        "error",
        "The file begins with a byte order mark: Azure refuses it, in misleading words.",
        "Save the file as UTF-8 without BOM.",
        repair="strip_bom",
    ),
    "invalid_utf8": Code("error", "The line is not UTF-8.", "Save the file as UTF-8."),
    "not_an_object": Code(
        "error", "The line is JSON, but no object.", "A request is an object: {...}."
    ),
    "invalid_type": Code("error", "A field has the wrong type.", "Correct the field."),
    "invalid_value": Code("error", "A field's value cannot be right.", "Correct the field."),
    "invalid_method": Code(
        "error", "The method is not POST.", 'Write "method": "POST".', repair="set_method"
    ),
    "missing_model": Code(
        "error", "The body names no model.", "Name the model, the same on every line."
    ),
    "stream_not_supported": Code(
        "error", "A batch cannot stream.", "Remove stream from the body.", repair="remove_stream"
    ),
    "unsupported_parameter": Code(
        "error",
        "The endpoint refuses this parameter.",
        "Use max_output_tokens on /v1/responses.",
    ),
    "file_too_large": Code(
        "error", "The file has more bytes than the server takes.", "Split the file."
    ),
    "line_too_long": Code(
        "error", "The line has more bytes than the server, or batchtui, takes.", "Shorten it."
    ),
    "invalid_metadata": Code(
        "error", "The metadata breaks the server's bounds.", "Shorten or drop pairs."
    ),
    "blank_line": Code(
        "warning",
        "The line is blank; most servers skip it.",
        "Remove it.",
        repair="drop_blank_lines",
    ),
    "unknown_endpoint": Code(
        "warning", "No batch endpoint of OpenAI has this url.", "Check its spelling."
    ),
    "unknown_key": Code(
        "warning",
        "A request has custom_id, method, url and body; servers drop or refuse other keys.",
        "Put parameters of the model into body.",
    ),
    "lone_surrogate": Code(
        "warning",
        "Half of a \\u escape pair stands alone: many servers cannot store it.",
        "Cut text at characters, not at UTF-16 units.",
    ),
}


def problem(
    code: str,
    line: int | None,
    message: str,
    *,
    column: int | None = None,
    field: str | None = None,
    custom_id: str | None = None,
    other_line: int | None = None,
    repair: str | None = None,
) -> Problem:
    """A Problem with its code's severity and, unless given, its code's repair.

    Texts are shortened and made fit for UTF-8.
    """
    entry = CODES[code]
    return Problem(
        line,
        code,
        entry.severity,
        shown(message),
        column=column,
        field=None if field is None else shown(field),
        custom_id=None if custom_id is None else shown(custom_id),
        other_line=other_line,
        repair=repair or entry.repair,
    )


def shown(text: str) -> str:
    """`text` from a file as a problem may carry it: of bounded length, half surrogates escaped."""
    if len(text) > SHOWN_CHARS:
        text = text[:SHOWN_CHARS] + "…"
    return text.encode("utf-8", "backslashreplace").decode()
