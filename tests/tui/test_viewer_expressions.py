"""Searching for an expression, and what is marked of what is searched for."""

from __future__ import annotations

import asyncio
import json
import queue
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from batchtui.tui.viewer import in_view
from batchtui.tui.viewer.in_view import ExpressionHighlight
from batchtui.tui.viewer.prompt import Prompt
from batchtui.tui.viewer.screen import ViewerScreen
from tests.tui.support import screen_lines, screen_text, type_text, until, until_shown
from tests.tui.viewer_support import told, until_idle, viewing_file

ENDLESS = "(a+a+)+b"


def have_ended(processes: list[subprocess.Popen[bytes]]) -> bool:
    return bool(processes) and all(each.returncode is not None for each in processes)


async def ask(pilot: Pilot[Any], screen: ViewerScreen, key: str, typed: str) -> None:
    await until(pilot, lambda: screen.query(Prompt))
    await pilot.press(key)
    await type_text(pilot, typed)
    await pilot.press("enter")
    await pilot.pause()


def marked(screen: ViewerScreen) -> list[str]:
    """The parts of the lines in view that are marked."""
    pane = screen.pane
    strips = [pane.render_line(y) for y in range(pane.size.height)]
    return [each.text for strip in strips for each in strip if each.style and each.style.reverse]


def write(path: Path, *texts: str) -> Path:
    path.write_text("".join(json.dumps({"t": text}) + "\n" for text in texts))
    return path


@pytest.mark.parametrize(
    ("typed", "marks"),
    [
        ("café", [r"caf\u00e9", r"CAF\u00c9"]),
        ("Café", []),
        ('"quoted"', [r"\"quoted\""]),
        ("re:caf[éx]", [r"caf\u00e9", r"CAF\u00c9"]),
        ('re:"qu\\w+"', [r"\"quoted\""]),
        ("re:one\\n- it", [r"one\n- it"]),
        ("re:\\S+@example", ["bob@example"]),
    ],
)
async def test_what_is_found_is_marked_as_it_is_written(
    tmp_path: Path, typed: str, marks: list[str]
) -> None:
    path = write(tmp_path / "a.jsonl", "a café", 'say "quoted"', "one\n- it", "at bob@example")
    path.write_text(path.read_text() + '{"t": "CAF\\u00c9"}\n')
    async with viewing_file(path) as (pilot, screen):
        await ask(pilot, screen, "slash", typed)
        await until_idle(pilot, screen)
        await until(pilot, lambda: marked(screen) == marks)
        assert screen.hits is not None
        assert len(screen.hits) == len(marks)


@pytest.mark.parametrize(
    ("typed", "number"), [("re:na.ve", 1), ("re:^Order", 2), ("re:Z.rich", 3), ("re:caf[éx]$", 4)]
)
async def test_an_expression_sees_the_text_of_strings(
    tmp_path: Path, typed: str, number: int, processes: list[subprocess.Popen[bytes]]
) -> None:
    path = write(tmp_path / "a.jsonl", "plain", "naïve", "Order 7", "in Zürich", "a café")
    async with viewing_file(path) as (pilot, screen):
        await ask(pilot, screen, "slash", typed)
        await until(pilot, lambda: screen.number == number)
        await until_idle(pilot, screen)
        await ask(pilot, screen, "f", typed)
        await until_idle(pilot, screen)
        assert screen.rows is not None
        assert list(screen.rows.selection or []) == [number]
    await until_ended(processes)


async def until_ended(processes: list[subprocess.Popen[bytes]]) -> None:
    deadline_s = time.monotonic() + 10
    while not have_ended(processes):
        assert time.monotonic() < deadline_s
        await asyncio.sleep(0.01)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("key", ["slash", "f"])
async def test_keys_go_on_and_esc_ends_an_expression_that_never_ends(
    tmp_path: Path, key: str, processes: list[subprocess.Popen[bytes]]
) -> None:
    path = write(tmp_path / "a.jsonl", *["a" * 70 + "c b"] * 9)
    async with viewing_file(path) as (pilot, screen):
        await ask(pilot, screen, key, f"re:{ENDLESS}")
        await until(pilot, lambda: processes)
        for number in (1, 2, 3):
            await pilot.press("j")
            assert screen.number == number
        await pilot.press("escape")
        assert not screen.jobs.active
        await until(pilot, lambda: processes[0].returncode is not None)
        assert screen.is_current
    await until_ended(processes)


@pytest.mark.timeout(60)
async def test_leaving_ends_it_too(
    tmp_path: Path, processes: list[subprocess.Popen[bytes]]
) -> None:
    path = write(tmp_path / "a.jsonl", *["a" * 70 + "c b"] * 9)
    async with viewing_file(path) as (pilot, screen):
        await ask(pilot, screen, "slash", f"re:{ENDLESS}")
        await until(pilot, lambda: processes)
        await pilot.press("q")
        await until(pilot, lambda: not screen.is_running)
        await until(pilot, lambda: have_ended(processes))


async def test_no_expression_is_told_and_leaves_what_is_searched_for(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", "plain", "other")
    async with viewing_file(path) as (pilot, screen):
        for key in ("slash", "f"):
            await ask(pilot, screen, key, "re:(")
            await until(
                pilot,
                lambda: told(screen).startswith(
                    "not a regular expression: missing ), unterminated subpattern at position 0. "
                    "Put a backslash before ("
                ),
            )
            assert screen.hits is None
            assert "re:(" not in screen_text(screen.app)
        await ask(pilot, screen, "slash", "other")
        await until_shown(pilot, "other  1 of 1")
        await ask(pilot, screen, "slash", "re:[")
        await until_shown(pilot, "other  1 of 1")


async def test_a_search_that_fails_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.jsonl", "plain", "other")
    async with viewing_file(path) as (pilot, screen):
        start = subprocess.Popen

        def broken(command: tuple[str, ...], **options: Any) -> subprocess.Popen[bytes]:
            return start((command[0], "-c", ""), **options)

        monkeypatch.setattr(subprocess, "Popen", broken)
        await ask(pilot, screen, "slash", "re:o.her")
        await until(pilot, lambda: "was ended" in told(screen))
        await until(pilot, lambda: screen.hits is None)
        await until(pilot, lambda: "o.her" not in screen_lines(screen.app)[-2])


@pytest.mark.timeout(30)
def test_marks_that_take_long_are_given_up(
    monkeypatch: pytest.MonkeyPatch, processes: list[subprocess.Popen[bytes]]
) -> None:
    monkeypatch.setattr(in_view, "PATIENCE_S", 0.1)
    told: queue.Queue[frozenset[str]] = queue.Queue()
    highlight = ExpressionHighlight(ENDLESS, told.put, ignore_case=False)
    assert not highlight.knows(["a" * 70, "aab"])
    assert told.get() == frozenset()
    assert highlight.knows(["a" * 70, "aab"])
    monkeypatch.setattr(in_view, "PATIENCE_S", 20.0)
    assert not highlight.spans("caab"), "asked again, and alone"
    assert told.get() == {"caab"}
    assert highlight.spans("caab") == [(1, 4)]
    monkeypatch.setattr(in_view, "PATIENCE_S", 0.1)
    assert not highlight.knows(["b" + "a" * 70])
    assert told.get() == frozenset()
    assert told.get() == frozenset()
    assert highlight.knows(["never asked"]), "given up"
    assert have_ended(processes)
    highlight.close()
