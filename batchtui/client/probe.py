"""One request as it is, for finding out what a server can do: an error answer is a finding here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from batchtui.client.exchange import Answer, QueryValue, Request
from batchtui.client.failures import error_of
from batchtui.client.hints import is_unknown_path
from batchtui.client.session import Session
from batchtui.errors import ApiError


@dataclass(frozen=True, slots=True)
class Probe:
    """`status` None: no answer. `error`: what a caller would be told, None for a 2xx.

    `headers` has lower-case names. `is_unknown_path`: the server has nothing at that path, as told
    by a 404; another says only that it does not know an id.
    """

    status: int | None
    headers: Mapping[str, str]
    body: bytes
    error: ApiError | None
    elapsed_s: float
    is_unknown_path: bool = False


async def probe(session: Session, method: str, path: str, query: Mapping[str, QueryValue]) -> Probe:
    """What came of one request, sent once. `path` is below the API's root, as `/batches`."""
    started = time.monotonic()
    outcome = await session.once(Request(method, path, query))
    elapsed_s = time.monotonic() - started
    if isinstance(outcome, Answer):
        error = None if outcome.ok else error_of(outcome, session.target)
        words = (error.server_message if error else None) or ""
        return Probe(
            *(outcome.status, outcome.headers, outcome.body, error, elapsed_s),
            is_unknown_path=outcome.status == 404 and is_unknown_path(outcome, words),
        )
    return Probe(None, {}, b"", outcome.error, elapsed_s)
