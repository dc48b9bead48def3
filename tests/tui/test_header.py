"""The first line of a tab: what gives way where there is no room, and what never does."""

from __future__ import annotations

import pytest

from batchtui.config import Profile
from batchtui.tui.connection import Connection
from batchtui.tui.header import header
from batchtui.tui.widgets.line import Line
from tests.tui.support import NOW_S, CannedApp, answer, make_batch, screen_lines, until, until_shown


def shown(width: int, *, of: int = 1, **more: object) -> str:
    given = {"provider": "openai", "read_only": True, **more}
    url = given.pop("base_url", "http://127.0.0.1:4556")
    connection = Connection(Profile("two", url, **given))  # type: ignore[arg-type]
    connection.account.refresh(answer(make_batch(1), at_s=NOW_S))
    line = Line()
    line.show_first_that_fits(header(connection, of, is_paused=False))
    return "".join(text for text, _ in line.pieces(width)).rstrip()


def parts(width: int, *, of: int = 1) -> list[str]:
    return [each.strip() for each in shown(width, of=of).split("  ") if each]


def test_at_80_cells_freshness_goes_before_what_is_safe() -> None:
    assert parts(100) == [
        "batchtui",
        "two @ 127.0.0.1:4556 via openai",
        "read-only",
        "auto 10s",
        "updated 22:13:20",
    ]
    assert parts(80) == ["batchtui", "two @ 127.0.0.1:4556 via openai", "read-only", "auto 10s"]
    assert parts(80, of=2) == [
        "batchtui",
        "two @ 127.0.0.1:4556 via openai",
        "1 of 2",
        "read-only",
        "auto 10s",
    ]
    assert parts(60) == ["batchtui", "two @ 127.0.0.1:4556 via openai", "read-only"]
    assert parts(40) == ["two @ 127.0.0.1:4556", "read-only"]


@pytest.mark.parametrize("host", ["127.0.0.1:4556", "a-long-name.of-a-server.example.com:4000"])
@pytest.mark.parametrize("width", [40, 50, 60, 80, 140])
def test_read_only_and_the_profile_are_said_at_every_width(width: int, host: str) -> None:
    line = shown(width, of=12, base_url=f"http://{host}")
    assert "read-only" in line
    assert "two @ " in line
    assert len(line) <= width


async def test_a_terminal_that_becomes_narrow_keeps_profile_and_host() -> None:
    app = CannedApp(make_batch(1))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "updated")
        await pilot.resize_terminal(40, 12)
        await until(
            pilot, lambda: screen_lines(app)[0].rstrip() == " batchtui  litellm @ localhost:4000"
        )
