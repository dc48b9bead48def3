"""The key is on no screen of the app, in no log, and in nothing it leaves, however it fails.

What commands print and leave is `tests/workflows/test_staying_up_key`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import keyring
import pytest
from textual.pilot import Pilot

from batchtui import config, paths
from batchtui.config import KeySource, Profile, Secret
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from batchtui.tui.app import BatchtuiApp
from batchtui.tui.start import AtBatch
from tests.canary import KEY, echoing, failed_batch, leaks, shows_key
from tests.cli.test_profiles import Memory
from tests.conftest import WriteInput
from tests.relay import relay
from tests.tui.conftest import MakeApp
from tests.tui.support import screen_text, until, until_shown
from tests.tui.terminal import Terminal

SOURCES = {
    "env": 'api_key_env = "OUR_KEY"',
    "command": 'api_key_command = "printenv OUR_KEY"',
    "keyring": "api_key_keyring = true",
}


@pytest.fixture
def configured(machine: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Profile]:
    """Writes a configuration with one profile; its key comes from the source of that name."""
    monkeypatch.setenv("OUR_KEY", KEY)
    kept = Memory()
    kept.set_password("batchtui", "here", KEY)
    monkeypatch.setattr(keyring, "get_password", kept.get_password)
    path = paths.config_file()
    path.parent.mkdir(parents=True)

    def write(base_url: str, source: str) -> Profile:
        path.write_text(
            f'[profiles.here]\nbase_url = "{base_url}"\nkind = "litellm"\nrefresh_s = 1\n'
            f"{SOURCES[source]}\n"
        )
        return config.require(name="here")

    return write


class Looked:
    """Looks at the screen now and then, as text and as a picture, and keeps what shows the key."""

    def __init__(self, pilot: Pilot[None], app: BatchtuiApp) -> None:
        self.leaks: list[str] = []
        self._pilot = pilot
        self._app = app

    async def at(self, text: str) -> None:
        await until_shown(self._pilot, text)
        picture = re.sub(r"<[^>]*>", "", self._app.export_screenshot())
        if shows_key(screen_text(self._app)) or shows_key(picture):
            self.leaks.append(screen_text(self._app))


@pytest.mark.parametrize(
    ("source", "status", "content_type"),
    [
        ("env", 401, "application/json"),
        ("command", 500, "text/html"),
        ("keyring", 400, "text/plain"),
    ],
)
async def test_a_server_that_echoes_the_key(
    configured: Callable[[str, str], Profile],
    gateway: Gateway,
    make_app: MakeApp,
    write_input: WriteInput,
    machine: Path,
    source: str,
    status: int,
    content_type: str,
) -> None:
    path = write_input(2)
    async with relay(gateway.base_url, echoing(status, content_type)) as url:
        profile = configured(url, source)
        app = make_app(profile, memory_file=paths.state_dir() / "state.json")
        async with app.run_test(size=(120, 36), notifications=True) as pilot:
            looked = Looked(pilot, app)
            await until(pilot, lambda: app.account.trouble)
            await looked.at("key refused" if status == 401 else f"answered {status}")  # the banner
            await pilot.press("2")
            await looked.at("2 Files]")
            await pilot.press("colon", *"messages", "enter")
            await looked.at(f"answered {status}")
            await pilot.press("escape", "colon", *"doctor", "enter")
            await looked.at("key")
            await until(pilot, lambda: "answers in" in screen_text(app))
            await looked.at("answers in")
            await pilot.press("escape")
            app.open_batch("batch_1")
            await looked.at("batch_1")
            await until(pilot, lambda: "✗" in screen_text(app))
            await looked.at("✗")
            await pilot.press("escape", "3")
            await looked.at(path.name)
            await pilot.press("G", "c")
            await looked.at("nothing to object to")
            await pilot.press("S")
            await looked.at(f"answered {status}")
            told = "\n".join(each.text for each in app.journal.newest_first())
    assert "***" in told
    assert not shows_key(told)
    assert looked.leaks == []
    assert leaks(machine) == []


async def test_a_server_that_tells_the_key_in_what_it_answers_well(
    configured: Callable[[str, str], Profile], gateway: Gateway, make_app: MakeApp, machine: Path
) -> None:
    async with relay(gateway.base_url, failed_batch) as url:
        app = make_app(configured(url, "env"), start=AtBatch("batch_1"))
        async with app.run_test(size=(120, 50)) as pilot:
            looked = Looked(pilot, app)
            await looked.at("Incorrect API key provided: ***")
            await pilot.press("escape")
            await looked.at("failed")
    assert looked.leaks == []
    assert leaks(machine) == []


async def test_an_error_in_the_client_that_nobody_foresaw(
    configured: Callable[[str, str], Profile],
    make_app: MakeApp,
    machine: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def quote(_: object, request: httpx.Request) -> httpx.Response:
        headers = dict(request.headers)
        raise RuntimeError(f"boom {headers}")

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", quote)
    app = make_app(configured("http://127.0.0.1:9", "env"))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        looked = Looked(pilot, app)
        await looked.at("unexpected error")
        await pilot.press("colon", *"messages", "enter")
        await looked.at("unexpected error")
    log = paths.log_file().read_text()
    assert "in quote" in log
    assert "Bearer ***" in log
    assert looked.leaks == []
    assert leaks(machine) == []


CRASH = """
import httpx
from batchtui import config
from batchtui.tui.run import run_app
from batchtui.tui.screens.batches import BatchesScreen

profile = config.require(name="here").with_key()

def boom(screen):
    key = profile.api_key.reveal()
    headers = {"authorization": f"Bearer {key}"}
    raise RuntimeError(f"boom {headers}")

BatchesScreen.show_trouble = boom
raise SystemExit(run_app(profile))
"""
"""An error with the key in its words and in the variables around it, where the app must end."""


def test_the_app_breaks_down(
    configured: Callable[[str, str], Profile], machine: Path, tmp_path: Path
) -> None:
    options = GatewayOptions(data_dir=tmp_path / "shut", port=0, api_keys=(Secret("another key"),))
    with Gateway(options) as gateway:
        configured(gateway.base_url, "env")
        with Terminal(CRASH) as terminal:
            terminal.read_until("batchtui stopped: an unexpected RuntimeError.")
            assert terminal.exit_code() == 1
    assert "Bearer ***" in paths.log_file().read_text()
    assert not shows_key(terminal.output.decode("utf-8", "replace"))
    assert leaks(machine) == []


def test_a_key_source_shows_no_arguments() -> None:
    assert "word" not in str(KeySource("command", "op read op://word/key"))
