"""A thousand lines that would do harm on a terminal, if they ever got there as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count, cycle, islice

PAYLOADS = (
    "\x1b]0;owned\x07",
    "\x1b]52;c;aGFja2Vk\x07",
    "\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1b[2J\x1b[H",
    "\x1b[31mred\x1b[0m",
    "\x1b[?1049l\x1b[?25h",
    "\x1b[6n\x1b[c\x1b[>q",
    "\x1bP+q544e\x1b\\",
    "\x1b_apc\x1b\\\x1b^pm\x1b\\",
    "\x1bc\x1b(0",
    "\x9b31m\x9d0;owned\x9c\x90q\x9c",
    "\x07\x08\x0b\x0c\x0e\x0f\x00\x7f",
    "\u202egnp.exe\u202c \u2066x\u2069 \u200f\u061c",
    "z\u200be\u200cr\u200do\ufeff\u2060\u00ad",
    "[bold red]markup[/] [link=http://evil.example]x[/link] [@click=app.quit]q[/]",
    "\ud800 lone \udfff",
    "e" + "\u0301" * 400,
    "❤\ufe0f 👨\u200d👩\u200d👧 🇩🇪 👍🏽",
    "\u2028line\u2029para\x85next",
    "tab\tcr\rff\x0c",
    "%s%n {0} $(id) `id` ; rm -rf",
    "\U000e0041\U000e0042 tags \ufff9a\ufffab\ufffb",
)


def hostile_lines(lines: int = 1000) -> list[bytes]:
    """Results, requests and junk in turn, each with a payload in another place."""
    return list(islice(_lines(), lines))


def harmless_lines(lines: int = 1000) -> list[bytes]:
    """Lines of the same shapes with nothing in them."""
    return [
        _result(number, "plain", status_code=500 if number % 9 == 1 else 200)
        for number in range(lines)
    ]


def _lines() -> Iterator[bytes]:
    for number, payload, place in zip(count(), cycle(PAYLOADS), cycle(range(9)), strict=False):
        if number == 0:
            yield _result(number, payload)
            continue
        yield (
            _result(number, payload),
            _result(number, payload, status_code=500),
            _raw({"custom_id": payload, "response": None, "error": {"code": payload}}),
            _raw({"custom_id": f"r-{number}", "error": payload, "response": payload}),
            payload.encode("utf-8", "surrogatepass"),
            b'{"custom_id": "' + payload.encode("utf-8", "replace") + b'", "response": {',
            _raw({payload: {payload: [payload, {payload: payload}]}}),
            b"\xff\xfe\x1b[31m\x9b\xc2\x9b" + payload.encode("utf-8", "replace"),
            _result(number, payload * 200, tool=payload),
        )[place].replace(b"\n", b" ")


def _result(number: int, payload: str, *, status_code: int = 200, tool: str | None = None) -> bytes:
    message: dict[str, object] = {"role": payload, "content": payload}
    if tool:
        message["tool_calls"] = [{"id": tool, "function": {"name": tool, "arguments": tool}}]
    body: dict[str, object] = {
        "model": payload,
        "choices": [{"message": message, "finish_reason": payload if number % 2 else "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 2},
    }
    if status_code != 200:
        body = {"error": {"code": payload, "message": f"no {payload}", "type": payload}}
    response = {"status_code": status_code, "request_id": payload, "body": body}
    return _raw({"custom_id": f"{number}{payload}", "response": response, "error": None})


def _raw(value: object) -> bytes:
    """JSON with the payload as it is where that is JSON still, else escaped."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value).encode()
