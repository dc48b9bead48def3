"""New ids: sortable by the moment they were made, and not to be guessed."""

from __future__ import annotations

import secrets
import threading
import time

_lock = threading.Lock()
_last_us = 0


def new_id(prefix: str) -> str:
    """`prefix` and 32 hex digits; each one sorts after all that this process made before.

    Lists are sorted by (created_at, id), so objects of one second keep their order.
    """
    global _last_us
    with _lock:
        _last_us = max(_last_us + 1, time.time_ns() // 1000)
        moment = _last_us
    return f"{prefix}{moment:014x}{secrets.token_hex(9)}"


def file_id() -> str:
    return new_id("file-")


def batch_id() -> str:
    return new_id("batch_")


def request_id() -> str:
    return f"req_{secrets.token_hex(16)}"
