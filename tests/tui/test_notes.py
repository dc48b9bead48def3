"""Notes: where they lie, and how one gets rid of them."""

from __future__ import annotations

from batchtui.tui.screens.batches import BatchesScreen
from batchtui.tui.screens.detail import DetailScreen
from batchtui.tui.screens.help import HelpScreen
from batchtui.tui.screens.retry import RetryScreen
from tests.conftest import WriteInput
from tests.tui.conftest import MakeApp
from tests.tui.support import (
    CannedApp,
    make_batch,
    screen_lines,
    screen_text,
    until,
    until_shown,
)
from tests.tui.test_retry import started, until_final


async def test_escape_takes_the_notes_away_before_anything_else() -> None:
    app = CannedApp(make_batch(1))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "file-1")
        await pilot.press("i")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        await pilot.press("x")
        await until_shown(pilot, "Nothing to cancel")
        await pilot.press("escape")
        await until(pilot, lambda: "Nothing to cancel" not in screen_text(app))
        assert isinstance(app.screen, DetailScreen)
        # The same is told again when it happens again.
        await pilot.press("x")
        await until_shown(pilot, "Nothing to cancel")
        await pilot.press("escape", "escape")
        await until(pilot, lambda: isinstance(app.screen, BatchesScreen))


async def test_help_is_not_covered_by_notes() -> None:
    app = CannedApp(make_batch(1))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "file-1")
        await pilot.press("x")
        await until_shown(pilot, "Nothing to cancel")
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await until(pilot, lambda: "Nothing to cancel" not in screen_text(app))


async def test_what_is_below_the_last_rule_is_never_covered(
    make_app: MakeApp, write_input: WriteInput
) -> None:
    app = make_app()
    assert app.profile is not None
    batch_id = await started(app.profile, write_input(20, model="echo-once-50"))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_final(pilot, app, batch_id)
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, RetryScreen))
        await until_shown(pilot, "for a new batch")
        below = screen_lines(app)[-3:]
        app.tell("word " * 60, trouble=True)
        await until_shown(pilot, "word word")
        assert screen_lines(app)[-3:] == below
