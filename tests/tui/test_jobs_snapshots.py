"""Pictures of the jobs, one job, a retry and a comparison, with a frozen clock and jobs as data."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from batchtui.jsonl.outcomes import Outcome
from batchtui.tui.diff.sides import ResultFile
from batchtui.tui.jobs.board import Board, Queued
from batchtui.tui.screens.diff import DiffScreen
from batchtui.workflows.jobs.actions import JobDetail
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
from batchtui.workflows.jobs.view import JobView
from tests.tui.support import NOW_S, CannedApp, make_batch, until_shown

Compare = Callable[..., bool]
LANE = Lane("/v1/chat/completions", "gpt-4o-mini")


def job(number: int, name: str, state: JobState, **more: Any) -> Job:
    fields: dict[str, Any] = {
        "id": f"job_{number:08x}",
        "name": name,
        "input_path": f"/data/{name}.jsonl",
        "input_hash": "",
        "input_stamp": "",
        "records": 600_000,
        "size_bytes": 2_400_000_000,
        "account": "http://localhost:4000 openai",
        "profile_name": "litellm",
        "options": JobOptions(),
        "state": state,
        "created_at": NOW_S - 3_600 * number,
        "changed_at": NOW_S,
        "attempt": 1,
        **more,
    }
    return Job(**fields)


def view(of: Job, **more: Any) -> JobView:
    fields: dict[str, Any] = {
        "driver_pid": 0,
        "shards_done": 3,
        "shards_all": 3,
        "shards_at_server": 0,
        "shards_waiting": 0,
        "total": of.records,
        "answered": of.records,
        "failed": 0,
        "missing": 0,
        "pending": 0,
        "tokens_at_server": 0,
        "tokens_waiting": 0,
        "eta_s": None,
        "cost_usd": of.spent_usd,
        **more,
    }
    return JobView(job=of, **fields)


def shard(number: int, state: ShardState, *, attempt: int = 1, **more: Any) -> ShardRow:
    return ShardRow(
        job_id="job_00000006",
        attempt=attempt,
        number=number,
        lane=LANE,
        lines=more.pop("lines", 50_000),
        size_bytes=0,
        tokens=640_000,
        state=state,
        changed_at=NOW_S,
        **more,
    )


def jobs() -> Board:
    spent = {"gpt-4o-mini": Spent(341_000, 12_400_000, 3_100_000, 3_000_000, 22.1)}
    crawl = job(
        6,
        "crawl-2026-11",
        JobState.RUNNING,
        attempt=2,
        spent=spent,
        estimate=Estimate(24_000_000, 20.5, 61.0, True),
        out_path="/data/crawl.results.jsonl",
        audit=JobAudit(1, 600_000, {Outcome.OK: 340_000, Outcome.FAILED: 129}),
    )
    crawling = view(
        crawl,
        driver_pid=812,
        shards_done=7,
        shards_all=12,
        shards_at_server=3,
        shards_waiting=2,
        answered=341_004,
        failed=129,
        pending=258_867,
        tokens_at_server=1_900_000,
        tokens_waiting=1_100_000,
        eta_s=22_000,
    )
    done = {"gpt-4o-mini": Spent(120_000, 4_000_000, 1_000_000, 0, 9.0)}
    reviews = job(30, "reviews-w46", JobState.DONE, records=120_000, spent=done)
    few = {"gpt-4o-mini": Spent(10_000, 400_000, 100_000, 0, 1.1)}
    tickets = job(31, "tickets", JobState.INCOMPLETE, records=10_000, spent=few)
    tickets = job(
        31,
        "tickets",
        JobState.INCOMPLETE,
        records=10_000,
        spent=few,
        why="12 requests have no answer",
        audit=JobAudit(1, 10_000, {Outcome.OK: 9_988, Outcome.FAILED: 9, Outcome.EXPIRED: 3}),
        estimate=Estimate(400_000, 0.9, 2.4, True),
    )
    why = "the key was refused (401)"
    stopped = job(40, "データ", JobState.STOPPED, why=why, records=900)
    left = job(41, "nightly", JobState.RUNNING, records=2_000)
    shards = [
        shard(1, ShardState.COLLECTED, batch_id="batch_68aaaaaaaa11aa", completed=50_000),
        shard(2, ShardState.COLLECTED, batch_id="batch_68bbbbbb29c0", completed=49_871, failed=129),
        shard(8, ShardState.RUNNING, batch_id="batch_68cccccce7d2", completed=21_004, failed=11),
        shard(9, ShardState.WAITING, why="waits for room in the token limit"),
        shard(1, ShardState.PLANNED, attempt=2, lines=129),
    ]
    attempts = [
        Attempt(crawl.id, 1, crawl.input_path, 600_000, (), {}, NOW_S - 9_000),
        Attempt(
            crawl.id, 2, crawl.input_path, 129, (Outcome.FAILED,), {"max_tokens": "900"}, NOW_S - 60
        ),
    ]
    batches = [JobBatch(crawl.id, 1, 8, "batch_68refused0001", NOW_S - 8_000)]
    return Board(
        [
            crawling,
            view(reviews),
            view(tickets, answered=9_988, failed=12),
            view(stopped, answered=0, pending=900, shards_all=0, shards_done=0),
            view(left, answered=500, pending=1_500, shards_done=1, shards_all=2),
        ],
        {crawl.id: JobDetail(crawling, attempts, shards, batches)},
        [Queued("http://localhost:4000 openai", "gpt-4o-mini", 1_900_000, 2_000_000)],
    )


class JobsApp(CannedApp):
    """What the desk knows is given, and nothing is read."""

    def __init__(self) -> None:
        super().__init__(make_batch(1))
        self.desk.board = jobs()
        self.desk.is_loaded = True
        self.desk.look_now = lambda: None  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")


async def unfolded(pilot: Pilot[None]) -> None:
    await pilot.press("4")
    await until_shown(pilot, "crawl-2026-11")
    await pilot.press("l")
    await until_shown(pilot, "shard 1.9")


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (40, 10)])
def test_jobs(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def shown(pilot: Pilot[None]) -> None:
        await pilot.press("4")
        await until_shown(pilot, "● running")
        await pilot.press("l")
        await until_shown(pilot, "shard 1.1")

    assert snap_compare(JobsApp(), terminal_size=size, run_before=shown)


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark"])
def test_jobs_in_other_colours(snap_compare: Compare, theme: str) -> None:
    app = JobsApp()
    app.theme = theme
    assert snap_compare(app, terminal_size=(80, 24), run_before=unfolded)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_one_job(snap_compare: Compare, size: tuple[int, int]) -> None:
    async def shown(pilot: Pilot[None]) -> None:
        await unfolded(pilot)
        await pilot.press("g", "i")
        await until_shown(pilot, "attempt 2")

    assert snap_compare(JobsApp(), terminal_size=size, run_before=shown)


def test_retry_of_a_job(snap_compare: Compare) -> None:
    async def shown(pilot: Pilot[None]) -> None:
        await pilot.press("4")
        await until_shown(pilot, "tickets")
        await pilot.press("j", "j", "t")
        await until_shown(pilot, "12 requests of 10,000")

    app = JobsApp()
    profile = app.profile
    app.desk.profile_for = lambda _: profile  # type: ignore[method-assign,assignment,return-value]
    assert snap_compare(app, terminal_size=(80, 24), run_before=shown)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_two_results(snap_compare: Compare, size: tuple[int, int], tmp_path: Path) -> None:
    def written(name: str, answers: list[str]) -> Path:
        path = tmp_path / name
        body = [{"model": "gpt-4o-mini", "choices": [{"message": {"content": a}}]} for a in answers]
        path.write_text(
            "".join(
                json.dumps({"custom_id": f"t-{n}", "response": {"status_code": 200, "body": each}})
                + "\n"
                for n, each in enumerate(body)
            )
        )
        return path

    a = written("w43.jsonl", ["refund", "The VAT line of the invoice says 19%.", "billing"])
    b = written("w44.jsonl", ["refund", "The VAT line of this invoice reads 19%!", "support"])

    async def shown(pilot: Pilot[None]) -> None:
        await pilot.app.push_screen(DiffScreen(ResultFile(a), ResultFile(b)))
        await until_shown(pilot, "1 of 2")

    assert snap_compare(JobsApp(), terminal_size=size, run_before=shown)
