"""A server that does not answer, comes back, or refuses the key; and no server at all."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from batchtui.config import Profile, Secret
from batchtui.config.keys import KeySource
from batchtui.errors import ConnectionFailedError
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from batchtui.tui.account import Account
from batchtui.tui.screens.batches import BatchesScreen
from batchtui.tui.screens.create import CreateScreen
from batchtui.tui.screens.welcome import WelcomeScreen
from batchtui.tui.start import AtBatch, Demo
from batchtui.tui.trouble import trouble_line
from batchtui.workflows.feed import Trouble
from tests.conftest import WriteInput
from tests.tui.conftest import MakeApp
from tests.tui.jobs_support import chat, write
from tests.tui.jobs_support import make as make_job
from tests.tui.support import NOW_S, screen_lines, screen_text, until, until_shown


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_a_dead_server_is_a_banner_and_the_app_recovers_by_itself(
    make_app: MakeApp, tmp_path: Path
) -> None:
    port = free_port()
    options = GatewayOptions(data_dir=tmp_path / "late", port=port)
    profile = Profile("local", f"http://127.0.0.1:{port}", kind="local", refresh_s=0.1)
    app = make_app(profile)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.account.trouble)
        await until_shown(pilot, "next try in")
        assert "✗ the server refused the connection" in screen_lines(app)[2]
        assert screen_lines(app)[2].rstrip().endswith(":doctor")
        await until_shown(pilot, "Nothing is loaded: the server refused the connection")
        assert "No batches yet" not in screen_text(app)
        with Gateway(options):
            await until_shown(pilot, "No batches yet")
            assert "next try in" not in screen_text(app)
        await until_shown(pilot, "data from")
        await pilot.press("r")
        await pilot.press("3")
        await until_shown(pilot, "[3 Local]")


async def test_a_refused_key_says_so(make_app: MakeApp, tmp_path: Path) -> None:
    options = GatewayOptions(data_dir=tmp_path / "shut", port=0, api_keys=(Secret("right"),))
    with Gateway(options) as gateway:
        source = KeySource("env", "X")
        profile = Profile("shut", gateway.base_url, api_key=Secret("wr0ng-key"), key_source=source)
        app = make_app(profile)
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: app.account.trouble)
            await until_shown(pilot, "key refused (X)")
            assert "✗" in screen_lines(app)[2]
            assert screen_lines(app)[2].rstrip().endswith(":doctor")
            await until_shown(pilot, "Nothing is loaded: key refused (X)")
            assert "wr0ng-key" not in screen_text(app)


async def test_without_a_profile_the_ways_to_connect_are_shown(make_app: MakeApp) -> None:
    app = make_app(None)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "Three ways to connect")
        assert isinstance(app.screen, WelcomeScreen)
        assert "demo" not in screen_lines(app)[-1]
        await pilot.press("3")
        await until_shown(pilot, "[3 Local]")
        await pilot.press("1")
        await until(pilot, lambda: isinstance(app.screen, WelcomeScreen))


async def test_the_demo_is_one_key_away_and_keeps_to_its_own_places(
    make_app: MakeApp, profile: Profile, tmp_path: Path
) -> None:
    await make_job(profile, write(tmp_path / "in.jsonl", [chat(1)]), name="of-the-user")
    samples = tmp_path / "samples"
    samples.mkdir()
    (samples / "sample.jsonl").write_text("{}\n")
    demo = Demo(profile, samples, tmp_path / "kept", tmp_path / "demo" / "jobs.db")
    app = make_app(None, start_demo=lambda: demo)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "Three ways to connect")
        await pilot.press("3")
        await until_shown(pilot, "[3 Local]")
        await pilot.press("1", "D")
        await until(pilot, lambda: isinstance(app.screen, BatchesScreen))
        await until_shown(pilot, "No batches yet")
        await pilot.press("3")
        await until_shown(pilot, "sample.jsonl")
        await pilot.press("4")
        await until_shown(pilot, "No jobs yet")
        assert (await app.desk.store()).path == demo.jobs_file
        assert app.downloads == demo.downloads


async def test_a_batch_that_the_server_does_not_know_is_said(make_app: MakeApp) -> None:
    app = make_app(start=AtBatch("batch_nobody_knows"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "✗")
        assert "batch_nobody_knows" in screen_lines(app)[0]
        await pilot.press("escape")
        await until_shown(pilot, "No batches yet")


async def test_a_read_only_profile_refuses_changes_and_says_so(
    make_app: MakeApp, profile: Profile, write_input: WriteInput
) -> None:
    path = write_input(2)
    app = make_app(replace(profile, read_only=True))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "No batches yet")
        assert "read-only" in screen_lines(app)[0]
        await app.push_screen(CreateScreen(path))
        await until_shown(pilot, "nothing to object to")
        await pilot.press("S")
        await until_shown(pilot, "profile local is read-only")


@pytest.mark.parametrize("since_s", [None, NOW_S - 7_000])
@pytest.mark.parametrize(
    "said",
    [
        "{host} refused the connection",
        "the name of {host} is not known",
        "{host} did not accept a connection within 10 s",
        "{host} did not answer within 600 s",
        "{host} broke off its answer, or its answer is not HTTP",
    ],
)
def test_reason_and_way_out_find_room_in_80_columns(said: str, since_s: float | None) -> None:
    profile = Profile("p", "https://a-long-name.of-a-server.internal.example.com:4000")
    account = Account()
    error = ConnectionFailedError(said.format(host=profile.host), hint="is it right? " * 9)
    account.trouble, account.trouble_at_s = Trouble(error, 59, since_s), NOW_S
    what, then = trouble_line(account, profile, NOW_S, 80)
    assert said.format(host="the server") in what
    assert then.endswith(":doctor") or ("data from 1h ago, next try in 59s" in then and since_s)
    assert len(what) + len(then) + 4 <= 80


def test_the_banner_says_the_next_try_beside_the_age_of_the_data() -> None:
    profile = Profile("p", "http://127.0.0.1:4571")
    account = Account()
    error = ConnectionFailedError(
        "127.0.0.1:4571 refused the connection", hint="is the server running?"
    )
    account.trouble, account.trouble_at_s = Trouble(error, 8, NOW_S - 44), NOW_S
    assert trouble_line(account, profile, NOW_S, 80) == (
        "✗ the server refused the connection",
        "data from 44s ago, next try in 8s, r now",
    )
    what, then = trouble_line(account, profile, NOW_S, 140)
    assert what == "✗ the server refused the connection. Is the server running?"
    assert then == "data from 44s ago, next try in 8s, r now, :doctor"


@pytest.mark.parametrize(
    ("hint", "text"),
    [
        (None, "It broke."),
        ("is it there?", "It broke. Is it there?"),
        ("--force replaces it", "It broke. --force replaces it"),
        ("batchtui jobs ls lists them", "It broke. batchtui jobs ls lists them"),
    ],
)
def test_an_error_and_its_hint_are_sentences(hint: str | None, text: str) -> None:
    assert ConnectionFailedError("It broke.", hint=hint).sentences == text


async def test_files_of_a_server_that_died_before_are_said_not_to_be_loaded(
    make_app: MakeApp,
) -> None:
    app = make_app(Profile("dead", "http://127.0.0.1:9", kind="local", refresh_s=0.1))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "Nothing is loaded: the server refused the connection")
        await pilot.press("2")
        await until_shown(pilot, "[2 Files]")
        await until_shown(
            pilot, "Nothing is loaded: the server refused the connection. r tries again."
        )
        assert "loading from" not in screen_text(app)


async def test_a_batch_that_is_not_there_offers_nothing_to_do_with_it(make_app: MakeApp) -> None:
    app = make_app(start=AtBatch("batch_nobody_knows"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "r asks again, Esc goes back")
        assert "✗" in screen_lines(app)[2]
        assert "cancel" not in screen_lines(app)[-1]
        assert "retry" not in screen_lines(app)[-1]
