"""`batchtui serve` as a process: its one line, its end, its refusals."""

from __future__ import annotations

import signal
import socket
import sqlite3
from pathlib import Path

import pytest

from batchtui.errors import UsageError
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from tests.gateway.conftest import StartUpstream
from tests.gateway.fake_upstream import chat_answer
from tests.gateway.server_process import ServerProcess
from tests.gateway.support import Api, chat, wait_for


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_line_then_silence_then_a_clean_end(tmp_path: Path, number: signal.Signals) -> None:
    with ServerProcess(tmp_path) as server:
        assert server.first_line.count("http://127.0.0.1:") == 1
        batch = server.api.wait(server.api.submit([chat("r")])["id"])
        assert batch["status"] == "completed"
        server.api.http.get("/v1/nope")
        server.api.close()
        code, stdout, stderr = server.stop(number)
    assert (code, stdout, stderr) == (0, "", "")


def test_a_stop_in_the_middle_loses_nothing(tmp_path: Path, start_upstream: StartUpstream) -> None:
    upstream = start_upstream(lambda *_: (200, {}, chat_answer()))
    upstream.hold("q-3")
    options = ("--upstream", upstream.base_url, "--concurrency", "1")
    with ServerProcess(tmp_path, *options) as server:
        batch = server.api.submit([chat(f"r-{n}", f"q-{n}") for n in range(6)])
        wait_for(lambda: upstream.asked.get("q-3"), "the line to be asked")
        code, _, stderr = server.stop()
    assert (code, stderr) == (0, "")
    upstream.release()
    with ServerProcess(tmp_path, *options) as server:
        final = server.api.wait(batch["id"])
        assert final["request_counts"] == {"total": 6, "completed": 6, "failed": 0}
    assert [upstream.asked[f"q-{n}"] for n in range(6)] == [1, 1, 1, 2, 1, 1]


def test_a_line_that_is_nearly_answered_is_not_asked_again(
    tmp_path: Path, start_upstream: StartUpstream
) -> None:
    upstream = start_upstream(lambda *_: (200, {}, chat_answer()))
    upstream.hold("q-0")
    options = GatewayOptions(data_dir=tmp_path, port=0, upstream=upstream.base_url)
    gateway = Gateway(options)
    with gateway:
        api = Api(gateway.base_url)
        batch = api.submit([chat("r-0", "q-0")])
        wait_for(lambda: upstream.asked.get("q-0"), "the line to be asked")
        api.close()
        upstream.release()
    with ServerProcess(tmp_path, "--upstream", upstream.base_url) as server:
        assert server.api.wait(batch["id"])["status"] == "completed"
    assert upstream.asked == {"q-0": 1}


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(AssertionError, match=f"port {port}.*in use"):
            ServerProcess(tmp_path, port=port).__enter__()


@pytest.mark.parametrize("name", ["lock", "gateway.sqlite3"])
def test_a_data_directory_that_can_not_be_used(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with (
        pytest.raises(UsageError, match=r"can.*not be used|not a usable"),
        Gateway(GatewayOptions(data_dir=tmp_path, port=0)),
    ):
        pass


def test_a_database_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "gateway.sqlite3").write_bytes(b"not a database, and long enough to be read" * 9)
    with (
        pytest.raises(UsageError, match="not a usable database"),
        Gateway(GatewayOptions(data_dir=tmp_path, port=0)),
    ):
        pass


def test_a_database_of_another_version(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "gateway.sqlite3")
    database.execute("PRAGMA user_version = 99")
    database.close()
    with (
        pytest.raises(UsageError, match="another version"),
        Gateway(GatewayOptions(data_dir=tmp_path, port=0)),
    ):
        pass


def test_the_data_is_private(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with Gateway(GatewayOptions(data_dir=data_dir, port=0)) as gateway:
        api = Api(gateway.base_url)
        api.upload(b"secret")
        api.close()
    assert data_dir.stat().st_mode & 0o077 == 0
    for path in (data_dir / "files").iterdir():
        assert path.stat().st_mode & 0o077 == 0
