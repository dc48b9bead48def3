"""Records as rows of a table and back: plain columns as they are, everything else as JSON.

Owns the spelling on disk only. The columns of a table are the fields of its record.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final, Generic, TypeVar

import msgspec

from batchtui.jsonl.outcomes import Outcome
from batchtui.workflows.jobs.records import (
    Attempt,
    Estimate,
    Job,
    JobAudit,
    JobBatch,
    JobOptions,
    Lane,
    ShardRow,
    Spent,
)
from batchtui.workflows.jobs.states import JobState, ShardState

R = TypeVar("R")


class Table(Generic[R]):
    """`composed`: the type of each field that is no plain column."""

    def __init__(self, name: str, record: type[R], composed: Mapping[str, Any]) -> None:
        self.name = name
        self.columns: Final = tuple(field.name for field in fields(record))  # type: ignore[arg-type]
        self._record = record
        self._composed = composed

    @property
    def insert(self) -> str:
        marks = ", ".join("?" * len(self.columns))
        return f"INSERT INTO {self.name} ({', '.join(self.columns)}) VALUES ({marks})"  # noqa: S608

    @property
    def select(self) -> str:
        return f"SELECT {', '.join(self.columns)} FROM {self.name}"  # noqa: S608

    def update(self, changed: Mapping[str, Any]) -> str:
        """The start of an UPDATE; raises KeyError for what is no column."""
        for column in changed:
            if column not in self.columns:
                raise KeyError(column)
        return f"UPDATE {self.name} SET {', '.join(f'{each} = ?' for each in changed)}"  # noqa: S608

    def values(self, record: R) -> list[Any]:
        return [self.value(column, getattr(record, column)) for column in self.columns]

    def value(self, column: str, value: Any) -> Any:
        return msgspec.json.encode(value).decode() if column in self._composed else value

    def record(self, row: sqlite3.Row | tuple[Any, ...]) -> R:
        found = {
            column: msgspec.json.decode(value, type=self._composed[column])
            if column in self._composed
            else value
            for column, value in zip(self.columns, row, strict=True)
        }
        return self._record(**found)


JOBS: Final = Table(
    "jobs",
    Job,
    {
        "options": JobOptions,
        "state": JobState,
        "estimate": Estimate | None,
        "spent": dict[str, Spent],
        "audit": JobAudit | None,
    },
)
ATTEMPTS: Final = Table(
    "attempts", Attempt, {"outcomes": tuple[Outcome, ...], "changes": dict[str, str]}
)
SHARDS: Final = Table("shards", ShardRow, {"lane": Lane, "state": ShardState, "is_canary": bool})
BATCHES: Final = Table("batches", JobBatch, {})

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, name TEXT, input_path TEXT, input_hash TEXT, input_stamp TEXT,
    records INTEGER, size_bytes INTEGER, account TEXT, profile_name TEXT, options TEXT,
    state TEXT, created_at REAL, changed_at REAL, attempt INTEGER, why TEXT, wanted TEXT,
    pid INTEGER, out_path TEXT, estimate TEXT, spent TEXT, audit TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS jobs_by_input ON jobs (account, input_hash, created_at);
CREATE TABLE IF NOT EXISTS attempts (
    job_id TEXT, number INTEGER, path TEXT, lines INTEGER, outcomes TEXT, changes TEXT,
    created_at REAL,
    PRIMARY KEY (job_id, number)
) STRICT;
CREATE TABLE IF NOT EXISTS shards (
    job_id TEXT, attempt INTEGER, number INTEGER, lane TEXT, lines INTEGER, size_bytes INTEGER,
    tokens INTEGER, state TEXT, changed_at REAL, why TEXT, refusals INTEGER, is_canary TEXT,
    file_id TEXT, batch_id TEXT, batch_status TEXT, created_at REAL,
    total INTEGER, completed INTEGER, failed INTEGER,
    input_tokens INTEGER, output_tokens INTEGER, cached_tokens INTEGER,
    output_file_id TEXT, error_file_id TEXT, output_path TEXT, error_path TEXT,
    PRIMARY KEY (job_id, attempt, number)
) STRICT;
CREATE INDEX IF NOT EXISTS shards_by_state ON shards (state);
CREATE TABLE IF NOT EXISTS spans (
    job_id TEXT, attempt INTEGER, number INTEGER, packed BLOB,
    PRIMARY KEY (job_id, attempt, number)
) STRICT;
CREATE TABLE IF NOT EXISTS limits (
    account TEXT, model TEXT, tokens INTEGER, told_at REAL,
    PRIMARY KEY (account, model)
) STRICT;
CREATE TABLE IF NOT EXISTS batches (
    job_id TEXT, attempt INTEGER, number INTEGER, batch_id TEXT, created_at REAL,
    PRIMARY KEY (job_id, batch_id)
) STRICT;
"""
