"""The look `exchange`: the request as a conversation, and under it what came back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.results import Result, Usage, read_result
from batchtui.tui.glyphs import glyphs
from batchtui.tui.outcome_look import TONES, glyph
from batchtui.tui.outcome_words import EXPLAINED
from batchtui.tui.viewer.answer import BODY, Said, said
from batchtui.tui.viewer.content import Row, Value
from batchtui.tui.viewer.conversation import settings, turns
from batchtui.tui.viewer.records import Piece
from batchtui.tui.viewer.summary import parsed_object
from batchtui.tui.viewer.text import cells, safe, wrapped
from batchtui.tui.widgets.spans import Span, Tone

LABEL_CELLS: Final = 8
TEXT_CHARS: Final = 16_384
"""How much of one text is shown at first."""


@dataclass(frozen=True, slots=True)
class Block:
    """One labelled text. `right` is a word at the right end of its first row.

    `copies`: what is copied of a heading, which has no text.
    """

    label: str
    text: str
    path: str = ""
    tone: Tone = ""
    label_tone: Tone = "muted"
    right: str = ""
    indent: int = LABEL_CELLS
    is_heading: bool = False
    copies: str = ""


class ExchangeContent:
    """`note`: what to say where there is neither request nor result to show."""

    def __init__(
        self,
        request: Piece | None,
        result: Piece | None,
        outcome: Outcome | None,
        *,
        text_chars: int = TEXT_CHARS,
    ) -> None:
        self.text_chars = text_chars
        self.blocks: list[Block] = []
        if request is not None:
            self.blocks += _request(request)
        if result is not None:
            self.blocks += _result(result, outcome)
        elif outcome is not None:
            self.blocks.append(_heading(outcome, str(outcome)))
            self.blocks.append(Block("", EXPLAINED[outcome], indent=2))

    def rows(self, width: int) -> list[Row]:
        rows: list[Row] = []
        for source, block in enumerate(self.blocks):
            if block.is_heading and rows:
                rows.append(Row())
            rows += self._laid_out(block, source, width)
        return rows

    def _laid_out(self, block: Block, source: int, width: int) -> list[Row]:
        label = safe(block.label[:40])
        if block.is_heading:
            gap = max(width - cells(label) - cells(block.right), 1)
            right: list[Span] = [(" " * gap, ""), (safe(block.right), "muted")]
            return [Row([(label, block.label_tone), *(right if block.right else [])], source)]
        room = max(width - block.indent, 8)
        text = block.text.strip("\r\n")
        left_out = len(text) - self.text_chars
        lines = wrapped(text[: self.text_chars], room)
        if left_out > 0:
            lines.append(f"{glyphs().ellipsis} {left_out:,} characters more, x shows them")
        rows: list[Row] = []
        head = label + " " * (block.indent - cells(label))
        if cells(label) >= block.indent and label:
            rows.append(Row([(label, block.label_tone)], source))
            head = " " * block.indent
        for at, line in enumerate(lines):
            margin: Span = (head if at == 0 else " " * block.indent, block.label_tone)
            rows.append(Row([margin, (line, block.tone)], source))
        return rows

    def value(self, source: int) -> Value | None:
        if not 0 <= source < len(self.blocks):
            return None
        block = self.blocks[source]
        return Value(block.path, block.text or block.copies or block.label)

    def toggle(self, source: int) -> bool:
        return False

    def parent(self, source: int) -> int:
        return source


def _heading(
    outcome: Outcome | None, words: str, right: str = "", *, path: str = "", copies: str = ""
) -> Block:
    tone = TONES.get(outcome, "accent") if outcome else ""
    return Block(
        f"{glyph(outcome)} {words}".strip(),
        "",
        path,
        label_tone=tone,
        right=right,
        is_heading=True,
        copies=copies,
    )


def _request(piece: Piece) -> list[Block]:
    if piece.is_cut:
        return [Block("request", "", is_heading=True), _too_long(piece)]
    line = parsed_object(piece.data)
    body = line.get("body")
    if not isinstance(body, dict):
        text = "This line is no request. The look `record` shows what it is."
        return [Block("request", "", is_heading=True), Block("", text, tone="trouble", indent=2)]
    model = body.get("model")
    blocks = [
        Block(
            "request",
            "",
            "body",
            right=model if isinstance(model, str) else "",
            is_heading=True,
            copies=json.dumps(body, ensure_ascii=False, indent=2),
        )
    ]
    blocks += [Block(turn.role, turn.text, turn.path) for turn in turns(body)]
    if with_settings := settings(body):
        blocks.append(Block("with", with_settings, "body", tone="muted"))
    return blocks


def _result(piece: Piece, outcome: Outcome | None) -> list[Block]:
    if piece.is_cut:
        return [_heading(outcome, "result"), _too_long(piece)]
    result = read_result(piece.data)
    outcome = outcome or result.outcome
    if result.code is not None or result.message is not None:
        return _failure(result, outcome)
    parts = _parts(piece)
    words = str(outcome)
    if result.finish_reason and result.finish_reason not in ("stop", "completed"):
        words += f"  {result.finish_reason}"
    if choices := sum(part.is_heading for part in parts):
        words += f"  {choices} choices"
    right = _usage_words(result.usage) or result.model or ""
    blocks = [_heading(outcome, words, right, path=BODY, copies=answer_text(result))]
    for part in parts:
        if part.is_heading:
            blocks.append(Block(part.name, "", part.path, is_heading=True))
        else:
            is_answer = not part.name
            text = _pretty_call(part.text) if part.name == "calls" else part.text
            tone: Tone = "muted" if part.name == "thought" else ""
            indent = 2 if is_answer else LABEL_CELLS
            blocks.append(Block(part.name, text, part.path, tone=tone, indent=indent))
    if not parts and result.text:
        blocks.append(Block("", result.text, BODY, indent=2))
    return blocks


def answer_text(result: Result) -> str:
    """What one copies as the answer: its text, else its tool calls as JSON."""
    if result.text or not result.tool_calls:
        return result.text
    calls = [{"name": call.name, "arguments": _value(call.arguments)} for call in result.tool_calls]
    return json.dumps(calls, ensure_ascii=False, indent=2)


def answer_path(piece: Piece) -> str:
    """Where in the record the answer stands, "" where there is none."""
    parts = [part for part in _parts(piece) if not part.is_heading]
    answers = [part for part in parts if part.name in ("", "audio", "refusal", "calls")]
    return (answers or parts)[0].path if parts else ""


def _parts(piece: Piece) -> list[Said]:
    response = parsed_object(piece.data).get("response")
    body = response.get("body") if isinstance(response, dict) else None
    return said(body) if isinstance(body, dict) else []


def _failure(result: Result, outcome: Outcome) -> list[Block]:
    blocks = [_heading(outcome, failure_words(result, outcome), copies=result.message or "")]
    if result.message:
        blocks.append(Block("", result.message, "error.message", indent=2))
    if result.request_id:
        text = f"request id {result.request_id}"
        blocks.append(Block("", text, "response.request_id", tone="muted", indent=2))
    return blocks


def failure_words(result: Result, outcome: Outcome) -> str:
    """`400 context_length_exceeded`, with neither said twice; the outcome where there is no code.

    There is no status where there was no HTTP.
    """
    status = str(result.status_code or "")
    code = "" if result.code == status else result.code
    return " ".join(each for each in (status, code or str(outcome)) if each)


def _too_long(piece: Piece) -> Block:
    text = (
        f"This line has {piece.length:,} bytes; x reads more of it, the look `record` part of it."
    )
    return Block("", text, tone="muted", indent=2)


def _usage_words(usage: Usage | None) -> str:
    if usage is None:
        return ""
    words = f"{usage.input_tokens:,} in, {usage.output_tokens:,} out"
    if usage.cached_tokens:
        words += f", {usage.cached_tokens:,} cached"
    if usage.reasoning_tokens:
        words += f", {usage.reasoning_tokens:,} thought"
    return words


def _pretty_call(text: str) -> str:
    """`f({"a": 1})` with its arguments on lines of their own."""
    name, opened, rest = text.partition("(")
    value = _value(rest.removesuffix(")"))
    if isinstance(value, str):
        return text
    return f"{name}{opened}{json.dumps(value, ensure_ascii=False, indent=2)})"


def _value(arguments: str) -> Any:
    """The arguments as a value; as text where they are no JSON."""
    try:
        return json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments
