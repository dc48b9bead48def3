"""A disk that is full, bytes that are gone, a bug: nothing is lost, and it is told."""

from __future__ import annotations

import errno
import logging
import os
from pathlib import Path
from typing import Any

import pytest

from batchtui.gateway.answer.echo import Echo
from batchtui.gateway.run import results
from tests.gateway.conftest import StartGateway, StartUpstream
from tests.gateway.fake_upstream import chat_answer
from tests.gateway.support import chat, wait_for


@pytest.fixture(autouse=True)
def _quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "_RETRY_S", 0.01)


class Disk:
    """Stands in for a disk that is full while `full` is true: no test can fill a real one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False
        self.refused = 0
        write = os.pwrite

        def pwrite(descriptor: int, data: memoryview, offset: int) -> int:
            if self.full:
                self.refused += 1
                write(descriptor, data[: len(data) // 2], offset)
                raise OSError(errno.ENOSPC, "No space left on device")
            return write(descriptor, data, offset)

        monkeypatch.setattr(os, "pwrite", pwrite)


def test_a_full_disk_delays_results_and_loses_none(
    start_gateway: StartGateway,
    start_upstream: StartUpstream,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    disk = Disk(monkeypatch)
    upstream = start_upstream(lambda *_: (200, {}, chat_answer()))
    with start_gateway(upstream=upstream.base_url) as api:
        disk.full = True
        batch = api.submit([chat(f"r-{n}", f"q-{n}") for n in range(30)])
        wait_for(lambda: disk.refused > 3 or None, "the disk to refuse")
        waiting = api.batch(batch["id"])
        assert waiting["status"] == "in_progress"
        assert waiting["request_counts"]["completed"] == 0
        disk.full = False
        final = api.wait(batch["id"])
        assert final["request_counts"] == {"total": 30, "completed": 30, "failed": 0}
        assert len({line["custom_id"] for line in api.lines(final["output_file_id"])}) == 30
    assert set(upstream.asked.values()) == {1}
    assert "No space left" in caplog.text


def test_a_full_disk_does_not_hold_up_a_stop(
    start_gateway: StartGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk(monkeypatch)
    with start_gateway() as api:
        disk.full = True
        batch = api.submit([chat("r")])
        wait_for(lambda: disk.refused or None, "the disk to refuse")
    disk.full = False
    with start_gateway() as api:
        assert api.wait(batch["id"])["request_counts"]["completed"] == 1


def test_an_input_whose_bytes_are_gone_fails_its_batch(
    start_gateway: StartGateway, start_upstream: StartUpstream, tmp_path: Path
) -> None:
    upstream = start_upstream(lambda *_: (200, {}, chat_answer()))
    upstream.hold("q-0")
    with start_gateway(upstream=upstream.base_url, concurrency=1) as api:
        batch = api.submit([chat(f"r-{n}", f"q-{n}") for n in range(3)])
        wait_for(lambda: upstream.asked.get("q-0"), "the line to be asked")
    (tmp_path / "gateway" / "files" / batch["input_file_id"]).unlink()
    with start_gateway(upstream=upstream.base_url) as api:
        final = api.wait(batch["id"])
        assert final["status"] == "failed"
        assert "gone" in final["errors"]["data"][0]["message"]


def test_a_bug_on_one_line_fails_that_line(
    start_gateway: StartGateway, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    compose = Echo.compose

    def broken(self: Echo, ask: Any) -> Any:
        if b"bad" in ask.custom_id:
            raise ZeroDivisionError
        return compose(self, ask)

    monkeypatch.setattr(Echo, "compose", broken)
    with caplog.at_level(logging.ERROR), start_gateway() as api:
        final = api.wait(api.submit([chat("good"), chat("bad")])["id"])
        assert final["status"] == "completed"
        (line,) = api.lines(final["error_file_id"])
    assert line["custom_id"] == "bad"
    assert line["error"]["code"] == "server_error"


def test_a_bug_in_a_route_is_a_500_in_the_envelope(
    start_gateway: StartGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(self: Echo) -> list[Any]:
        raise ZeroDivisionError

    monkeypatch.setattr(Echo, "models", broken)
    with start_gateway() as api:
        answer = api.http.get("/v1/models")
        error = api.refused(answer, 500)
        assert error["type"] == "server_error"
        assert "ZeroDivision" not in error["message"]
        assert answer.headers["x-request-id"]
