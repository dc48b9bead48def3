"""The way to help at the end of the key line, whatever its key is; and the ids that remap keys."""

from __future__ import annotations

from batchtui.tui.screens.help import HelpScreen
from tests.tui.support import CannedApp, make_batch, screen_lines, screen_text, until, until_shown


async def test_the_key_of_help_is_the_one_of_the_configuration() -> None:
    app = CannedApp(make_batch(1))
    app.set_keymap({"app.help": "f3"})
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-1")
        await until(pilot, lambda: screen_lines(app)[-1].rstrip().endswith("F3 help"))
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))


async def test_where_one_types_help_has_the_key_that_is_no_character() -> None:
    app = CannedApp(make_batch(1))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-1")
        await until(pilot, lambda: screen_lines(app)[-1].rstrip().endswith("? help"))
        await pilot.press("slash", "question_mark")
        await until(pilot, lambda: screen_lines(app)[-1].rstrip().endswith("F1 help"))
        assert not isinstance(app.screen, HelpScreen)
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))


async def test_help_shows_the_ids_that_remap_keys() -> None:
    app = CannedApp(make_batch(1))
    async with app.run_test(size=(80, 60)) as pilot:
        await until_shown(pilot, "file-1")
        await pilot.press("question_mark")
        await until_shown(pilot, "i  ids for [keys]   Esc closes")
        assert "batch.cancel" not in screen_text(app)
        await pilot.press("i")
        await until_shown(pilot, "batch.cancel")
        ids = {active.binding.id for active in app.screen_stack[0].active_bindings.values()}
        assert ids
        assert [each for each in ids if each and each not in screen_text(app)] == []
        await pilot.press("i")
        await until_shown(pilot, "Cancel the marked, or this one")
