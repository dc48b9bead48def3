"""Asking an upstream: any OpenAI-compatible server, over connections that stay open.

Each line in flight has a client with one connection to itself, taken from those that are idle. One
client with a pool of 32 would spend more time on its pool than on the requests.

Owns the retries. Asked again: 408, 409, 429, 5xx and lost connections, after the time that
`Retry-After` asks for or a growing, jittered pause; any other answer stands. A line that waits
keeps its place among the lines in flight, so a server in trouble is asked less. Must not log a key
or a body.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import msgspec

from batchtui.config import Secret
from batchtui.gateway import ids
from batchtui.gateway.answer.answer import Answer, Ask, NoAnswer, UpstreamError
from batchtui.gateway.answer.upstream_body import accepted, refused
from batchtui.gateway.options import is_loopback

_MOST_ATTEMPTS: Final = 10
_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 60.0
_LONGEST_RETRY_AFTER_S: Final = 86_400.0
_CONNECT_S: Final = 10.0
_ANSWER_S: Final = 600.0
_LARGEST_ANSWER_BYTES: Final = 64 * 1024 * 1024
_RETRIED: Final = frozenset({408, 409, 429})
_VERSION: Final = re.compile(r"/v[0-9]")


class Upstream:
    def __init__(
        self, base_url: str, key: Secret | None, first_pause_s: float = _FIRST_PAUSE_S
    ) -> None:
        """`first_pause_s` doubles with each attempt. Reads certificates: for a thread."""
        self._base_url = base_url
        self._key = key.reveal().encode() if key else None
        self._first_pause_s = first_pause_s
        self._headers = {"content-type": "application/json", "user-agent": "batchtui"}
        if key is not None:
            self._headers["authorization"] = f"Bearer {key.reveal()}"
        parts = urlsplit(base_url)
        self._tls = httpx.create_ssl_context() if parts.scheme == "https" else False
        self._uses_proxies = not is_loopback(parts.hostname or "")
        self._idle: list[httpx.AsyncClient] = []

    async def answer(self, ask: Ask, giving_up: asyncio.Event) -> Answer | NoAnswer | None:
        url = endpoint_url(self._base_url, ask.endpoint)
        attempt = 1
        while True:
            result, pause_s = await self._attempt(url, ask.body, attempt)
            if pause_s is None or attempt == _MOST_ATTEMPTS:
                return result
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(giving_up.wait(), pause_s)
            if giving_up.is_set():
                return None
            attempt += 1

    async def models(self) -> list[dict[str, Any]]:
        """The upstream's own list. Raises UpstreamError."""
        try:
            async with self._client() as client:
                response = await client.get(endpoint_url(self._base_url, "/v1/models"))
            response.raise_for_status()
            data = msgspec.json.decode(response.content)["data"]
            return [each for each in data if isinstance(each, dict)]
        except httpx.HTTPStatusError as error:
            raise UpstreamError(f"The upstream answered {error.response.status_code}.") from None
        except httpx.HTTPError as error:
            raise UpstreamError(f"The upstream can not be reached: {_reason(error)}.") from None
        except (msgspec.DecodeError, LookupError, TypeError):
            raise UpstreamError("The upstream's list of models can not be read.") from None

    async def aclose(self) -> None:
        for client in self._idle:
            await client.aclose()

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[httpx.AsyncClient]:
        """The client that was idle last, or a new one; for one request at a time."""
        client = self._idle.pop() if self._idle else self._new_client()
        try:
            yield client
        finally:
            self._idle.append(client)

    def _new_client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            headers=self._headers,
            timeout=httpx.Timeout(_ANSWER_S, connect=_CONNECT_S),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
            verify=self._tls,
            trust_env=self._uses_proxies,
        )

    async def _attempt(
        self, url: str, body: bytes, attempt: int
    ) -> tuple[Answer | NoAnswer, float | None]:
        """The result of asking once, and the pause before asking again if that makes sense."""
        try:
            async with (
                self._client() as client,
                client.stream("POST", url, content=body) as response,
            ):
                text = await _read(response)
        except httpx.TimeoutException:
            return NoAnswer("request_timeout", "The upstream did not answer in time."), (
                self._pause_s(attempt)
            )
        except httpx.HTTPError as error:
            message = f"The upstream can not be reached: {_reason(error)}."
            return NoAnswer("upstream_unreachable", message), self._pause_s(attempt)
        if text is None:
            return NoAnswer("answer_too_large", "The upstream's answer has no end."), None
        status = response.status_code
        request_id = response.headers.get("x-request-id") or ids.request_id()
        if response.is_success:
            return accepted(status, text, request_id), None
        if self._key is not None:
            text = text.replace(self._key, b"***")
        answer = refused(status, text, request_id)
        if status not in _RETRIED and status < 500:
            return answer, None
        return answer, max(_retry_after_s(response), self._pause_s(attempt))

    def _pause_s(self, attempt: int) -> float:
        longest = min(_LONGEST_PAUSE_S, self._first_pause_s * 2.0 ** (attempt - 1))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, no secret


def endpoint_url(base_url: str, endpoint: str) -> str:
    """Where `endpoint` is: a base URL with a version in its path stands for the `/v1`."""
    base = base_url.rstrip("/")
    if _VERSION.search(urlsplit(base).path):
        endpoint = endpoint.removeprefix("/v1")
    return base + endpoint


async def _read(response: httpx.Response) -> bytes | None:
    """The body, None when it is larger than any answer."""
    pieces: list[bytes] = []
    size_bytes = 0
    async for piece in response.aiter_bytes():
        pieces.append(piece)
        size_bytes += len(piece)
        if size_bytes > _LARGEST_ANSWER_BYTES:
            return None
    return b"".join(pieces)


def _retry_after_s(response: httpx.Response) -> float:
    """What `Retry-After` asks for: seconds, or a date. 0 without one."""
    text: str = response.headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            return 0.0
    return min(max(0.0, seconds), _LONGEST_RETRY_AFTER_S)


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
