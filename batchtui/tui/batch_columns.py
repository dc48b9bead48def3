"""The columns of the list of batches: which there are, what each shows and sorts by.

What a cell looks like is in `batch_cells`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from batchtui.tui.batch_cells import (
    age_s,
    failed_cell,
    failed_of,
    progress_cell,
    status_cell,
    status_order,
    total_of,
)
from batchtui.tui.figures import NONE, count, span
from batchtui.tui.plain_ids import plain_id
from batchtui.tui.widgets.columns import Column
from batchtui.tui.widgets.spans import Span

if TYPE_CHECKING:
    from batchtui.tui.connection import Listed

PROFILE: Final = "profile"
"""The column that is there by itself where several accounts are side by side."""


def batch_columns(now_s: Callable[[], float]) -> list[Column[Listed]]:
    """All there are; those that are `optional` show when they are asked for.

    Times are told from `now_s`, epoch seconds, when a row is drawn.
    """

    def age(row: Listed) -> list[Span]:
        return [(span(age_s(row.batch, now_s())), "")]

    def left(row: Listed) -> list[Span]:
        seconds = _left_s(row)
        return [(NONE, "muted") if seconds is None else (f"~{span(seconds)}", "")]

    grown: dict[str, Any] = {"grow": True, "is_name": True}
    return [
        Column(
            "status",
            "STATUS",
            12,
            lambda row: status_cell(row.batch, row.retried),
            keep=9,
            order=lambda row: status_order(row.batch),
        ),
        Column(
            PROFILE,
            "PROFILE",
            8,
            lambda row: [(row.connection.name, "")],
            is_name=True,
            keep=6,
            order=lambda row: row.connection.name.casefold(),
            optional=True,
        ),
        Column(
            "input",
            "INPUT",
            16,
            lambda row: row.name,
            keep=10,
            order=lambda row: row.name.casefold(),
            least=8,
            **grown,
        ),
        Column(
            "model",
            "MODEL",
            14,
            lambda row: [(row.batch.model or NONE, "muted")],
            keep=1,
            order=lambda row: row.batch.model.casefold() if row.batch.model else None,
            **grown,
        ),
        Column(
            "endpoint",
            "ENDPOINT",
            16,
            lambda row: [(row.batch.endpoint.removeprefix("/v1/") or NONE, "muted")],
            keep=0,
            order=lambda row: row.batch.endpoint or None,
            optional=True,
        ),
        Column(
            "id",
            "BATCH",
            18,
            lambda row: [(plain_id(row.batch.id), "muted")],
            is_name=True,
            keep=0,
            order=lambda row: row.batch.id,
            optional=True,
        ),
        Column(
            "progress",
            "PROGRESS",
            21,
            lambda row: progress_cell(row.batch),
            keep=8,
            order=lambda row: row.batch.progress_percent or 0.0,
        ),
        Column(
            "requests",
            "REQUESTS",
            10,
            _requests,
            right=True,
            keep=0,
            order=lambda row: total_of(row.batch),
            optional=True,
        ),
        Column(
            "failed",
            "FAILED",
            6,
            lambda row: failed_cell(row.batch, row.retried),
            right=True,
            keep=7,
            order=lambda row: failed_of(row.batch),
        ),
        Column("age", "AGE", 4, age, right=True, keep=5, order=_age_order),
        Column("left", "LEFT", 5, left, right=True, keep=2, order=_left_s),
    ]


def _left_s(row: Listed) -> float | None:
    return row.connection.account.paces.left_s(row.batch)


def _age_order(row: Listed) -> float | None:
    """By when it began: `v` is the newest first, as a list comes."""
    return row.batch.created_at


def _requests(row: Listed) -> list[Span]:
    total = total_of(row.batch)
    return [(NONE, "muted") if total is None else (count(total), "")]
