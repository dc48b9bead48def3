"""Who may come in: keys, and no web page of a stranger. Gives every answer its request id.

On loopback without keys, any local program is let in; a browser is a local program that speaks for
strangers, so there a foreign `Origin` or `Host` (DNS rebinding) is refused.
"""

from __future__ import annotations

import hmac
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from batchtui.config import Secret
from batchtui.gateway import ids
from batchtui.gateway.options import is_loopback
from batchtui.gateway.refusal import Refusal

_OPEN_PATHS: Final = ("/health", "/health/liveliness", "/health/readiness")
_KEY_HEADERS: Final = ("authorization", "x-api-key", "api-key", "x-litellm-api-key")
"""Where LiteLLM takes a key, too."""


class Guard:
    def __init__(self, app: ASGIApp, keys: tuple[Secret, ...]) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = ids.request_id()

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        try:
            self._check(Headers(scope=scope), scope["path"])
        except Refusal as refusal:
            await refusal.response()(scope, receive, send_with_id)
            return
        await self._app(scope, receive, send_with_id)

    def _check(self, headers: Headers, path: str) -> None:
        if not self._keys:
            _refuse_strangers(headers)
            return
        if path in _OPEN_PATHS:
            return
        given = _given_key(headers)
        if given is None:
            raise _unauthorized("You didn't provide an API key.", None)
        if not _is_one_of(given, self._keys):
            raise _unauthorized("Incorrect API key provided.", "invalid_api_key")


def _given_key(headers: Headers) -> str | None:
    for name in _KEY_HEADERS:
        value = headers.get(name, "").strip()
        if value[:7].lower() == "bearer ":
            value = value[7:].strip()
        if value and value.lower() != "bearer":
            return value
    return None


def _is_one_of(given: str, keys: tuple[Secret, ...]) -> bool:
    """Compares with every key, in a time that tells nothing about them. Headers come as Latin-1."""
    found = False
    for key in keys:
        found |= hmac.compare_digest(given.encode("latin-1"), key.reveal().encode())
    return found


def _unauthorized(message: str, code: str | None) -> Refusal:
    return Refusal(401, message, code=code, headers={"www-authenticate": "Bearer"})


def _refuse_strangers(headers: Headers) -> None:
    for name, host in (
        ("Host", urlsplit(f"//{headers.get('host', 'localhost')}").hostname),
        ("Origin", urlsplit(headers.get("origin", "http://localhost")).hostname),
    ):
        if host is None or not is_loopback(host):
            raise Refusal(
                403,
                f"Foreign {name}: without an API key this gateway answers local programs only.",
                kind="permission_error",
            )
