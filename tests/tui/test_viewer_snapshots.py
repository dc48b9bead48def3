"""Pictures of the three looks at the design size and wide, with CJK and emoji in them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from batchtui.tui.viewer.screen import ViewerScreen
from batchtui.tui.viewer.target import BatchResults
from tests.tui.support import until
from tests.tui.viewer_support import keep_as_downloaded, offline_app, until_idle

SIZES = {"80x24": (80, 24), "120x36": (120, 36)}
SnapCompare = Callable[..., bool]


@pytest.mark.parametrize("size", SIZES.values(), ids=list(SIZES))
@pytest.mark.parametrize("look", ["exchange", "record", "lines"])
def test_look(snap_compare: SnapCompare, tmp_path: Path, look: str, size: tuple[int, int]) -> None:
    """The third of forty requests, whose error is shown in full; the first is in Japanese."""
    assert snap_compare(
        offline_app(tmp_path), terminal_size=size, run_before=_showing(tmp_path, look, "j", "j")
    )


def test_search_and_filter(snap_compare: SnapCompare, tmp_path: Path) -> None:
    """A filter by outcome, a search that is marked, two marked records, Japanese and emoji."""

    async def run(pilot: Pilot[Any]) -> None:
        await _showing(tmp_path, "lines")(pilot)
        await pilot.press("space", "space", *"f", *"outcome:ok", "enter")
        await _idle(pilot)
        await pilot.press("/", *"refund", "enter")
        await _idle(pilot)
        await pilot.press("tab")
        await _idle(pilot)

    assert snap_compare(offline_app(tmp_path), terminal_size=(80, 24), run_before=run)


def _showing(tmp_path: Path, look: str, *keys: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    async def run(pilot: Pilot[Any]) -> None:
        app = pilot.app
        session = offline_app(tmp_path).session
        assert session is not None
        batch = keep_as_downloaded(session, tmp_path / "made")
        screen = ViewerScreen(BatchResults(batch, "tickets-w43.jsonl"))
        await app.push_screen(screen)
        await until(pilot, lambda: screen.records is not None)
        await until_idle(pilot, screen)
        await pilot.press(*keys)
        while screen.look != look:
            await pilot.press("tab")
        await until_idle(pilot, screen)

    return run


async def _idle(pilot: Pilot[Any]) -> None:
    screen = pilot.app.screen
    assert isinstance(screen, ViewerScreen)
    await until_idle(pilot, screen)
