"""The rows of the list of jobs: each job, and beneath an unfolded one its shards."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from batchtui.tui.figures import span
from batchtui.tui.jobs import look
from batchtui.tui.widgets.columns import Column
from batchtui.tui.widgets.spans import Cell

if TYPE_CHECKING:
    from batchtui.tui.jobs.board import Board
    from batchtui.workflows.jobs.records import Job, ShardRow
    from batchtui.workflows.jobs.view import JobView

FIRST: Final = 99
"""The column that has the lines of the shards is the last to go."""

SERVER: Final = "server"


@dataclass(frozen=True, slots=True)
class Row:
    """A job, or with `shard` one of its batches. `is_driven_here`: by this app."""

    view: JobView
    is_driven_here: bool = False
    shard: ShardRow | None = None

    @property
    def job(self) -> Job:
        return self.view.job

    @property
    def key(self) -> str:
        shard = self.shard
        return self.job.id if shard is None else f"{self.job.id}/{shard.attempt}/{shard.number}"


def rows(board: Board, unfolded: Collection[str], driven: Collection[str]) -> Iterator[Row]:
    for view in board.views:
        here = view.job.id in driven
        yield Row(view, here)
        detail = board.details.get(view.job.id) if view.job.id in unfolded else None
        for shard in detail.shards if detail else ():
            yield Row(view, here, shard)


def server(job: Job) -> str:
    """The host, and the provider or model behind it: tells one account from another."""
    url, _, behind = job.account.partition(" ")
    return f"{urlsplit(url).netloc.rpartition('@')[2] or url} {behind}".rstrip()


def job_columns(now_s: Callable[[], float]) -> list[Column[Row]]:
    """All there are. A shard is sorted as its job is, so it stays beneath it."""

    def column(
        key: str,
        title: str,
        width: int,
        cell: Callable[[JobView], Cell],
        order: Callable[[JobView], Any],
        **more: Any,
    ) -> Column[Row]:
        return Column(
            key,
            title,
            width,
            lambda row: "" if row.shard else cell(row.view),
            order=lambda row: order(row.view),
            **more,
        )

    def status(row: Row) -> Cell:
        if row.shard:
            return ""
        sign, word, tone = look.look(row.view, is_driven_here=row.is_driven_here)
        return [(f"{sign} {word}", tone)]

    def age(view: JobView) -> str:
        return span(now_s() - view.job.created_at)

    return [
        Column("status", "STATUS", 12, status, keep=9, order=lambda row: _state_order(row)),
        column(
            "job",
            "JOB",
            11,
            lambda view: view.job.name,
            lambda view: view.job.name.casefold(),
            keep=10,
            least=8,
            grow=True,
            is_name=True,
        ),
        column(
            "shards",
            "SHARDS",
            7,
            look.shards_cell,
            lambda view: view.shards_all,
            keep=7,
        ),
        column(
            "answered",
            "ANSWERED",
            17,
            look.answered_cell,
            lambda view: view.answered / view.total if view.total else 0.0,
            keep=8,
        ),
        column("retry", "RETRY", 7, look.retry_cell, _retries, keep=7, right=True),
        column("cost", "COST", 5, look.cost_cell, lambda view: view.cost_usd, keep=4, right=True),
        column("left", "LEFT", 4, look.left_cell, lambda view: view.eta_s, keep=5, right=True),
        column(
            "age",
            "AGE",
            4,
            age,
            lambda view: view.job.created_at,
            keep=1,
            right=True,
            optional=True,
        ),
        column(
            "profile",
            "PROFILE",
            8,
            lambda view: view.job.profile_name,
            lambda view: view.job.profile_name,
            keep=1,
            is_name=True,
            optional=True,
        ),
        column(
            SERVER,
            "SERVER",
            15,
            lambda view: server(view.job),
            lambda view: view.job.account,
            keep=8,
            least=8,
            is_name=True,
            optional=True,
        ),
        column(
            "id",
            "ID",
            12,
            lambda view: [(view.job.id, "muted")],
            lambda view: view.job.id,
            keep=0,
            optional=True,
        ),
    ]


def with_shards(columns: list[Column[Row]]) -> list[Column[Row]]:
    """The first column shows the shards: their line flows over the others."""
    first, *others = columns

    def cell(row: Row) -> Cell:
        if row.shard is None:
            return first.cell(row)
        at_rest = look.nobody_drives(row.view, is_driven_here=row.is_driven_here)
        return look.shard_line(row.shard, row.job.attempt, is_at_rest=at_rest)

    return [first._replace(cell=cell, right=False, is_name=False, keep=FIRST), *others]


def _state_order(row: Row) -> int:
    return look.state_order(row.view)


def _retries(view: JobView) -> int:
    return view.retries
