"""The command line, the journal, the switch of profiles, and what calls a person back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from batchtui import paths
from batchtui.config import AppSettings, Profile
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from batchtui.tui import attention, keymap, memory
from batchtui.tui.app import BatchtuiApp
from batchtui.tui.screens.batches import BatchesScreen
from batchtui.tui.screens.doctor import DoctorScreen
from batchtui.tui.screens.local import LocalScreen
from batchtui.tui.screens.messages import MessagesScreen
from tests.tui.conftest import MakeApp
from tests.tui.support import (
    CannedApp,
    make_batch,
    screen_lines,
    screen_text,
    type_text,
    until,
    until_shown,
)
from tests.tui.terminal import Terminal

KEYS = """
import sys
from batchtui.config import Profile
from batchtui.tui.run import run_app
sys.exit(run_app(Profile("dead", "http://127.0.0.1:9")))
"""


async def test_a_word_typed_at_once_is_obeyed() -> None:
    app = CannedApp(make_batch(1))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-1")
        await pilot.press("colon", *"messages", "enter")
        await until(pilot, lambda: isinstance(app.screen, MessagesScreen))
        await pilot.press("escape", "colon", *"doctor", "enter")
        await until(pilot, lambda: isinstance(app.screen, DoctorScreen))
        await pilot.press("colon", "q", "enter")
        await until(pilot, lambda: not app.is_running)


async def test_a_number_goes_to_that_row() -> None:
    app = CannedApp(*(make_batch(number) for number in range(1, 200)))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-1")
        await pilot.press("colon", *"120", "enter")
        await until_shown(pilot, "file-120")
        assert isinstance(app.screen, BatchesScreen)
        row = app.screen.table.cursor_row
        assert row is not None
        assert row.batch.id == "batch_000120"


async def test_commands_are_chosen_completed_and_refused() -> None:
    app = CannedApp(make_batch(1, "in_progress"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-1")
        await pilot.press("colon", *"batches", "space", *"det", "down", "up", "tab")
        await until_shown(pilot, ":batch: detail")
        await pilot.press("escape", "colon", *"frobnicate", "enter")
        await until_shown(pilot, "No such command here")
        await pilot.press("escape")
        await until(pilot, lambda: "No such command" not in screen_text(app))


async def test_the_journal_keeps_what_was_told() -> None:
    app = CannedApp(make_batch(1))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-1")
        await pilot.press("x")
        app.tell("\x1b[31m[red]hostile", trouble=True)
        await pilot.press("colon", *"messages", "enter")
        await until_shown(pilot, "Nothing to cancel")
        text = screen_text(app)
        assert "✗ ␛[31m[red]hostile" in text
        assert text.index("hostile") < text.index("Nothing to cancel")


async def test_a_note_is_shown_once_and_stays_where_it_was_told() -> None:
    app = CannedApp(make_batch(1))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "file-1")
        await pilot.press("x", "x")
        await until_shown(pilot, "Nothing to cancel")
        assert screen_text(app).count("Nothing to cancel") == 1
        await pilot.press("2")
        await until_shown(pilot, "[2 Files]")
        await until(pilot, lambda: "Nothing to cancel" not in screen_text(app))
        await pilot.press("1", "c")
        await until_shown(pilot, "[3 Local]")
        await until_shown(pilot, "Pick a JSONL file")
        await pilot.press("1")
        await until_shown(pilot, "[1 Batches]")
        await until(pilot, lambda: "Pick a JSONL file" not in screen_text(app))


async def test_trouble_is_in_the_journal_once(make_app: MakeApp) -> None:
    app = make_app(Profile("dead", "http://127.0.0.1:9", refresh_s=0.1))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.account.trouble)
        first = app.account.trouble
        app.refresh_now()
        await until(pilot, lambda: app.account.trouble is not first)
        assert len(app.journal.newest_first()) == 1


async def test_the_profile_changes_without_a_restart(
    make_app: MakeApp, gateway: Gateway, tmp_path: Path
) -> None:
    options = GatewayOptions(data_dir=tmp_path / "second", port=0)
    with Gateway(options) as second:
        paths.config_file().parent.mkdir(parents=True)
        paths.config_file().write_text(
            f'[profiles.one]\nbase_url = "{gateway.base_url}"\nkind = "local"\n'
            f'[profiles.two]\nbase_url = "{second.base_url}"\nkind = "local"\n'
        )
        app = make_app(Profile("one", gateway.base_url, kind="local"))
        async with app.run_test(size=(80, 24)) as pilot:
            await until_shown(pilot, "No batches yet")
            await pilot.press("2")
            await until_shown(pilot, "No files yet")
            await until(pilot, lambda: app.other_profiles)
            await pilot.press("colon")
            await type_text(pilot, "profile two")
            await pilot.press("enter")
            await until_shown(pilot, "two @ 127.0.0.1")
            await until(pilot, lambda: app.account.is_loaded)
            assert app.profile is not None
            assert app.profile.name == "two"
            await until(pilot, lambda: [each.name for each in app.other_profiles] == ["one"])
            await pilot.press("2")
            await until_shown(pilot, "No files yet")
            assert "two @" in screen_lines(app)[0]


async def test_the_notify_command_gets_the_text(tmp_path: Path) -> None:
    told = tmp_path / "told"
    script = tmp_path / "notify"
    script.write_text(f'#!/bin/sh\nprintf %s "$1" > {told}\n')
    script.chmod(0o700)
    app = CannedApp(make_batch(1, "in_progress"), names={"file-1": "a\x1b;b.jsonl"})
    app.settings = AppSettings(notify="none", notify_command=str(script))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "running")
        app.take(make_batch(1), changed=["batch_000001"])
        await until(pilot, lambda: told.exists() and told.read_text())
        assert told.read_text() == "a␛;b.jsonl: done"


async def test_a_notify_command_that_fails_is_told() -> None:
    app = CannedApp(make_batch(1, "in_progress"))
    app.settings = AppSettings(notify_command="/nowhere/at/all")
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "running")
        app.take(make_batch(1), changed=["batch_000001"])
        await until_shown(pilot, "notify_command:")


def test_notifications_carry_no_control_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    hostile = "done\x07\x1b]2;x\x07;y"
    assert attention.notification("osc9", hostile) == "\x1b]9;batchtui: done␇␛]2,x␇,y\x07"
    assert attention.notification("osc777", "done") == "\x1b]777;notify;batchtui;done\x07"
    assert attention.notification("bell", "done") == attention.notification("none", "x") == ""
    monkeypatch.setenv("TMUX", "/tmp/tmux,1,0")
    assert attention.notification("osc9", "x").startswith("\x1bPtmux;\x1b\x1b]9;")


def test_the_title_is_given_back() -> None:
    with Terminal(KEYS) as terminal:
        terminal.read_until("next try in")
        terminal.press("q")
        assert terminal.exit_code() == 0
        assert attention.SAVE_TITLE.encode() in terminal.output
        assert attention.RESTORE_TITLE.encode() in terminal.output


async def look(path: Path, *keys: str) -> None:
    """Open the app that remembers at `path`, press `keys`, and find it sorted and narrowed."""
    app = CannedApp(make_batch(1), make_batch(2, model="other"))
    app.memory_file, app.memory = path, memory.load(path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-2")
        await pilot.press(*keys)
        await until(pilot, lambda: "file-1 " not in screen_text(app))
        assert "INPUT v" in screen_text(app)


async def test_tab_sort_and_filter_come_back(tmp_path: Path) -> None:
    path = tmp_path / "state" / "state.json"
    await look(path, "o", "o", "O", "slash", *"other", "enter")
    await look(path)
    assert json.loads(path.read_text())["tab"] == "batches"
    assert not list(path.parent.glob("*.new"))


async def test_local_begins_where_the_app_was_started_and_the_last_folder_is_a_key_away(
    profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, inside = tmp_path / "state.json", tmp_path / "inside"
    inside.mkdir()
    (inside / "deep.jsonl").write_text("{}\n")
    app = BatchtuiApp(profile, browse_dir=tmp_path, memory_file=path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        await until_shown(pilot, "inside/")
        screen = app.screen
        assert isinstance(screen, LocalScreen)
        screen.go_to(inside)
        await until_shown(pilot, "deep.jsonl")
        await pilot.press("slash", *"deep", "enter")
    monkeypatch.chdir(tmp_path)
    app = BatchtuiApp(profile, memory_file=path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "[3 Local]")
        await until_shown(pilot, "inside/")
        await pilot.press("b")
        await until_shown(pilot, "Recent folders")
        await until_shown(pilot, "/inside")
        await pilot.press("enter")
        await until_shown(pilot, "deep.jsonl")
    app = BatchtuiApp(profile, browse_dir=tmp_path, memory_file=path)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "inside/")


@pytest.mark.parametrize(
    "text", ["", "[]", '{"views": {"batches": 3}}', '{"tab": "../x", "views": {}}', "[" * 100_000]
)
def test_a_memory_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    assert memory.load(path) == memory.Memory()


def test_keys_that_clash_or_do_not_exist_are_told() -> None:
    assert keymap.problems({}) == []
    assert keymap.problems({"batch.cancel": "X"}) == []
    told = keymap.problems({"batch.cancle": "X", "batch.detail": "x"})
    assert told[0] == "[keys] batch.cancle: there is no such key id; is batch.cancel meant?"
    assert any("x means both" in each and "batch.cancel" in each for each in told)


def test_a_clash_is_told_once_though_several_screens_have_it() -> None:
    assert keymap.problems({"batch.cancel": "t"}) == [
        "[keys] t means both batch.cancel and batch.retry"
    ]
    told = keymap.problems({"zzz": "t"})
    assert told == ["[keys] zzz: there is no such key id; `batchtui keys` lists them"]


async def test_keys_of_the_configuration_work_and_mistakes_are_told() -> None:
    app = CannedApp(make_batch(1, "in_progress"))
    app.settings = AppSettings(keys={"batch.cancel": "f9", "batch.none": "f8"})
    app.set_keymap(dict(app.settings.keys))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "there is no such key id")
        await pilot.press("f9")
        await until_shown(pilot, "Cancel file-1?")


async def test_a_terminal_that_is_too_small_says_so() -> None:
    app = CannedApp(make_batch(1))
    async with app.run_test(size=(39, 9)) as pilot:
        await until_shown(pilot, "too small")
        await pilot.resize_terminal(40, 10)
        await until_shown(pilot, "file-1")
        assert "too small" not in screen_text(app)


async def test_what_was_suspended_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app = CannedApp(make_batch(1))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-1")
        drawn: list[int] = []
        monkeypatch.setattr(app, "action_redraw", lambda: drawn.append(1))
        app.app_resume_signal.publish(app)
        await until(pilot, lambda: drawn)
