"""Problems beside the form: seen at their line, edited, put right in a copy, and what it costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from batchtui.config import Profile
from batchtui.gateway.server import Gateway
from batchtui.jsonl.statistics import Statistics
from batchtui.tui import cost_text
from batchtui.tui.routing import routing
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.create import CreateScreen
from batchtui.tui.screens.problems import ProblemsScreen
from batchtui.tui.viewer import external
from batchtui.tui.viewer.screen import ViewerScreen
from batchtui.workflows import files
from batchtui.workflows.cost import Cost
from batchtui.workflows.repair import fixed_path
from batchtui.workflows.session import Session
from batchtui.workflows.submit import Uploaded
from tests.conftest import WriteInput
from tests.tui.conftest import MakeApp
from tests.tui.support import focus, screen_text, type_text, until, until_shown


@pytest.fixture
def bad(write_input: WriteInput) -> Path:
    """Ten requests, of which the second repeats an id, and the sixth line is blank."""
    path = write_input(10)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[1] = lines[0]
    lines[5] = b"\n"
    path.write_bytes(b"".join(lines))
    return path


@pytest.fixture
def edited(monkeypatch: pytest.MonkeyPatch, machine: Path) -> list[list[str]]:
    """What would have been run in the foreground: an editor that is called vim."""
    commands: list[list[str]] = []
    editor = machine / "vim"
    editor.write_text("#!/bin/sh\n")
    editor.chmod(0o700)
    monkeypatch.setenv("EDITOR", str(editor))
    monkeypatch.setattr(external, "run", lambda app, command: commands.append(command))
    return commands


async def test_enter_opens_the_file_at_the_problem_in_the_lines_look(
    make_app: MakeApp, bad: Path
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(bad))
        await until_shown(pilot, "f renumber")
        await pilot.press("enter")
        await until_shown(pilot, "2 of 10")
        assert isinstance(app.screen, ViewerScreen)
        assert app.screen.look == "lines"
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, CreateScreen))


@pytest.mark.parametrize("screen", [CreateScreen, ProblemsScreen])
async def test_e_edits_at_the_line_and_checks_again(
    make_app: MakeApp,
    bad: Path,
    write_input: WriteInput,
    edited: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    screen: type[CreateScreen | ProblemsScreen],
) -> None:
    def correct(app: object, command: list[str]) -> None:
        edited.append(command)
        write_input(10)

    monkeypatch.setattr(external, "run", correct)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(screen(bad))
        await until_shown(pilot, "1 problem:")
        await until(pilot, lambda: app.focused is not None)
        await pilot.press("e")
        await until_shown(pilot, "nothing to object to")
        assert [command[1:] for command in edited] == [["+2", str(bad)]]


async def test_f_writes_a_copy_and_the_form_goes_on_with_it(make_app: MakeApp, bad: Path) -> None:
    original = bad.read_bytes()
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(bad))
        await until_shown(pilot, "Fix 2 into a copy")
        await focus(pilot, ".key")
        await type_text(pilot, "team")
        await focus(pilot, "#problems")
        await pilot.press("f")
        await until_shown(pilot, "9 requests, nothing to object to")
        assert "in.fixed.jsonl" in screen_text(app)
        assert app.screen.query_one(".key", Input).value == "team"
        assert not app.screen.query_one("#fix", Button).display
        assert bad.read_bytes() == original
        fixed = bad.with_name("in.fixed.jsonl").read_bytes()
        assert fixed.count(b"\n") == 9
        assert b'"r-0-2"' in fixed
        await focus(pilot, ".value")
        await type_text(pilot, "ads")
        await focus(pilot, "#submit")
        await pilot.press("S")
        await until(pilot, lambda: app.current_mode == "batches")
        await until_shown(pilot, "in.fixed.jsonl")
        (batch,) = app.account.batches.values()
        assert batch.metadata == {"team": "ads"}


async def test_the_button_fixes_too_and_never_takes_a_name_that_is_there(
    make_app: MakeApp, bad: Path
) -> None:
    taken = bad.with_name("in.fixed.jsonl")
    taken.write_text("mine")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(bad))
        await until_shown(pilot, "Fix 2 into a copy")
        await focus(pilot, "#fix")
        await pilot.press("enter")
        await until_shown(pilot, "nothing to object to")
        assert taken.read_text() == "mine"
        assert bad.with_name("in.fixed-2.jsonl").exists()


async def test_a_copy_that_cannot_be_written_is_said(
    make_app: MakeApp, bad: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from batchtui.workflows import repair

    monkeypatch.setattr(repair, "fixed_path", lambda path: path.parent / "gone" / "x.jsonl")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(bad))
        await until_shown(pilot, "Fix 2 into a copy")
        await pilot.press("f")
        await until_shown(pilot, "No such file or directory")
        assert app.screen.query_one("#file").is_attached


async def test_nothing_to_fix_is_said(make_app: MakeApp, write_input: WriteInput) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: app.session)
        await app.push_screen(ProblemsScreen(write_input(2)))
        await until_shown(pilot, "nothing to object to")
        await pilot.press("f")
        await until_shown(pilot, "Nothing here that a program can put right")
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, CreateScreen))


async def test_an_endpoint_changed_in_the_editor_is_followed_not_held_against_the_file(
    make_app: MakeApp, write_input: WriteInput, edited: list[list[str]]
) -> None:
    path = write_input(2)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(path))
        await until_shown(pilot, "nothing to object to")
        text = path.read_text().replace("/v1/chat/completions", "/v1/embeddings")
        path.write_text(text.replace("messages", "input"))
        await pilot.press("e")
        await until_shown(pilot, "/v1/embeddings")
        await until_shown(pilot, "2 requests")
        assert "url_mismatch" not in screen_text(app)


async def expensive(make_app: MakeApp, gateway: Gateway) -> Any:
    return make_app(
        Profile("far", gateway.base_url, kind="local", refresh_s=0.1, confirm_above_usd=0.0)
    )


async def test_the_cost_is_shown_and_much_of_it_is_asked_about(
    make_app: MakeApp, write_input: WriteInput, gateway: Gateway
) -> None:
    app = await expensive(make_app, gateway)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(write_input(5, model="gpt-4o-mini")))
        await until_shown(pilot, "cost from <1c, no limit on answers (batch price)")
        await press_submit(pilot)
        await until_shown(pilot, "Submit in.jsonl, 5 requests?")
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, CreateScreen))
        await pilot.press("S")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        assert not app.account.batches
        await pilot.press("y")
        await until(pilot, lambda: len(app.account.batches) == 1)


async def press_submit(pilot: Pilot[Any]) -> None:
    await focus(pilot, "#submit")
    await pilot.press("S")


async def test_an_unknown_price_is_said_and_asks_nothing(
    make_app: MakeApp, write_input: WriteInput, gateway: Gateway
) -> None:
    app = await expensive(make_app, gateway)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(write_input(5)))
        await until_shown(pilot, "cost unknown")
        await press_submit(pilot)
        await until(pilot, lambda: app.current_mode == "batches")


async def test_metadata_beyond_the_servers_bounds_is_said_while_typing(
    make_app: MakeApp, write_input: WriteInput
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(write_input(2)))
        await until_shown(pilot, "nothing to object to")
        app.screen.query_one(".key", Input).value = "k" * 65
        await until_shown(pilot, "more than 64 characters")
        app.screen.query_one(".key", Input).value = "team"
        await until(pilot, lambda: "more than 64" not in screen_text(app))


def test_what_a_cost_reads_like() -> None:
    assert cost_text.amount(Cost(0.46, 4.15, True)) == "$0.46 to $4.15"
    assert cost_text.amount(Cost(1_234.5, 1_234.5, True)) == "about $1,234"
    assert cost_text.amount(Cost(0.001, 0.02, True)) == "up to $0.02"
    assert cost_text.amount(Cost(0.001, 0.001, True)) == "<1c"
    assert "no batch discount" in cost_text.question("a", Cost(30, None, False), 1, 20)
    assert cost_text.tokens(Statistics()) == []


def test_where_a_batch_is_sent_on_to() -> None:
    base = "http://proxy:4000"
    assert routing(Profile("a", base, kind="litellm", model="m")).to == "m"
    assert "x-litellm-model" in routing(Profile("a", base, kind="litellm", model="m")).how
    assert "custom-llm-provider" in routing(Profile("a", base, provider="azure")).how
    assert routing(Profile("a", base, kind="litellm")).to == "the proxy's default"
    assert routing(Profile("a", base)).to == "proxy:4000"
    assert routing(None).to == "not connected"


def test_the_name_of_a_copy(tmp_path: Path) -> None:
    assert fixed_path(tmp_path / "a.jsonl.gz").name == "a.fixed.jsonl"
    assert fixed_path(tmp_path / "a").name == "a.fixed"
    assert fixed_path(tmp_path / ".hidden").name == ".hidden.fixed"
    (tmp_path / "b.fixed.jsonl").symlink_to(tmp_path / "nowhere")
    assert fixed_path(tmp_path / "b.jsonl").name == "b.fixed-2.jsonl"


async def test_a_line_of_a_server_file_is_shown_under_the_files_own_name(
    make_app: MakeApp, profile: Profile, bad: Path
) -> None:
    async with Session(profile) as session:
        events = [event async for event in files.upload(session, bad)]
    uploaded = events[-1]
    assert isinstance(uploaded, Uploaded)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.session)
        assert app.session is not None
        kept = app.session.download_path(uploaded.file.id)
        await app.push_screen(CreateScreen(kept, server_file=uploaded.file))
        await until_shown(pilot, "f renumber")
        await pilot.press("enter")
        await until_shown(pilot, "2 of 10")
        assert isinstance(app.screen, ViewerScreen)
        assert app.screen.look == "lines"
        title = screen_text(app).splitlines()[0]
        assert "in.jsonl" in title
        assert kept.stem not in title
