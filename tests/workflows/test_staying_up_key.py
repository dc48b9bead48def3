"""The key is in no file, no output and no traceback that a command leaves, however it ends.

The app's screens and its log are `tests/tui/test_no_key_shown`'s.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from batchtui.config import Secret
from batchtui.errors import ExitCode
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from tests.canary import KEY, OTHER, echoing, failed_batch, leaks, shows_key
from tests.relay import relay

WriteInput = Callable[..., Path]

SOURCES = {
    "env": 'api_key_env = "OUR_KEY"',
    "command": 'api_key_command = "printenv OUR_KEY"',
    "keyring": "api_key_keyring = true",
}
KEYRING = """
import base64, json, pathlib
from keyring.backend import KeyringBackend

KEPT = pathlib.Path(__file__).with_name("kept.json")

class Kept(KeyringBackend):
    "Keeps words on disk, spelt so that nobody who looks for one finds it."
    priority = 1

    def get_password(self, service, username):
        kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
        word = kept.get(f"{service}/{username}")
        return base64.b64decode(word).decode() if word else None

    def set_password(self, service, username, password):
        KEPT.write_text(json.dumps(
            {f"{service}/{username}": base64.b64encode(password.encode()).decode()}
        ))
"""
UNFORESEEN = """
import httpx

class Broken:
    def refuse(self, request):
        headers = dict(request.headers)
        raise RuntimeError(f"boom {headers}")

    async def handle_async_request(self, request):
        self.refuse(request)

    def handle_request(self, request):
        self.refuse(request)

httpx.AsyncHTTPTransport.refuse = httpx.HTTPTransport.refuse = Broken.refuse
httpx.AsyncHTTPTransport.handle_async_request = Broken.handle_async_request
httpx.HTTPTransport.handle_request = Broken.handle_request

from batchtui.__main__ import main
main()
"""
"""The command with an error deep in the client that quotes what it was given, as some do."""

pytestmark = pytest.mark.timeout(300)


@dataclass
class Done:
    code: int
    said: str


class Terminal:
    """Runs commands in processes of their own, all at home in `home`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.said = ""
        self._config = home / ".config" / "batchtui" / "config.toml"
        self._modules = home / "modules"
        for directory in (home / "tmp", self._config.parent, self._modules):
            directory.mkdir(parents=True)
        (self._modules / "kept_words.py").write_text(KEYRING)

    def profile(self, name: str, base_url: str, *more: str, key: str = SOURCES["env"]) -> None:
        lines = (f"[profiles.{name}]", f'base_url = "{base_url}"', 'kind = "litellm"', key, *more)
        with self._config.open("a") as file:
            file.write("\n".join([*lines, ""]))

    async def batchtui(
        self, *arguments: object, typed: str = "", code: str = "", **environment: str
    ) -> Done:
        known = {
            "HOME": str(self.home),
            "TMPDIR": str(self.home / "tmp"),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "XDG_STATE_HOME": str(self.home / ".local" / "state"),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(self._modules),
            "PYTHON_KEYRING_BACKEND": "kept_words.Kept",
            "OUR_KEY": KEY,
            "WRONG_KEY": OTHER,
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *(["-c", code] if code else ["-m", "batchtui"])),
            *(str(each) for each in arguments),
            env=known | environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate(typed.encode())
        said = output.decode("utf-8", "replace")
        self.said += f"\n$ {' '.join(str(each) for each in arguments)}\n{said}"
        assert process.returncode is not None
        return Done(process.returncode, said)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "home")


async def test_no_key_is_left_anywhere(
    terminal: Terminal, tmp_path: Path, write_input: WriteInput
) -> None:
    path = write_input(5)
    out = tmp_path / "out.jsonl"
    options = GatewayOptions(data_dir=tmp_path / "gateway", port=0, api_keys=(Secret(KEY),))
    with Gateway(options) as gateway:
        terminal.profile("good", gateway.base_url)
        terminal.profile("wrong", gateway.base_url, key='api_key_env = "WRONG_KEY"')
        proxy = f'proxy = "http://me:{OTHER}@127.0.0.1:9"'
        terminal.profile("nowhere", "http://127.0.0.2:9", proxy)
        good = ("--profile", "good")
        done = await terminal.batchtui("run", path, "-o", out, "--interval", "0.2", *good)
        assert done.code == ExitCode.DONE, done.said
        assert len(out.read_text().splitlines()) == 5
        listed = await terminal.batchtui("batches", "ls", "--json", *good)
        batch_id = json.loads(listed.said)["data"][0]["id"]
        refused, lost, *_ = await asyncio.gather(
            terminal.batchtui("batches", "ls", "--profile", "wrong", PYTHONDEVMODE="1"),
            terminal.batchtui("batches", "ls", "--profile", "nowhere", PYTHONDEVMODE="1"),
            terminal.batchtui("batches", "create", path, *good),
            terminal.batchtui("batches", "show", batch_id, "--json", *good),
            terminal.batchtui("files", "ls", "--json", *good),
            terminal.batchtui("files", "get", "file-nope", "-o", tmp_path / "nope", *good),
            terminal.batchtui("jobs", "ls", "--json"),
            terminal.batchtui("profiles", "show", "nowhere"),
            terminal.batchtui("profiles", "show", "nowhere", "--json"),
            terminal.batchtui("profiles", "test", "good"),
        )
        assert refused.code == ExitCode.AUTHENTICATION, refused.said
        assert lost.code == ExitCode.SERVER, lost.said
        for number, (status, content_type) in enumerate(
            [
                (500, "application/json"),
                (500, "text/html"),
                (401, "application/json"),
                (400, "text/plain"),
                (302, "text/html"),
                (200, "text/html"),
            ]
        ):
            async with relay(gateway.base_url, echoing(status, content_type)) as url:
                name = f"echo{number}"
                terminal.profile(name, url)
                where = ("--profile", name)
                more: list[tuple[object, ...]] = [("doctor",), ("run", path, "-o", f"{out}.{name}")]
                listed, *_ = await asyncio.gather(
                    terminal.batchtui("batches", "ls", *where),
                    terminal.batchtui("batches", "create", path, "--again", "--json", *where),
                    *(terminal.batchtui(*each, *where) for each in more if status == 401),
                )
                assert listed.code in (ExitCode.SERVER, ExitCode.AUTHENTICATION), listed.said
    assert "Traceback" not in terminal.said
    assert "***" in terminal.said
    config = terminal.home / ".config" / "batchtui" / "config.toml"
    config.write_text(config.read_text().replace(OTHER, ""))  # the user wrote that one there
    state = terminal.home / ".local" / "state" / "batchtui"
    assert (state / "ledger.db").exists()
    assert (state / "jobs.db").exists()
    assert len(list(terminal.home.rglob("*"))) > 5
    assert leaks(tmp_path, terminal.said) == []


@pytest.mark.parametrize("source", SOURCES)
async def test_from_wherever_the_key_comes(
    terminal: Terminal, tmp_path: Path, write_input: WriteInput, source: str
) -> None:
    path = write_input(2)
    options = GatewayOptions(data_dir=tmp_path / "gateway", port=0, api_keys=(Secret(KEY),))
    where = ("--profile", "here")
    with Gateway(options) as gateway:
        terminal.profile("here", gateway.base_url, key=SOURCES[source])
        if source == "keyring":
            stored = await terminal.batchtui("profiles", "set-key", "here", typed=f"{KEY}\n")
            assert stored.code == 0, stored.said
        unset = {} if source != "keyring" else {"OUR_KEY": ""}
        created = await terminal.batchtui("batches", "create", path, "--json", *where, **unset)
        assert created.code == 0, created.said
        for arguments in (("profiles", "ls", "--json"), ("doctor", "--json", *where)):
            done = await terminal.batchtui(*arguments, **unset)
            assert done.code == 0, done.said
            assert isinstance(json.loads(done.said)["data"], list)
        async with relay(gateway.base_url, echoing(401, "application/json")) as url:
            given = ("--base-url", url, *where)
            refused = await terminal.batchtui("batches", "ls", "--json", *given, **unset)
            assert refused.code == ExitCode.AUTHENTICATION, refused.said
        async with relay(gateway.base_url, failed_batch) as url:
            given = ("--base-url", url, *where)
            shown = await terminal.batchtui("batches", "show", "batch_1", *given, **unset)
            assert "Incorrect API key provided: ***" in shown.said
            shown = await terminal.batchtui("batches", "ls", "--json", *given, **unset)
            assert json.loads(shown.said)["data"][0]["metadata"] == {"token": "***"}
    assert leaks(tmp_path, terminal.said) == []


@pytest.mark.parametrize("arguments", [("batches", "ls"), ("files", "put")])
async def test_an_error_that_nobody_foresaw_and_that_quotes_the_key(
    terminal: Terminal, tmp_path: Path, write_input: WriteInput, arguments: tuple[str, ...]
) -> None:
    terminal.profile("here", "http://127.0.0.1:9")
    given = (*arguments, write_input()) if "put" in arguments else arguments
    done = await terminal.batchtui(*given, "--profile", "here", code=UNFORESEEN)
    assert done.code == ExitCode.UNEXPECTED
    assert "unexpected RuntimeError: boom" in done.said
    log = (terminal.home / ".local/state/batchtui/log/batchtui.log").read_text()
    assert "Traceback" in log
    assert "Bearer ***" in log
    assert leaks(tmp_path, terminal.said) == []


def test_a_leak_is_found(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "log").write_text(f"x {KEY} y")
    with sqlite3.connect(tmp_path / "ledger.db") as database:
        database.execute("CREATE TABLE kept (word TEXT)")
        database.execute("INSERT INTO kept VALUES (?)", (OTHER,))
    database.close()
    assert leaks(tmp_path, f"one\nkey {OTHER}\n") == [
        f"key {OTHER}",
        str(tmp_path / "deep" / "log"),
        str(tmp_path / "ledger.db"),
    ]
    assert shows_key(f"{KEY[:9]} │\n│ {KEY[9:]}")
    assert not shows_key("canary-01 and heron-98")
