"""What a model answered, as named texts: thoughts, every choice, tool calls, sound, what else came.

Reads the `body` of a result line, in the shapes of the endpoints, and draws nothing. What has no
shape that is known here is shown as JSON: nothing that came is left out silently.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from batchtui.tui.viewer.conversation import call_text, json_text, part_text

BODY = "response.body"


@dataclass(frozen=True, slots=True)
class Said:
    """`name` is "" for the answer itself; `path` is where it stands in the record.

    `is_heading`: what follows is another of several answers, and `name` says which.
    """

    name: str
    text: str
    path: str
    is_heading: bool = False


def said(body: Mapping[str, Any]) -> list[Said]:
    """All that a response says, in order; empty for a body without text, as vectors."""
    choices, output = body.get("choices"), body.get("output")
    if isinstance(choices, list):
        return list(_of_choices(choices))
    return list(_of_output(output)) if isinstance(output, list) else []


def _of_choices(choices: list[Any]) -> Iterator[Said]:
    for at, choice in enumerate(choices):
        path = f"{BODY}.choices[{at}]"
        if len(choices) > 1:
            reason = choice.get("finish_reason") if isinstance(choice, dict) else None
            more = f"  {reason}" if isinstance(reason, str) and reason != "stop" else ""
            yield Said(f"choice {at + 1} of {len(choices)}{more}", "", path, is_heading=True)
        if not isinstance(choice, dict):
            yield Said("?", json_text(choice), path)
            continue
        message = choice.get("message")
        if isinstance(message, dict):
            yield from _of_message(message, f"{path}.message")
        else:
            yield from _text("", choice.get("text"), f"{path}.text")


def _of_message(message: Mapping[str, Any], path: str) -> Iterator[Said]:
    for key in ("reasoning_content", "reasoning"):
        if message.get(key):
            yield from _text("thought", message[key], f"{path}.{key}")
            break
    yield from _content(message.get("content"), f"{path}.content")
    yield from _text("refusal", message.get("refusal"), f"{path}.refusal")
    audio = message.get("audio")
    if isinstance(audio, dict):
        yield from _text("audio", audio.get("transcript"), f"{path}.audio.transcript")
        size = len(str(audio.get("data") or ""))
        if size:
            yield Said("", f"[audio, {size:,} characters of base64]", f"{path}.audio.data")
    calls = message.get("tool_calls")
    for at, call in enumerate(calls if isinstance(calls, list) else []):
        yield _call(call, f"{path}.tool_calls[{at}]")
    if isinstance(message.get("function_call"), dict) and not calls:
        yield _call({"function": message["function_call"]}, f"{path}.function_call")


def _of_output(output: list[Any]) -> Iterator[Said]:
    for at, item in enumerate(output):
        path = f"{BODY}.output[{at}]"
        kind = item.get("type") if isinstance(item, dict) else None
        if not isinstance(item, dict):
            yield Said("?", json_text(item), path)
        elif kind == "message":
            yield from _content(item.get("content"), f"{path}.content")
        elif kind == "reasoning":
            for key in ("summary", "content"):
                for part in _content(item.get(key), f"{path}.{key}"):
                    yield Said("thought", part.text, part.path)
        elif kind in ("function_call", "custom_tool_call"):
            yield _call({"function": item}, path)
        else:
            yield Said(str(kind or "?"), json_text(item), path)


def _content(content: Any, path: str) -> Iterator[Said]:
    """A text, or parts of which each has its own."""
    if not isinstance(content, list):
        yield from _text("", content, path)
        return
    for at, part in enumerate(content):
        place = f"{path}[{at}]"
        refusal = part.get("refusal") if isinstance(part, dict) else None
        if isinstance(refusal, str) and refusal:
            yield Said("refusal", refusal, f"{place}.refusal")
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            yield from _text("", part["text"], f"{place}.text")
        else:
            yield Said("", part_text(part), place)


def _text(name: str, value: Any, path: str) -> Iterator[Said]:
    if value:
        yield Said(name, value if isinstance(value, str) else json_text(value), path)


def _call(call: Any, path: str) -> Said:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) and isinstance(call, dict):
        function = call.get("custom")
    if not isinstance(function, dict):
        return Said("calls", json_text(call), path)
    arguments = function.get("arguments", function.get("input", ""))
    return Said("calls", call_text(str(function.get("name")), arguments), path)
