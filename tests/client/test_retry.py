"""What is tried again, how often, and how long the client waits before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import httpx
import pytest

from batchtui import errors
from batchtui.client import BatchClient
from batchtui.client.retry import retry_after_s
from batchtui.errors import ConnectionFailedError, RateLimitedError, ServerError

if TYPE_CHECKING:
    from tests.client.conftest import Http, Server, Waits

BATCH = {"id": "batch_1", "status": "in_progress"}


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504])
async def test_a_get_is_tried_again(
    client: BatchClient, server: Server, http: Http, waits: Waits, status: int
) -> None:
    server.reply(http(status), http(status), http(200, BATCH))
    assert (await client.batches.retrieve("batch_1")).id == "batch_1"
    assert len(server.asked) == 3
    assert 0.3 < waits[0] < 0.7 < waits[1] < 1.3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 422])
async def test_what_will_not_change_is_not_tried_again(
    client: BatchClient, server: Server, http: Http, waits: Waits, status: int
) -> None:
    server.reply(http(status))
    with pytest.raises(errors.StatusError):
        await client.batches.retrieve("batch_1")
    assert len(server.asked) == 1
    assert waits == []


async def test_after_three_attempts_the_error_comes(
    client: BatchClient, server: Server, http: Http
) -> None:
    server.reply(http(503, {"error": {"message": "busy"}}))
    with pytest.raises(ServerError, match="busy"):
        await client.batches.retrieve("batch_1")
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"retry_after": "7"}, 7.0),
        ({"retry_after": "120"}, 120.0),
        ({"retry_after_ms": "1500", "retry_after": "7"}, 1.5),
        ({"retry_after": "0"}, 0.0),
    ],
)
async def test_retry_after_is_honoured(
    client: BatchClient,
    server: Server,
    http: Http,
    waits: Waits,
    headers: dict[str, str],
    waited: float,
) -> None:
    server.reply(http(429, **headers), http(200, BATCH))
    await client.batches.retrieve("batch_1")
    assert waits == [waited]


async def test_a_longer_retry_after_than_two_minutes_is_the_callers_business(
    client: BatchClient, server: Server, http: Http, waits: Waits
) -> None:
    server.reply(http(429, retry_after="121"))
    with pytest.raises(RateLimitedError) as caught:
        await client.batches.retrieve("batch_1")
    assert caught.value.retry_after_s == 121
    assert waits == []


def test_retry_after_as_a_date() -> None:
    when = datetime.now(UTC) + timedelta(seconds=30)
    seconds = retry_after_s({"retry-after": format_datetime(when, usegmt=True)})
    assert seconds is not None
    assert 25 < seconds <= 30


@pytest.mark.parametrize("value", ["", "soon", "-5", "1e9", "nan", "Mon, 99 Foo 2026", "9" * 400])
def test_a_retry_after_that_says_nothing(value: str) -> None:
    assert retry_after_s({"retry-after": value, "retry-after-ms": value}) is None


def test_a_date_that_is_past_means_now() -> None:
    assert retry_after_s({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0


async def test_a_lost_connection_is_tried_again_for_a_get(
    client: BatchClient, server: Server, http: Http
) -> None:
    async def hang_up(*_: object) -> None:
        return

    server.reply(hang_up, http(200, BATCH))
    assert (await client.batches.retrieve("batch_1")).id == "batch_1"


async def test_a_refused_connection_names_the_host(refused_url: str, waits: Waits) -> None:
    async with BatchClient(base_url=refused_url, sleep=waits) as client:
        with pytest.raises(ConnectionFailedError, match="refused the connection") as caught:
            await client.batches.retrieve("batch_1")
    assert len(waits) == 2
    assert refused_url.removeprefix("http://") in (caught.value.hint or "")


async def test_a_delete_whose_answer_was_lost_is_no_failure(
    client: BatchClient, server: Server, http: Http
) -> None:
    """The second attempt finds the file gone: the first one did it."""

    async def hang_up(*_: object) -> None:
        return

    server.reply(hang_up, http(404, {"error": {"message": "No such File object"}}))
    deleted = await client.files.delete("file-1")
    assert (deleted.id, deleted.deleted) == ("file-1", True)


async def test_a_delete_may_be_answered_with_nothing(
    client: BatchClient, server: Server, http: Http
) -> None:
    server.reply(http(204))
    assert (await client.files.delete("file-1")).id == "file-1"


async def test_a_delete_of_what_is_not_there_is_an_error(
    client: BatchClient, server: Server, http: Http
) -> None:
    server.reply(http(404, {"error": {"message": "No such File object"}}))
    with pytest.raises(errors.NotFoundError):
        await client.files.delete("file-1")


async def test_a_cancel_is_not_repeated(client: BatchClient, server: Server, http: Http) -> None:
    server.reply(http(500))
    with pytest.raises(ServerError):
        await client.batches.cancel("batch_1")
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("fault", "kind", "attempts"),
    [
        (httpx.ReadTimeout("x"), errors.TimedOutError, 3),
        (httpx.ConnectTimeout("x"), errors.TimedOutError, 3),
        (httpx.RemoteProtocolError("x"), errors.ProtocolError, 3),
        (httpx.DecodingError("x"), errors.ProtocolError, 3),
        (httpx.LocalProtocolError("x"), errors.ProtocolError, 1),
    ],
)
async def test_faults_of_the_way(
    waits: Waits, fault: httpx.TransportError, kind: type[Exception], attempts: int
) -> None:
    asked = 0

    def fail(_: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        raise fault

    transport = httpx.MockTransport(fail)
    async with BatchClient(
        base_url="http://localhost:4000", transport=transport, sleep=waits
    ) as client:
        with pytest.raises(kind):
            await client.batches.retrieve("batch_1")
    assert asked == attempts
