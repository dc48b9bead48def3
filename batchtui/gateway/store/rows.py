"""The rows of the two tables, and the API objects they stand for."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class FileRow:
    """One kept file. Times are epoch seconds.

    `deleted_at` is set when the caller deleted it or it expired. Such a row stays for a while:
    a list that is being paged may have it as its cursor.
    """

    id: str
    created_at: int
    filename: str
    purpose: str
    size_bytes: int
    expires_at: int | None = None
    deleted_at: int | None = None

    def to_api(self) -> dict[str, Any]:
        """`openai.types.FileObject`, every field of it."""
        return {
            "id": self.id,
            "object": "file",
            "bytes": self.size_bytes,
            "created_at": self.created_at,
            "expires_at": self.expires_at,
            "filename": self.filename,
            "purpose": self.purpose,
            "status": "processed",
            "status_details": None,
        }


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One batch. Times are epoch seconds; `metadata` and `errors` are JSON text or None.

    `output_name` and `error_name` are the ids that its result files will have. The files grow
    under these names from the first result on, and `output_bytes` and `error_bytes` say how much
    of each is durable. `outcome` is the final status that a finalizing batch is on its way to.
    `file_expires_after_s` is the life of the result files, counted from their creation.
    """

    id: str
    created_at: int
    status: str
    endpoint: str
    input_file_id: str
    completion_window: str
    expires_at: int
    output_name: str
    error_name: str
    metadata: str | None = None
    file_expires_after_s: int | None = None
    model: str | None = None
    errors: str | None = None
    outcome: str | None = None
    output_file_id: str | None = None
    error_file_id: str | None = None
    in_progress_at: int | None = None
    finalizing_at: int | None = None
    completed_at: int | None = None
    failed_at: int | None = None
    expired_at: int | None = None
    cancelling_at: int | None = None
    cancelled_at: int | None = None
    total: int = 0
    completed: int = 0
    failed: int = 0
    output_bytes: int = 0
    error_bytes: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0

    def to_api(self) -> dict[str, Any]:
        """`openai.types.Batch`, every field of it."""
        return {
            "id": self.id,
            "object": "batch",
            "endpoint": self.endpoint,
            "model": self.model,
            "errors": json.loads(self.errors) if self.errors else None,
            "input_file_id": self.input_file_id,
            "completion_window": self.completion_window,
            "status": self.status,
            "output_file_id": self.output_file_id,
            "error_file_id": self.error_file_id,
            "created_at": self.created_at,
            "in_progress_at": self.in_progress_at,
            "expires_at": self.expires_at,
            "finalizing_at": self.finalizing_at,
            "completed_at": self.completed_at,
            "failed_at": self.failed_at,
            "expired_at": self.expired_at,
            "cancelling_at": self.cancelling_at,
            "cancelled_at": self.cancelled_at,
            "request_counts": {
                "total": self.total,
                "completed": self.completed,
                "failed": self.failed,
            },
            "usage": self._usage(),
            "metadata": json.loads(self.metadata) if self.metadata else None,
        }

    def _usage(self) -> dict[str, Any] | None:
        if self.in_progress_at is None:
            return None
        return {
            "input_tokens": self.input_tokens,
            "input_tokens_details": {"cached_tokens": self.cached_tokens},
            "output_tokens": self.output_tokens,
            "output_tokens_details": {"reasoning_tokens": self.reasoning_tokens},
            "total_tokens": self.input_tokens + self.output_tokens,
        }


FILE_COLUMNS: Final = tuple(field.name for field in fields(FileRow))
BATCH_COLUMNS: Final = tuple(field.name for field in fields(BatchRow))


def _table(name: str, columns: tuple[str, ...]) -> str:
    rest = ", ".join(columns[1:])
    return (
        f"CREATE TABLE IF NOT EXISTS {name} (id TEXT PRIMARY KEY, {rest}); "
        f"CREATE INDEX IF NOT EXISTS {name}_newest ON {name} (created_at, id);"
    )


_ENQUEUED: Final = "CREATE TABLE IF NOT EXISTS enqueued (id TEXT PRIMARY KEY, model, tokens);"

SCHEMA: Final = _table("files", FILE_COLUMNS) + _table("batches", BATCH_COLUMNS) + _ENQUEUED
"""`enqueued` has the batches that count for a limit of tokens, while they are not final."""
