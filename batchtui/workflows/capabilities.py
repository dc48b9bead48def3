"""What one server can do, found out by asking it, and kept for a day.

Asks nothing that changes anything: whether a route exists is told by how the server refuses an id
that nobody has. Owns the questions and their meaning.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from batchtui import paths
from batchtui.models.status import IN_PROGRESS, normal_status
from batchtui.workflows.session import Session

if TYPE_CHECKING:
    from batchtui.client import BatchClient
    from batchtui.client.probe import Probe

NOBODYS_BATCH: Final = "batch_0000000000000000000000000000probe"
NOBODYS_FILE: Final = "file-0000000000000000000000000000probe"
KEPT_S: Final = 86_400

_ROUTES: Final[tuple[tuple[str, str, str, dict[str, int]], ...]] = (
    ("batches_list", "GET", "/batches", {"limit": 1}),
    ("batch_cancel", "POST", f"/batches/{NOBODYS_BATCH}/cancel", {}),
    ("files_list", "GET", "/files", {"limit": 1}),
    ("file_content", "GET", f"/files/{NOBODYS_FILE}/content", {}),
    ("file_delete", "DELETE", f"/files/{NOBODYS_FILE}", {}),
    ("models_list", "GET", "/models", {}),
)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """For each capability: True, False, or None where it could not be told; `why` says why not.

    `paging`: a list's cursor leads on. `live_counts`: a running batch tells how far it is.
    `at_s`: when the server was asked, in epoch seconds.
    """

    batches_list: bool | None = None
    batch_cancel: bool | None = None
    files_list: bool | None = None
    file_content: bool | None = None
    file_delete: bool | None = None
    models_list: bool | None = None
    paging: bool | None = None
    live_counts: bool | None = None
    why: dict[str, str] = field(default_factory=dict)
    at_s: float = 0.0


async def probe(session: Session) -> Capabilities:
    """Ask the server now, and keep what it said. Never raises for what the server answers."""
    client = await session.client()
    found: dict[str, Any] = {}
    why: dict[str, str] = {}
    for name, method, path, query in _ROUTES:
        asked = await client.probe(method, path, query)
        found[name] = _exists(asked, names_an_id=path.count("/") > 1)
        if not found[name] and asked.error is not None:
            why[name] = asked.error.message
    found["paging"], reason = await _cursor_leads_on(client)
    if reason:
        why["paging"] = reason
    found["live_counts"] = await _counts_are_live(client)
    capabilities = Capabilities(**found, why=why, at_s=time.time())
    await asyncio.to_thread(_keep, session.profile.account, capabilities)
    return capabilities


async def known(session: Session) -> Capabilities | None:
    """What was found out in the last day, without asking."""
    return await asyncio.to_thread(_kept, session.profile.account)


def _exists(asked: Probe, *, names_an_id: bool) -> bool | None:
    """A route that refuses an unknown id is there; one that nobody serves says so differently."""
    if asked.status is None or asked.status in (401, 403, 429):
        return None
    if asked.status < 400:
        # A page to sign in on, or a redirect to one, is no Batch API.
        return asked.error is None and _document(asked) is not None
    message = asked.error.server_message or "" if asked.error else ""
    if asked.status in (405, 501):
        return False
    if asked.status == 404:
        return names_an_id and not asked.is_unknown_path
    if "doesn't support" in message or "not supported" in message.lower():
        return False
    return None if asked.status >= 500 else True


async def _cursor_leads_on(client: BatchClient) -> tuple[bool | None, str]:
    """Two pages of one batch each must not show the same one, and the first must hold but one."""
    first = _document(await client.probe("GET", "/batches", {"limit": 1}))
    rows = first.get("data") if first else None
    if not isinstance(rows, list) or first is None:
        return None, "the list of batches cannot be read"
    if len(rows) > 1:
        return False, "the server ignores how many are asked for"
    if not rows or first.get("has_more") is False:
        return None, "there are too few batches to tell"
    cursor = first.get("last_id") or _id_of(rows[0])
    second = _document(await client.probe("GET", "/batches", {"limit": 1, "after": cursor}))
    rows_after = second.get("data") if second else None
    if not isinstance(rows_after, list):
        return False, "the second page cannot be read"
    if rows_after and _id_of(rows_after[0]) == _id_of(rows[0]):
        return False, "the second page is the first one again"
    return True, ""


async def _counts_are_live(client: BatchClient) -> bool | None:
    document = _document(await client.probe("GET", "/batches", {"limit": 100}))
    rows = document.get("data") if document else None
    running = [
        row.get("request_counts") or {}
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict) and normal_status(str(row.get("status"))) == IN_PROGRESS
    ]
    return True if any(counts.get("completed") for counts in running) else None


def _document(asked: Probe) -> dict[str, Any] | None:
    if asked.error is not None:
        return None
    try:
        document = json.loads(asked.body)
    except (ValueError, RecursionError):
        return None
    if isinstance(document, list):
        return {"data": document, "has_more": False}
    return document if isinstance(document, dict) else None


def _id_of(row: object) -> str | None:
    return str(row["id"]) if isinstance(row, dict) and row.get("id") else None


def _cache_file() -> Path:
    return paths.cache_dir() / "capabilities.json"


def _read() -> dict[str, Any]:
    try:
        document = json.loads(_cache_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def _kept(account: str) -> Capabilities | None:
    try:
        capabilities = Capabilities(**_read()[account])
    except (KeyError, TypeError):
        return None
    return capabilities if 0 <= time.time() - capabilities.at_s < KEPT_S else None


def _keep(account: str, capabilities: Capabilities) -> None:
    """A cache that cannot be written is no trouble: the server is asked again."""
    path = _cache_file()
    try:
        paths.private(path.parent)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps({**_read(), account: asdict(capabilities)}), encoding="utf-8")
        fresh.replace(path)
    except OSError:
        return
