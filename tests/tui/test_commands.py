"""Commands by their names: moved through, found by what one calls them, run from the viewer too."""

from __future__ import annotations

from pathlib import Path

from batchtui.tui.commands import commands, matching, named
from batchtui.tui.screens.detail import DetailScreen
from batchtui.tui.screens.messages import MessagesScreen
from tests.tui.support import CannedApp, make_batch, screen_lines, screen_text, until, until_shown
from tests.tui.viewer_support import told, until_idle, viewing_batch


def chosen(app: CannedApp) -> str:
    """The command that the sign at the left marks."""
    marked = [line for line in screen_lines(app)[-9:-1] if line.startswith(" ▌ ")]
    return marked[0][3:].split("  ")[0].strip() if marked else ""


async def test_the_arrows_go_through_the_commands_past_those_shown() -> None:
    app = CannedApp(make_batch(1))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-1")
        await pilot.press("colon")
        await until(pilot, lambda: chosen(app) == "batch: results")
        await pilot.press("down")
        await until(pilot, lambda: chosen(app) == "batch: new")
        await pilot.press("up")
        await until(pilot, lambda: chosen(app) == "batch: results")
        offered = [each.name for each in matching(list(commands(app, app.screen_stack[0])), "")]
        await pilot.press(*["down"] * 10)
        await until(pilot, lambda: chosen(app) == offered[10])


async def test_enter_runs_the_command_that_is_marked_though_nothing_is_typed() -> None:
    app = CannedApp(make_batch(1))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-1")
        offered = [each.name for each in matching(list(commands(app, app.screen)), "")]
        await pilot.press("colon", *["down"] * offered.index("batch: detail"), "enter")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))


async def test_what_is_done_with_a_batch_is_found_by_one_and_by_many() -> None:
    app = CannedApp(make_batch(1, "in_progress"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-1")
        found = list(commands(app, app.screen))
        for typed in ("batch: cancel", "batches: cancel", "batches cancel"):
            assert [each.name for each in matching(found, typed)] == ["batch: cancel"]
        assert {"batch: quit", "batches: cancel"}.isdisjoint(each.name for each in found)
        assert "everywhere: quit" in {each.name for each in found}
        await pilot.press("ctrl+p", *"batches", "space", *"cancel")
        await until_shown(pilot, "batch: cancel")


async def test_only_a_whole_name_is_a_command() -> None:
    app = CannedApp(make_batch(1))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-1")
        for typed in ("q", "Messages", " batch:  cancel", "batches: cancel", "diff a b"):
            assert named(app, app.screen, typed) is not None, typed
        for typed in ("", "12", "t-0812", "mess", "cancel", "diff a"):
            assert named(app, app.screen, typed) is None, typed


async def test_the_colon_of_the_viewer_runs_commands_and_finds_ids(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await pilot.press("colon", *"t-0005", "enter")
        await until(pilot, lambda: screen.number == 4)
        await pilot.press("colon", *"nobody", "enter")
        await until_idle(pilot, screen)
        assert told(screen) == "no record has the custom_id nobody"
        await pilot.press("colon", *"messages", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, MessagesScreen))
        assert "has the custom_id messages" not in screen_text(screen.app)
