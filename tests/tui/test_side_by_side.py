"""Several accounts in one list: whose each batch is, what goes to whom, trouble of one alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from batchtui import paths
from batchtui.config import Profile, side_by_side
from batchtui.errors import ConnectionFailedError, UsageError
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from batchtui.tui.connection import Connection
from batchtui.tui.screens.batches import BatchesScreen
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.detail import DetailScreen
from batchtui.workflows.feed import Trouble
from batchtui.workflows.session import Session
from batchtui.workflows.submit import Created, Submission, submit
from tests.tui.conftest import MakeApp
from tests.tui.support import (
    NOW_S,
    CannedApp,
    answer,
    make_batch,
    screen_lines,
    screen_text,
    type_text,
    until,
    until_shown,
)

WriteInput = Callable[..., Path]


class TwoAccounts(CannedApp):
    """Two accounts whose batches have the same ids."""

    def connect(self, *followed: Profile) -> None:
        one = Profile("one", "http://one.example:4000")
        two = Profile("two", "http://two.example:4000", read_only=True)
        self.connections = [Connection(one, None, 0), Connection(two, None, 1)]
        self.connection = self.connections[0]
        self.show(0, make_batch(1, "in_progress"), make_batch(5))
        self.show(1, make_batch(1, "failed"), make_batch(3, "in_progress", model="other"))

    def show(self, place: int, *batches: object) -> None:
        account = self.connections[place].account
        account.refresh(answer(*batches))  # type: ignore[arg-type]
        self.account_changed.publish(None)

    @property
    def list(self) -> BatchesScreen:
        assert isinstance(self.screen, BatchesScreen)
        return self.screen


async def test_the_same_id_of_two_servers_is_two_rows_each_with_its_own() -> None:
    app = TwoAccounts()
    async with app.run_test(size=(100, 24)) as pilot:
        await until_shown(pilot, "PROFILE")
        table = app.list.table
        assert [(row.batch.id, row.connection.name) for row in table.rows.shown] == [
            ("batch_000001", "one"),
            ("batch_000001", "two"),
            ("batch_000003", "two"),
            ("batch_000005", "one"),
        ]
        assert "4 loaded  2 running  1 failed" in screen_text(app)
        await pilot.press("space", "space")
        assert [row.connection.name for row in table.marked_rows] == ["one", "two"]
        app.show(1, make_batch(3, "in_progress"))
        await until(pilot, lambda: len(table.rows) == 3)
        assert [row.connection.name for row in table.marked_rows] == ["one"]


async def test_the_row_under_the_cursor_says_which_server_is_meant() -> None:
    app = TwoAccounts()
    async with app.run_test(size=(100, 24), notifications=True) as pilot:
        await until_shown(pilot, "one @ one.example:4000")
        await until_shown(pilot, "1 of 2 profiles")
        assert "x cancel" in screen_lines(app)[-1]
        await pilot.press("j")
        await until_shown(pilot, "two @ two.example:4000")
        await until(pilot, lambda: "x cancel" not in screen_lines(app)[-1])
        await pilot.press("x")
        await until_shown(pilot, "profile two is read-only")
        await pilot.press("i")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        await until_shown(pilot, "failed")
        assert app.connection.name == "two"


async def test_a_screen_stays_with_its_server_whatever_the_list_is_at() -> None:
    app = TwoAccounts()
    async with app.run_test(size=(100, 24)) as pilot:
        await until_shown(pilot, "one @ one.example:4000")
        await pilot.press("j", "i")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        await pilot.press("colon", *"local", "enter")
        await until_shown(pilot, "[3 Local]")
        app.turn_to(app.connections[0])
        await pilot.press("1")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        assert app.connection.name == "two"


async def test_trouble_of_one_is_named_and_hides_no_other() -> None:
    app = TwoAccounts()
    async with app.run_test(size=(100, 24)) as pilot:
        await until_shown(pilot, "PROFILE")
        error = ConnectionFailedError("two.example:4000 does not answer")
        app.connections[1].account.trouble = Trouble(error, 8.0, NOW_S - 120)
        app.connections[1].account.trouble_at_s = NOW_S
        app.account_changed.publish(None)
        await until_shown(pilot, "two: the server does not answer")
        assert "data from 2m ago, next try in 8s" in screen_text(app)
        assert len(app.list.table.rows) == 4


async def test_a_filter_can_ask_for_a_profile() -> None:
    app = TwoAccounts()
    async with app.run_test(size=(100, 24)) as pilot:
        await until_shown(pilot, "PROFILE")
        await pilot.press("slash", *"profile:two", "enter")
        await until(pilot, lambda: len(app.list.table.rows) == 2)
        await until_shown(pilot, "two @ two.example:4000")


@dataclass
class Servers:
    first: Gateway
    second: Gateway
    profiles: dict[str, Profile]


@pytest.fixture
def servers(gateway: Gateway, tmp_path: Path) -> Iterator[Servers]:
    with ExitStack() as stack:
        options = GatewayOptions(data_dir=tmp_path / "second", port=0, echo_delay_s=30)
        second = stack.enter_context(Gateway(options))
        text = "".join(
            f'[profiles.{name}]\nbase_url = "{each.base_url}"\nkind = "local"\nrefresh_s = 1\n'
            for name, each in (("one", gateway), ("two", second))
        )
        paths.config_file().parent.mkdir(parents=True)
        paths.config_file().write_text(text)
        found = {each.name: replace(each, refresh_s=0.1) for each in side_by_side(["all"])}
        yield Servers(gateway, second, found)


async def create(profile: Profile, path: Path) -> str:
    async with Session(profile) as session:
        events = [event async for event in submit(session, Submission(path))]
    assert isinstance(events[-1], Created)
    return events[-1].batch.id


async def test_side_by_side_by_command_and_a_cancel_goes_to_its_server(
    servers: Servers, make_app: MakeApp, write_input: WriteInput
) -> None:
    quick = await create(servers.profiles["one"], write_input(2, name="first.jsonl"))
    slow = await create(servers.profiles["two"], write_input(2, name="second.jsonl"))
    app = make_app(servers.profiles["one"])
    async with app.run_test(size=(100, 24)) as pilot:
        await until_shown(pilot, "first.jsonl")
        assert "second.jsonl" not in screen_text(app)
        await until(pilot, lambda: app.known_profiles)
        await pilot.press("colon")
        await type_text(pilot, "profile all")
        await pilot.press("enter")
        await until_shown(pilot, "first.jsonl")
        await until_shown(pilot, "second.jsonl")
        screen = app.screen
        assert isinstance(screen, BatchesScreen)
        screen.table.move_to_key(app.connections[1].mark + slow)
        await until(pilot, lambda: app.connection.name == "two")
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: app.account.batches[slow].status in ("cancelling", "cancelled"))
        await pilot.press("2")
        await until_shown(pilot, "second.jsonl")
        assert "first.jsonl" not in screen_text(app)
        assert "two @" in screen_lines(app)[0]
        await pilot.press("1")
        screen.table.move_to_key(app.connections[0].mark + quick)
        await until(pilot, lambda: app.connection.name == "one")
        await pilot.press("2")
        await until_shown(pilot, "first.jsonl")
        assert "second.jsonl" not in screen_text(app)


async def test_a_dead_server_beside_one_that_lives(
    servers: Servers, make_app: MakeApp, write_input: WriteInput
) -> None:
    await create(servers.profiles["one"], write_input(2, name="first.jsonl"))
    dead = Profile("dead", "http://127.0.0.1:9", kind="local", refresh_s=0.1)
    app = make_app(servers.profiles["one"], beside=[servers.profiles["one"], dead])
    async with app.run_test(size=(100, 24)) as pilot:
        await until_shown(pilot, "first.jsonl")
        await until_shown(pilot, "✗ dead: ")
        await until(pilot, lambda: "first.jsonl" in screen_text(app))


async def test_profiles_are_told_apart_by_name_and_an_unknown_one_is_said(
    servers: Servers,
) -> None:
    assert [each.name for each in side_by_side(["two", "one", "two"])] == ["two", "one"]
    assert [each.name for each in side_by_side(["all"])] == ["one", "two"]
    with pytest.raises(UsageError, match="no profile named 'three'"):
        side_by_side(["three"])


async def test_the_key_goes_from_account_to_account_by_their_first_rows() -> None:
    app = TwoAccounts()
    async with app.run_test(size=(100, 24), notifications=True) as pilot:
        await until_shown(pilot, "one @ one.example:4000")
        for name in ("two", "one"):
            await pilot.press("P")
            await until_shown(pilot, f"{name} @ {name}.example:4000")
            row = app.list.table.cursor_row
            assert row is not None
            assert (row.batch.id, row.connection.name) == ("batch_000001", name)
        app.show(1)
        await until(pilot, lambda: len(app.list.table.rows) == 2)
        await pilot.press("P")
        await until_shown(pilot, "No other account has a row here; on Files P goes to each")
