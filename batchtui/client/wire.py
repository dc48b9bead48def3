"""Requests over httpx: the connections to one server, and one exchange on them.

Outcomes are returned, never raised: an exception of httpx holds frames with the headers in them.
Goes to the transport directly, since one client has one server: no redirects are followed, no
cookies kept, nothing is logged. Must not decide what to repeat.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from batchtui.client import tls
from batchtui.client.exchange import Answer, NoAnswer, Outcome, Request
from batchtui.client.faults import incomplete, no_answer, too_large
from batchtui.client.target import CONNECT_TIMEOUT_S, Target
from batchtui.errors import UsageError

MAX_ANSWER_BYTES: Final = 64 * 1024 * 1024
_IDLE_S: Final = 15.0
"""How long a connection is kept for the next request: a refreshed list asks every 10 s."""
_SLACK_S: Final = 60.0
"""On top of the patience for silence: what a server may take that drips its answer."""

IDENTITY: Final = {"accept": "*/*", "accept-encoding": "identity"}
"""Asks for content as it is: only then does Content-Length count its bytes."""

Transport = httpx.BaseTransport | httpx.AsyncBaseTransport


class Wire:
    """The connections to one target. Building one may read certificates: do it in a thread.

    `injected`: a transport to use for everything instead, as `httpx.MockTransport`.
    """

    def __init__(self, target: Target, injected: Transport | None) -> None:
        self._target = target
        self._injected = injected
        self._context = tls.context(target.route) if target.is_tls else tls.closed_context()
        self._proxy = None if injected else (target.route.proxy or proxy_for(target.root))
        try:
            httpx.URL(target.root)
            self._shared = self._transport()
        except httpx.InvalidURL:
            raise UsageError(f"base_url is not a URL that can be asked: {target.host}") from None
        except (ImportError, ValueError):
            raise UsageError(
                "the proxy of the profile can not be used"
                if target.route.proxy
                else "the proxy that the environment names can not be used",
                hint="HTTPS_PROXY, HTTP_PROXY or ALL_PROXY must be an http or https URL",
            ) from None

    async def exchange(self, request: Request, *, fresh: bool = False) -> Outcome:
        """Send once and read the whole answer.

        `fresh`: on a connection of its own. A kept one may be closed by the server at the moment
        of sending, which can not be told from an answer that was lost.
        """
        if not fresh or self._injected is not None:
            return await self._exchange(self._shared, request)
        async with self._transport() as transport:
            return await self._exchange(transport, request)

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[Outcome | AsyncIterator[bytes]]:
        """Send once; the pieces of a 2xx answer while they come, else what came instead."""
        try:
            prepared = self.request(request, headers=IDENTITY)
            response = await self._shared.handle_async_request(prepared)
        except httpx.HTTPError as error:
            outcome: Outcome | None = self.no_answer(error)
        else:
            outcome = None
        if outcome is not None:
            yield outcome
            return
        try:
            if 200 <= response.status_code < 300:
                yield self._pieces(response)
            else:
                yield await self._read(response)
        finally:
            await response.aclose()

    async def aclose(self) -> None:
        await self._shared.aclose()

    def request(self, request: Request, **extra: Any) -> httpx.Request:
        """The httpx request, with this target's headers and timeouts."""
        headers = {**self._target.headers, **extra.pop("headers", {})}
        if request.json_body is not None:
            headers["content-type"] = "application/json"
            extra["content"] = request.json_body
        patience_s = self._target.read_timeout_s
        timeouts = {
            "connect": CONNECT_TIMEOUT_S,
            "read": patience_s,
            "write": patience_s,
            "pool": patience_s,
        }
        return httpx.Request(
            request.method,
            self._target.url(request.path, request.query),
            headers=headers,
            extensions={"timeout": timeouts, **extra.pop("extensions", {})},
            **extra,
        )

    def no_answer(self, error: Exception) -> NoAnswer:
        """What an exception of httpx means on the way to this target."""
        return no_answer(error, self._target, self._proxy)

    def blocking_transport(self) -> httpx.BaseTransport:
        """A transport for one transfer in a thread; an injected one is not closed by its user."""
        if self._injected is not None:
            if not isinstance(self._injected, httpx.BaseTransport):
                raise UsageError("transfers need a transport that is synchronous as well")
            return _Kept(self._injected)
        return httpx.HTTPTransport(verify=self._context, trust_env=False, proxy=self._proxy)

    def _transport(self) -> httpx.AsyncBaseTransport:
        if self._injected is not None:
            if not isinstance(self._injected, httpx.AsyncBaseTransport):
                raise UsageError("a transport must be asynchronous, as httpx.MockTransport is")
            return self._injected
        return httpx.AsyncHTTPTransport(
            verify=self._context,
            trust_env=False,
            proxy=self._proxy,
            limits=httpx.Limits(max_keepalive_connections=4, keepalive_expiry=_IDLE_S),
        )

    async def _exchange(self, transport: httpx.AsyncBaseTransport, request: Request) -> Outcome:
        try:
            async with asyncio.timeout(self._target.read_timeout_s + _SLACK_S):
                response = await transport.handle_async_request(self.request(request))
                try:
                    return await self._read(response)
                finally:
                    await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            return self.no_answer(error)

    async def _read(self, response: httpx.Response) -> Outcome:
        body = bytearray()
        try:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    return too_large(self._target, MAX_ANSWER_BYTES)
        except httpx.HTTPError as error:
            return no_answer(error, self._target)
        return Answer(response.status_code, response.headers, bytes(body))

    async def _pieces(self, response: httpx.Response) -> AsyncIterator[bytes]:
        total = announced_bytes(response.headers)
        given = 0
        whole = True
        try:
            async for chunk in response.aiter_bytes():
                given += len(chunk)
                yield chunk
        except httpx.HTTPError:
            whole = False
        received = response.num_bytes_downloaded if is_packed(response) else given
        if not whole or total not in (None, received):
            raise incomplete(self._target, received, total).error


class _Kept(httpx.BaseTransport):
    """Another's transport, left open."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._inner.handle_request(request)


def proxy_for(root: str) -> str | None:
    """The proxy that the environment names for this URL: HTTPS_PROXY, HTTP_PROXY, NO_PROXY.

    None for this machine itself, which no proxy can reach.
    """
    parts = urlsplit(root)
    host = parts.hostname or ""
    if host in ("localhost", "::1") or host.startswith("127.") or proxy_bypass(host):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def announced_bytes(headers: Mapping[str, str]) -> int | None:
    """How long an answer says it is, as it is transferred."""
    value = headers.get("content-length", "")
    return int(value) if value.isascii() and value.isdecimal() else None


def is_packed(response: httpx.Response) -> bool:
    """True when what came over the wire, and was announced, is not what the pieces hold."""
    return "content-encoding" in response.headers
