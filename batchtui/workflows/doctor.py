"""Finds out why a server cannot be used, and says it in plain words with what to do."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from batchtui import paths
from batchtui.config import HOW_TO_CONNECT, Profile
from batchtui.errors import ApiError, AuthenticationError, UsageError
from batchtui.workflows import capabilities
from batchtui.workflows.session import Session

SKEW_S: Final = 60.0

NAMES: Final = {
    "batches_list": "list batches",
    "batch_cancel": "cancel a batch",
    "files_list": "list files",
    "file_content": "download a file",
    "file_delete": "delete a file",
    "models_list": "list models",
    "paging": "further pages",
    "live_counts": "live counts",
}
WITHOUT: Final = {
    "batches_list": "only batches that you name can be watched",
    "batch_cancel": "batches run to their end",
    "files_list": "files can be read by id only",
    "file_content": "results cannot be read here",
    "file_delete": "files stay until they expire",
    "models_list": "models are not offered in the form",
    "paging": "only the first page of batches is shown",
}

NEEDED: Final = ("batches_list", "batch_cancel", "files_list", "file_content")
NO_BATCH_API: Final = (
    "is the base URL right? A model server often has no Batch API: put a LiteLLM proxy or "
    "`batchtui serve` before it"
)


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` was looked at, `said` in plain words, `hint`: what to do."""

    what: str
    verdict: Verdict
    said: str
    hint: str | None = None


def no_server() -> Finding:
    """What is wrong where nothing says where to connect."""
    hint = HOW_TO_CONNECT.format(config=paths.config_file())
    return Finding("server", Verdict.BAD, "no server is configured", hint)


async def examine(session: Session) -> AsyncIterator[Finding]:
    """One finding after the other; what comes after a bad connection or key is left out."""
    profile = session.profile
    source = str(profile.key_source) if profile.key_source else "none"
    yield Finding("profile", Verdict.OK, f"{profile.name}: {profile.kind} at {profile.base_url}")
    try:
        client = await session.client()
    except UsageError as error:
        yield Finding("key", Verdict.BAD, error.message, error.hint)
        return
    asked = await client.probe("GET", "/batches", {"limit": 1})
    if asked.status is None:
        yield _bad("connection", asked.error)
        return
    yield Finding(
        "connection", Verdict.OK, f"{profile.host} answers in {asked.elapsed_s * 1000:.0f} ms"
    )
    yield tls_of(profile)
    if isinstance(asked.error, AuthenticationError):
        yield Finding(
            "key", Verdict.BAD, f"the key was not accepted (from: {source})", asked.error.hint
        )
        return
    if asked.status == 403:
        yield _bad("key", asked.error)
        return
    yield _key(asked.error, source)
    yield _clock(asked.headers.get("date"))
    found = await capabilities.probe(session)
    for name, what in NAMES.items():
        yield _capability(name, what, getattr(found, name), found.why.get(name))
    if all(getattr(found, name) is False for name in NEEDED):
        yield Finding("batch api", Verdict.BAD, "the server has no call of it", NO_BATCH_API)


def _bad(what: str, error: ApiError | None) -> Finding:
    if error is None:
        return Finding(what, Verdict.BAD, "there is no answer")
    return Finding(what, Verdict.BAD, error.message, error.hint)


def _key(error: ApiError | None, source: str) -> Finding:
    if error is None:
        return Finding("key", Verdict.OK, f"accepted (from: {source})")
    said = f"could not be told (from: {source}): {error.message}"
    return Finding("key", Verdict.UNKNOWN, said, error.hint)


def tls_of(profile: Profile) -> Finding:
    """Said of a server that answered: over https its certificate was found good."""
    parts = urlsplit(profile.base_url)
    if parts.scheme == "https":
        who = f"by {profile.ca_file}" if profile.ca_file else "by this machine's authorities"
        shown = ", and is shown ours" if profile.client_cert else ""
        return Finding("tls", Verdict.OK, f"the server's certificate is trusted {who}{shown}")
    host = parts.hostname or ""
    has_key = profile.key_source is not None or profile.api_key is not None
    if not has_key or host in ("localhost", "::1") or host.startswith("127."):
        return Finding("tls", Verdict.OK, "not used, plain http")
    return Finding(
        "tls",
        Verdict.WARNING,
        "not used: the key goes over the network in the clear",
        "use an https URL, unless the network is your own",
    )


def _capability(name: str, what: str, is_there: bool | None, why: str | None) -> Finding:
    if is_there:
        return Finding(what, Verdict.OK, "yes")
    if is_there is None:
        return Finding(what, Verdict.UNKNOWN, why or "could not be told now")
    return Finding(
        what, Verdict.WARNING, f"no: {why or 'the server has no such call'}", WITHOUT[name]
    )


def _clock(date: str | None) -> Finding:
    """Ages and times left are reckoned against the server's times with this machine's clock."""
    if date is None:
        return Finding("clock", Verdict.UNKNOWN, "the server does not tell its time")
    try:
        skew_s = parsedate_to_datetime(date).timestamp() - time.time()
    except (ValueError, TypeError):
        return Finding("clock", Verdict.UNKNOWN, "the server's time cannot be read")
    if abs(skew_s) < SKEW_S:
        return Finding("clock", Verdict.OK, "this machine and the server agree")
    direction = "ahead of" if skew_s < 0 else "behind"
    return Finding(
        "clock",
        Verdict.WARNING,
        f"this machine is {abs(skew_s):,.0f} s {direction} the server",
        "ages and times left are wrong by that: set the clock",
    )
