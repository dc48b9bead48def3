"""Pictures of what is around one batch: its detail, its retry, the forms and questions.

At the design size, and wide; the detail also in a light look and without own colours.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from batchtui.config import Profile
from batchtui.jsonl.progress import run
from batchtui.jsonl.summary import summarize
from batchtui.models.batch import Batch
from batchtui.models.file import FileObject
from batchtui.tui import theme
from batchtui.tui.app import BatchtuiApp
from batchtui.tui.batch_facts import BatchFacts
from batchtui.tui.screens.create import CreateScreen
from batchtui.tui.screens.problems import ProblemsScreen
from batchtui.tui.screens.retry import RetryScreen
from batchtui.tui.screens.several import SeveralScreen
from batchtui.tui.summaries import Found
from batchtui.workflows import lineage
from batchtui.workflows.cost import Cost
from batchtui.workflows.lineage import Retry
from batchtui.workflows.session import Session
from tests.tui.support import NOW_S, CannedApp, make_batch, until_shown
from tests.tui.viewer_support import keep_as_downloaded, request_line, write_batch, write_lines

Compare = Callable[..., bool]
SIZES = [(80, 24), (120, 36)]
both_sizes = pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x36"])

FINISHED = make_batch(
    180,
    input_file_id="file-in",
    output_file_id="file-out",
    error_file_id="file-err",
    in_progress_at=NOW_S - 10_700,
    finalizing_at=NOW_S - 10_000,
    completed_at=NOW_S - 9_990,
    request_counts={"total": 40, "completed": 32, "failed": 8},
    metadata={"team": "support", "run": "nightly"},
)
RUNNING = make_batch(
    41,
    "in_progress",
    in_progress_at=NOW_S - 41 * 60,
    expires_at=NOW_S + 23 * 3_600,
    request_counts={"total": 50_000, "completed": 30_996, "failed": 4},
    usage={"input_tokens": 12_400_000, "output_tokens": 3_100_000, "total_tokens": 15_500_000},
    metadata={"team": "ads"},
)


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")


def account(tmp_path: Path) -> CannedApp:
    app = CannedApp(RUNNING, FINISHED, names={"file-41": "reviews-07.jsonl"})
    _, output, errors = write_batch(tmp_path)
    account = app.account
    account.names["file-in"] = "tickets-w43.jsonl"
    retry = Retry("batch_000007", FINISHED.id, {"failed": 4, "expired": 4}, {}, NOW_S - 60)
    account.facts[FINISHED.id] = BatchFacts(
        True, "/data/tickets-w43.jsonl", Cost(1.2, 1.2, True), Cost(0.4, 4.1, True), None, (retry,)
    )
    account.facts[RUNNING.id] = BatchFacts(cost=Cost(3.7, 3.7, True))
    account.summaries[FINISHED.id] = Found(run(summarize([output, errors])))
    for file_id, size in (("file-in", 20_000), ("file-out", 14_000), ("file-err", 3_000)):
        account.files[file_id] = FileObject(
            id=file_id, bytes=size, filename="tickets-w43.jsonl", purpose="batch"
        )
    for ago_s, answered in ((600, 25_000), (300, 28_500), (150, 30_000)):
        counts = {"total": 50_000, "completed": answered, "failed": 0}
        earlier = make_batch(41, "in_progress", in_progress_at=NOW_S - 2_460, request_counts=counts)
        account.paces.observe([earlier], NOW_S - ago_s)
    return app


def opened(batch: Batch) -> Callable[[Pilot[None]], Any]:
    async def before(pilot: Pilot[None]) -> None:
        app = pilot.app
        assert isinstance(app, BatchtuiApp)
        await until_shown(pilot, "reviews-07.jsonl")
        app.open_batch(batch.id)
        await until_shown(pilot, "endpoint    /v1")

    return before


@both_sizes
@pytest.mark.parametrize("batch", [FINISHED, RUNNING], ids=["finished", "running"])
def test_detail(snap_compare: Compare, tmp_path: Path, batch: Batch, size: tuple[int, int]) -> None:
    assert snap_compare(account(tmp_path), terminal_size=size, run_before=opened(batch))


@pytest.mark.parametrize("look", [theme.LIGHT.name, "ansi-light"])
def test_detail_in_other_looks(snap_compare: Compare, tmp_path: Path, look: str) -> None:
    async def before(pilot: Pilot[None]) -> None:
        pilot.app.theme = look
        await opened(FINISHED)(pilot)

    assert snap_compare(account(tmp_path), terminal_size=(80, 24), run_before=before)


def test_what_to_copy(snap_compare: Compare, tmp_path: Path) -> None:
    async def before(pilot: Pilot[None]) -> None:
        await opened(FINISHED)(pilot)
        await pilot.press("y")
        await until_shown(pilot, "Esc closes")

    assert snap_compare(account(tmp_path), terminal_size=(80, 24), run_before=before)


@both_sizes
def test_retry(
    snap_compare: Compare,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
) -> None:
    async def none(session: Session, batch: Batch) -> list[Batch]:
        return []

    monkeypatch.setattr(lineage, "descendants", none)
    app = CannedApp()
    profile = Profile("none", "http://127.0.0.1:9")
    app.connection.session = Session(profile, downloads=tmp_path / "downloads")
    batch = keep_as_downloaded(app.connection.session, tmp_path / "made")

    async def before(pilot: Pilot[None]) -> None:
        await pilot.app.push_screen(RetryScreen(batch))
        await until_shown(pilot, "12 requests of 40")

    assert snap_compare(app, terminal_size=size, run_before=before)


@pytest.fixture
def data(machine: Path) -> Path:
    """A directory whose name is the same every time."""
    directory = machine / "data"
    directory.mkdir()
    return directory


@both_sizes
def test_new_batch(snap_compare: Compare, data: Path, size: tuple[int, int]) -> None:
    path = write_lines(data / "reviews-07.jsonl", [request_line(n) for n in range(1, 40)])

    async def before(pilot: Pilot[None]) -> None:
        await pilot.app.push_screen(CreateScreen(path))
        await until_shown(pilot, "nothing to object to")
        await until_shown(pilot, "(batch price)")

    assert snap_compare(CannedApp(), terminal_size=size, run_before=before)


@both_sizes
def test_problems(snap_compare: Compare, data: Path, size: tuple[int, int]) -> None:
    lines = [request_line(n) for n in (1, 2, 2, 3)]
    lines[3]["url"] = "/v1/embeddings"
    path = write_lines(data / "bad.jsonl", lines)

    async def before(pilot: Pilot[None]) -> None:
        await pilot.app.push_screen(ProblemsScreen(path))
        await until_shown(pilot, "would refuse")

    assert snap_compare(CannedApp(), terminal_size=size, run_before=before)


@both_sizes
def test_several_batches(snap_compare: Compare, data: Path, size: tuple[int, int]) -> None:
    good = write_lines(data / "good.jsonl", [request_line(n) for n in range(1, 9)])
    bad = write_lines(data / "bad.jsonl", [request_line(1), request_line(1)])

    async def before(pilot: Pilot[None]) -> None:
        await pilot.app.push_screen(SeveralScreen([good, bad]))
        await until_shown(pilot, "would not get through")

    assert snap_compare(CannedApp(), terminal_size=size, run_before=before)
