"""Documents about batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from batchtui.jsonl.joined import Audit
from batchtui.models.batch import Batch


class BatchShown(Batch):
    """`retry_of`: the batch whose requests it sends again; `retried_by`: those that do so to it."""

    retry_of: str | None
    retried_by: list[str]


@dataclass(frozen=True, kw_only=True)
class BatchResults(Audit):
    """`format`: how the file is written."""

    batch_id: str
    output: str
    format: Literal["jsonl", "csv", "parquet", "answers"]


@dataclass(frozen=True, kw_only=True)
class RetryWritten:
    """`outcomes`: the requests by what had become of them. `input`: the file they were written to.
    `batch` is there unless nothing was to be submitted."""

    retry_of: str
    requests: int
    outcomes: dict[str, int]
    input: str | None
    batch: Batch | None = None
