"""What a request asks, as a conversation: who says what, whatever endpoint it is for.

Reads the `body` of an input line, in the shapes of the four endpoints, and draws nothing. A field
of another shape is shown as JSON: nothing that was sent is left out silently.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

SAID: Final = frozenset({"messages", "input", "prompt", "instructions", "model", "stream"})
SETTING_CHARS: Final = 120
DATA_CHARS: Final = 400
_DATA: Final = re.compile(r"[A-Za-z0-9+/_=-]+")
"""What a longer text is made of when it is data: base64, in either alphabet."""


@dataclass(frozen=True, slots=True)
class Turn:
    """`role` is who speaks, or what it is; `path` is where it stands in the record."""

    role: str
    text: str
    path: str


def turns(body: Mapping[str, Any]) -> list[Turn]:
    """The turns of a request's `body`, in order."""
    found: list[Turn] = []
    instructions = body.get("instructions")
    if instructions is not None:
        found.append(Turn("system", json_text(instructions), "body.instructions"))
    messages = body.get("messages")
    if isinstance(messages, list):
        for at, message in enumerate(messages):
            found += _message(message, f"body.messages[{at}]")
    elif messages is not None:
        found.append(Turn("messages", json_text(messages), "body.messages"))
    if "input" in body:
        found += _input(body["input"])
    if "prompt" in body:
        found += _several("prompt", body["prompt"], "body.prompt")
    return found


def settings(body: Mapping[str, Any]) -> str:
    """Every other field of the body in one line: `temperature 0.2, tools get_weather`."""
    return ", ".join(
        f"{key} {_setting(key, value)}" for key, value in body.items() if key not in SAID
    )


def _message(message: Any, path: str) -> Iterator[Turn]:
    if not isinstance(message, dict):
        yield Turn("?", json_text(message), path)
        return
    role = str(message.get("role", "?"))
    content, calls = message.get("content"), message.get("tool_calls")
    if content is not None:
        yield from _content(role, content, f"{path}.content")
    if calls:
        for at, call in enumerate(calls if isinstance(calls, list) else [calls]):
            yield _call(call, f"{path}.tool_calls[{at}]")
    if content is None and not calls:
        rest = {key: value for key, value in message.items() if key != "role"}
        yield Turn(role, json_text(rest) if rest else "", path)


def _content(role: str, content: Any, path: str) -> Iterator[Turn]:
    if not isinstance(content, list):
        yield Turn(role, json_text(content), path)
        return
    for at, part in enumerate(content):
        yield Turn(role if at == 0 else "", part_text(part), f"{path}[{at}]")


def _input(value: Any) -> Iterator[Turn]:
    is_conversation = isinstance(value, list) and any(isinstance(item, dict) for item in value)
    if not is_conversation:
        yield from _several("input", value, "body.input")
        return
    for at, item in enumerate(value):
        path = f"body.input[{at}]"
        kind = item.get("type") if isinstance(item, dict) else None
        if kind == "function_call":
            yield _call({"function": item}, path)
        elif kind == "function_call_output":
            yield Turn("tool", json_text(item.get("output")), f"{path}.output")
        else:
            yield from _message(item, path)


def _several(role: str, value: Any, path: str) -> Iterator[Turn]:
    texts = isinstance(value, list) and value and all(isinstance(item, str) for item in value)
    if not texts:
        yield Turn(role, json_text(value), path)
        return
    for at, item in enumerate(value):
        yield Turn(role if at == 0 else "", item, f"{path}[{at}]")


def _call(call: Any, path: str) -> Turn:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        return Turn("calls", json_text(call), path)
    return Turn("calls", call_text(str(function.get("name")), function.get("arguments")), path)


def call_text(name: str, arguments: Any) -> str:
    """A tool call as `name(arguments)`, the arguments as the model wrote them."""
    shown = arguments if isinstance(arguments, str) else json_text(arguments)
    return f"{name}({shown})"


def part_text(part: Any) -> str:
    """One part of a message: its text, or what else it is, without the bytes of an image."""
    if not isinstance(part, dict):
        return json_text(part)
    text = part.get("text")
    if isinstance(text, str):
        return text
    for key, name in (("image_url", "image"), ("input_image", "image"), ("file_url", "file")):
        found = part.get(key)
        url = found.get("url") if isinstance(found, dict) else found
        if isinstance(url, str):
            return f"[{name} {_short(url)}]"
    audio = part.get("input_audio")
    if isinstance(audio, dict):
        size = len(str(audio.get("data", "")))
        return f"[audio {audio.get('format', '')}, {size:,} characters of base64]"
    file = part if part.get("type") == "input_file" else part.get("file")
    if isinstance(file, dict):
        return _file_text(file)
    return json_text(part)


def _file_text(file: Mapping[str, Any]) -> str:
    """`[file a.pdf, 4,096 characters of base64]`, with whatever of it is there."""
    name = file.get("filename") or file.get("file_id") or ""
    data = file.get("file_data")
    size = f"{len(data):,} characters of base64" if isinstance(data, str) and data else ""
    return f"[file {', '.join(str(each) for each in (name, size) if each)}]"


def _short(text: str) -> str:
    """Data as its head and its size; other text as it is."""
    head, comma, data = text.partition(",")
    if text.startswith("data:") and comma:
        return f"{head}, {len(data):,} characters"
    if len(text) > DATA_CHARS and _DATA.fullmatch(text):
        return f"{text[:24]}…, {len(text):,} characters"
    return text


def _setting(key: str, value: Any) -> str:
    if key == "tools" and isinstance(value, list):
        return " ".join(_tool_name(tool) for tool in value)
    text = json_text(value)
    return text if len(text) <= SETTING_CHARS else f"{text[:SETTING_CHARS]}…"


def _tool_name(tool: Any) -> str:
    if not isinstance(tool, dict):
        return json_text(tool)
    function = tool.get("function")
    named = function if isinstance(function, dict) else tool
    return str(named.get("name") or tool.get("type") or "?")


def json_text(value: Any) -> str:
    """A text as it is, anything else as JSON, in which data is told by its size."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(_without_data(value), ensure_ascii=False)
    except RecursionError:
        return "[nested too deeply to be shown here]"


def _without_data(value: Any) -> Any:
    if isinstance(value, str):
        return _short(value)
    if isinstance(value, list):
        return [_without_data(each) for each in value]
    if isinstance(value, dict):
        return {key: _without_data(each) for key, each in value.items()}
    return value
