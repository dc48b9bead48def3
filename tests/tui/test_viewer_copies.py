"""What is copied of a record, from the list, from inside it, and from its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from batchtui.tui.viewer import copied as copied_module
from tests.tui.support import until, until_shown
from tests.tui.viewer_support import (
    TOO_LONG,
    answer_line,
    request_line,
    told,
    viewing_batch,
    viewing_file,
    write_lines,
)

CALL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}


@pytest.mark.parametrize("look", ["exchange", "record"])
@pytest.mark.parametrize(
    ("down", "key", "text", "what"),
    [
        (0, "v", "refund", "answer"),
        (0, "p", "response.body.choices[0].message.content", "path of the answer"),
        (2, "v", TOO_LONG, "error"),
        (2, "p", "response.body.error", "path of the error"),
        (6, "v", "請求書の住所が間違っています。訂正してください。", "question"),
        (6, "p", "body.messages[1].content", "path of the question"),
    ],
)
async def test_from_the_list_the_value_is_what_the_record_is_read_for(
    tmp_path: Path, look: str, down: int, key: str, text: str, what: str
) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await pilot.press(*["j"] * down, *(["tab"] if look == "record" else []), "y", key)
        await until(pilot, lambda: screen.app.clipboard)
        assert screen.app.clipboard == text
        assert told(screen).startswith(f"{what} sent to")


async def test_inside_a_record_a_heading_stands_for_what_is_under_it(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await pilot.press("enter", "y", "v")
        await until(pilot, lambda: screen.app.clipboard)
        assert json.loads(screen.app.clipboard) == request_line(1)["body"]
        await pilot.press("G", "k", "y", "v")
        await until(pilot, lambda: screen.app.clipboard == "refund")


async def test_a_tool_call_is_an_answer(tmp_path: Path) -> None:
    line = answer_line(1, "")
    line["response"]["body"]["choices"][0]["message"]["tool_calls"] = [CALL]
    async with viewing_file(write_lines(tmp_path / "out.jsonl", [line])) as (pilot, screen):
        await pilot.press("y", "a")
        await until(pilot, lambda: screen.app.clipboard)
        assert json.loads(screen.app.clipboard) == [{"name": "f", "arguments": {"a": 1}}]


async def test_a_line_says_that_it_is_one_and_where_it_is(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "out.jsonl", [answer_line(1), answer_line(2)])
    async with viewing_file(path) as (pilot, screen):
        await pilot.press("tab", "tab", "j", "y")
        await until_shown(pilot, "v value, here the line  p file:line")
        await pilot.press("v")
        await until(pilot, lambda: screen.app.clipboard)
        assert json.loads(screen.app.clipboard) == answer_line(2)
        assert told(screen).startswith("line sent to")
        await pilot.press("y", "p")
        await until(pilot, lambda: screen.app.clipboard == f"{path}:2")


async def test_an_answer_too_long_to_copy_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copied_module, "MOST_BYTES", 1000)
    path = write_lines(tmp_path / "out.jsonl", [answer_line(1, "x" * 2000)])
    async with viewing_file(path) as (pilot, screen):
        await pilot.press("y", "a")
        await until(pilot, lambda: "too much to copy" in told(screen))
        assert not screen.app.clipboard
