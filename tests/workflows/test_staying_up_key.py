"""The key is in no file, no output and no traceback that a run leaves, however it ends."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from batchtui.config import Secret
from batchtui.errors import ExitCode
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from tests import relay as faults
from tests.relay import Call, Fault, relay

WriteInput = Callable[..., Path]
KEY = "canary-0123456789-no-usual-start"
OTHER = "canary-9876543210-not-accepted"

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
        (home / "tmp").mkdir(parents=True)
        (home / ".config" / "batchtui").mkdir(parents=True)

    def profile(self, name: str, base_url: str, **more: str) -> None:
        lines = [f"[profiles.{name}]", f'base_url = "{base_url}"', 'kind = "litellm"']
        lines += [f'{key} = "{value}"' for key, value in more.items()]
        config = self.home / ".config" / "batchtui" / "config.toml"
        with config.open("a") as file:
            file.write("\n".join([*lines, ""]))

    async def batchtui(self, *arguments: object, **environment: str) -> Done:
        known = {
            "HOME": str(self.home),
            "TMPDIR": str(self.home / "tmp"),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "XDG_STATE_HOME": str(self.home / ".local" / "state"),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "PATH": os.environ["PATH"],
            "OUR_KEY": KEY,
            "WRONG_KEY": OTHER,
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "batchtui", *(str(each) for each in arguments)),
            env=known | environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        said = output.decode("utf-8", "replace")
        self.said += f"\n$ {' '.join(str(each) for each in arguments)}\n{said}"
        assert process.returncode is not None
        return Done(process.returncode, said)


def leaks(directory: Path, said: str) -> list[str]:
    """Where a key is: files by name and content, and lines of output."""
    found = [line for line in said.splitlines() if KEY in line or OTHER in line]
    for path in directory.rglob("*"):
        if KEY in path.name or OTHER in path.name:
            found.append(str(path))
        if path.is_file():
            content = path.read_bytes()
            if KEY.encode() in content or OTHER.encode() in content:
                found.append(str(path))
    return found


def echoing(status: int, content_type: str) -> Callable[[Call], Fault]:
    """A proxy that answers with the whole request, key and all, as some do when they fail."""

    def fault_of(call: Call) -> Fault:
        text = call.raw.decode("latin-1")
        html = f"<html><title>Oops</title><pre>{text}</pre></html>"
        body = html if "html" in content_type else json.dumps({"error": {"message": text}})
        return faults.refuses(
            status, body.encode("latin-1"), content_type, x_request_id=KEY, location=f"/?{KEY}"
        )

    return fault_of


async def test_no_key_is_left_anywhere(tmp_path: Path, write_input: WriteInput) -> None:
    path = write_input(5)
    terminal = Terminal(tmp_path / "home")
    out = tmp_path / "out.jsonl"
    options = GatewayOptions(data_dir=tmp_path / "gateway", port=0, api_keys=(Secret(KEY),))
    with Gateway(options) as gateway:
        terminal.profile("good", gateway.base_url, api_key_env="OUR_KEY")
        terminal.profile("wrong", gateway.base_url, api_key_env="WRONG_KEY")
        terminal.profile("nowhere", "http://127.0.0.1:9", api_key_env="OUR_KEY")
        good = ("--profile", "good")
        done = await terminal.batchtui("run", path, "-o", out, "--interval", "0.2", *good)
        assert done.code == ExitCode.DONE, done.said
        assert len(out.read_text().splitlines()) == 5
        refused, lost, *_ = await asyncio.gather(
            terminal.batchtui("batches", "ls", "--profile", "wrong", PYTHONDEVMODE="1"),
            terminal.batchtui("batches", "ls", "--profile", "nowhere", PYTHONDEVMODE="1"),
            terminal.batchtui("batches", "create", path, *good),
            terminal.batchtui("files", "get", "file-nope", "-o", tmp_path / "nope", *good),
            terminal.batchtui("doctor", *good),
            terminal.batchtui("profiles", "ls"),
            terminal.batchtui("profiles", "show", "good"),
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
                terminal.profile(name, url, api_key_env="OUR_KEY")
                where = ("--profile", name)
                listed, *_ = await asyncio.gather(
                    terminal.batchtui("batches", "ls", *where),
                    terminal.batchtui("batches", "create", path, "--again", "--json", *where),
                    *([terminal.batchtui("doctor", *where)] if status == 401 else []),
                )
                assert listed.code in (ExitCode.SERVER, ExitCode.AUTHENTICATION), listed.said
    assert "Traceback" not in terminal.said
    assert "***" in terminal.said
    assert len(list((tmp_path / "home").rglob("*"))) > 5
    assert leaks(tmp_path, terminal.said) == []


def test_a_leak_is_found(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "log").write_text(f"x {KEY} y")
    assert leaks(tmp_path, f"one\nkey {OTHER}\n") == [
        f"key {OTHER}",
        str(tmp_path / "deep" / "log"),
    ]
