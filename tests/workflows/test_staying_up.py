"""Behind a network that does everything wrong: the client goes on, or says why it can not."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from batchtui.client import BatchClient
from batchtui.errors import (
    ApiError,
    ConnectionFailedError,
    ProtocolError,
    RateLimitedError,
    ServerError,
)
from batchtui.gateway.server import Gateway
from batchtui.models.file import FileObject
from tests import relay as faults
from tests.relay import Call, CutUpload, Fault, FaultOf, relay

WriteInput = Callable[..., Path]
TIMEOUT_S = 0.5
HTML = b"<html><title>503 Service Unavailable</title></html>"


class Waits(list[float]):
    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


@asynccontextmanager
async def through(
    gateway: Gateway, fault_of: FaultOf, waits: Waits, *, cut_upload: CutUpload | None = None
) -> AsyncIterator[BatchClient]:
    """A client behind a relay in front of the gateway; it waits for nothing between attempts."""
    async with (
        relay(
            gateway.base_url, fault_of, cut_upload=cut_upload or (lambda method, path: None)
        ) as url,
        BatchClient(base_url=url, timeout_s=TIMEOUT_S, sleep=waits) as client,
    ):
        yield client


def first(*wrong: Fault, when: Callable[[Call], bool] = lambda call: True) -> FaultOf:
    """These faults for the first requests that `when` names, nothing for the rest."""
    left = itertools.chain(wrong, itertools.repeat(None))
    return lambda call: next(left) if when(call) else None


def always(wrong: Fault) -> FaultOf:
    return lambda call: wrong


def is_content(call: Call) -> bool:
    return call.path.endswith("/content")


async def uploaded(gateway: Gateway, path: Path) -> FileObject:
    async with BatchClient(base_url=gateway.base_url) as client:
        return await client.files.create(file=path)


PASSING = {
    "drop before": faults.drop_before,
    "drop after": faults.drop_after,
    "reset before": faults.reset_before,
    "reset after": faults.reset_after,
    "reset in the answer": faults.cut(20, reset=True),
    "short answer": faults.cut(20, reset=False),
    "502": faults.bad_gateway_before,
    "502 after the server acted": faults.bad_gateway_after,
    "500": faults.refuses(500, b'{"error": {"message": "oops"}}'),
    "503 in HTML": faults.refuses(503, HTML, "text/html"),
    "503 with retry-after": faults.refuses(503, HTML, "text/html", retry_after="3"),
    "429": faults.refuses(429, b'{"error": {"message": "slow down"}}'),
    "429 with retry-after": faults.refuses(429, b"", retry_after="7"),
    "silence": faults.slow(TIMEOUT_S * 2),
}


@pytest.mark.parametrize("fault", PASSING)
async def test_a_question_is_asked_again(
    gateway: Gateway, write_input: WriteInput, fault: str
) -> None:
    file = await uploaded(gateway, write_input())
    waits = Waits()
    wrong = PASSING[fault]
    async with through(gateway, first(wrong, wrong), waits) as client:
        assert await client.files.retrieve(file.id) == file
    assert len(waits) == 2
    if "retry-after" in fault:
        assert waits in ([3, 3], [7, 7])


@pytest.mark.parametrize("fault", PASSING)
async def test_a_download_is_whole(
    gateway: Gateway, write_input: WriteInput, tmp_path: Path, fault: str
) -> None:
    path = write_input(500)
    file = await uploaded(gateway, path)
    wrong, to = PASSING[fault], tmp_path / "place" / "out.jsonl"
    to.parent.mkdir()
    async with through(gateway, first(wrong, wrong), Waits()) as client:
        assert await client.files.content(file.id, to=to) == path.stat().st_size
    assert to.read_bytes() == path.read_bytes()
    assert list(to.parent.iterdir()) == [to]


@pytest.mark.parametrize("reset", [True, False])
async def test_a_download_that_breaks_off_goes_on_where_it_was(
    gateway: Gateway, write_input: WriteInput, tmp_path: Path, reset: bool
) -> None:
    """The gateway has Range: no byte is sent twice, and the breaks do not use up the attempts."""
    path = write_input(60_000)
    file = await uploaded(gateway, path)
    piece = 2_000_000
    asked: list[str] = []

    def broken(call: Call) -> Fault:
        head = call.raw.decode("latin-1").lower()
        asked.extend(x for x in head.splitlines() if x.startswith("range:"))
        return faults.cut(piece, reset=reset)

    async with through(gateway, broken, Waits()) as client:
        await client.files.content(file.id, to=tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == path.read_bytes()
    breaks = (path.stat().st_size - 1) // piece
    assert breaks > 2
    if not reset:
        assert asked == [f"range: bytes={piece * number}-" for number in range(1, breaks + 1)]
    assert len(asked) >= breaks


async def test_a_slow_answer_is_no_fault(
    gateway: Gateway, write_input: WriteInput, tmp_path: Path
) -> None:
    path = write_input(50)
    file = await uploaded(gateway, path)
    waits = Waits()
    async with through(gateway, always(faults.drips(500, 0.002)), waits) as client:
        assert await client.files.retrieve(file.id) == file
        await client.files.content(file.id, to=tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == path.read_bytes()
    assert waits == []


async def test_an_upload_that_is_reset_on_its_way_is_sent_again(
    gateway: Gateway, write_input: WriteInput
) -> None:
    path = write_input(20_000)
    cuts = iter([300_000, 0])
    async with through(
        gateway, lambda call: None, Waits(), cut_upload=lambda method, path: next(cuts, None)
    ) as client:
        file = await client.files.create(file=path)
        listed = [each.id async for each in client.files.list()]
    assert file.bytes == path.stat().st_size
    assert listed == [file.id]


@pytest.mark.parametrize("wrong", [faults.refuses(503, HTML), faults.refuses(429, b"{}")])
async def test_an_upload_that_was_answered_is_the_users_to_repeat(
    gateway: Gateway, write_input: WriteInput, wrong: Fault
) -> None:
    async with through(gateway, first(wrong), Waits()) as client:
        with pytest.raises((ServerError, RateLimitedError)):
            await client.files.create(file=write_input())
        file = await client.files.create(file=write_input())
        assert [each.id async for each in client.files.list()] == [file.id]


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        (faults.reset_before, ConnectionFailedError),
        (faults.bad_gateway_before, ServerError),
        (faults.refuses(429, b"{}", retry_after="1"), RateLimitedError),
        (faults.refuses(429, b"{}", retry_after="3600"), RateLimitedError),
        (faults.cut(20, reset=False), ProtocolError),
        (faults.says(b'{"id": "file-'), ProtocolError),
        (faults.says(b"<html><title>Sign in</title></html>", "text/html"), ProtocolError),
        (faults.says(b""), ProtocolError),
        (faults.says(b"null"), ProtocolError),
        (faults.says(b"[" * 100_000), ProtocolError),
    ],
)
async def test_what_does_not_pass_is_told_in_plain_words(
    gateway: Gateway, write_input: WriteInput, wrong: Fault, kind: type[ApiError]
) -> None:
    file = await uploaded(gateway, write_input())
    async with through(gateway, always(wrong), Waits()) as client:
        with pytest.raises(kind) as caught:
            await client.files.retrieve(file.id)
    assert caught.value.hint
    assert "<html" not in str(caught.value)


async def test_a_connection_that_is_closed_in_spite_of_its_promise(
    gateway: Gateway, write_input: WriteInput
) -> None:
    """The pool holds a connection that is dead by the time of the next question."""
    file = await uploaded(gateway, write_input())
    async with through(gateway, always(faults.closed_keep_alive), Waits()) as client:
        for _ in range(20):
            assert (await client.files.retrieve(file.id)).id == file.id


async def test_a_storm_of_429_is_ridden_out_as_the_server_asks(
    gateway: Gateway, write_input: WriteInput
) -> None:
    """Two of three questions are turned away; each call gets its answer in the end."""
    file = await uploaded(gateway, write_input())
    waits = Waits()
    turned_away = itertools.cycle(
        [
            faults.refuses(429, b"", retry_after="2"),
            faults.refuses(429, b"<html>busy</html>", "text/html"),
            None,
        ]
    )
    async with through(gateway, lambda call: next(turned_away), waits) as client:
        for _ in range(5):
            assert (await client.files.retrieve(file.id)).id == file.id
    assert waits[::2] == [2] * 5
    assert all(0.5 < each < 1.5 for each in waits[1::2])
