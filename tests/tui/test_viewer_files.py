"""The viewer on files of every kind: huge, growing, replaced, odd, packed, unreadable, remote."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot

from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.progress import Progress, Steps
from batchtui.models.batch import Batch
from batchtui.tui.app import BatchtuiApp
from batchtui.tui.viewer import growth, opening
from batchtui.tui.viewer.jobs import Job
from batchtui.tui.viewer.messages import Grew
from batchtui.tui.viewer.records import FileRecords
from batchtui.tui.viewer.screen import ViewerScreen
from batchtui.tui.viewer.target import BatchResults, RemoteFile, StandardInput, Target
from batchtui.workflows.submit import Created, Submission, submit
from tests.conftest import WriteInput
from tests.jsonl.support import encode, result
from tests.tui.conftest import MakeApp
from tests.tui.support import screen_lines, screen_text, until, until_shown
from tests.tui.viewer_support import (
    offline_app,
    request_line,
    told,
    until_idle,
    viewing_batch,
    viewing_file,
    write_batch,
    write_lines,
)


def app_of(screen: ViewerScreen) -> BatchtuiApp:
    assert isinstance(screen.app, BatchtuiApp)
    return screen.app


def banner(screen: ViewerScreen) -> str:
    return screen_lines(app_of(screen))[1]


@asynccontextmanager
async def opened(
    app: BatchtuiApp, target: Target
) -> AsyncIterator[tuple[Pilot[Any], ViewerScreen]]:
    """The viewer as it is right after it was opened."""
    async with app.run_test(size=(80, 24)) as pilot:
        screen = ViewerScreen(target)
        await app.push_screen(screen)
        yield pilot, screen


@pytest.mark.parametrize(
    ("content", "count", "shown"),
    [
        (b"", 0, "0 of 0"),
        (b"one", 1, "one"),
        (b"one\r\ntwo\r\n", 2, "two"),
        (b"\xef\xbb\xbf{}\n", 1, "<U+FEFF>{}"),
        (b"a\x00b\n", 1, "a␀b"),
        (b"caf\xe9\n", 1, "caf\\xe9"),
        (b"\n\n\n", 3, "1 of 3"),
    ],
)
async def test_odd_files_open(tmp_path: Path, content: bytes, count: int, shown: str) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_bytes(content)
    async with viewing_file(path) as (pilot, screen):
        assert screen.records is not None
        assert screen.records.count == count
        await until_shown(pilot, shown)
        assert "␍" not in screen_text(app_of(screen))
        await pilot.press("j", "G", "g", "w", "tab", "tab", "x", "space", "n")
        if count:
            await pilot.press("enter", "escape")
        await until_idle(pilot, screen)


async def test_a_packed_file_is_read_through_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(request_line(1)).encode() + b"\n"))
    async with viewing_file(path) as (pilot, screen):
        await until_shown(pilot, "請求書の住所")
        assert screen.look == "exchange"


@pytest.mark.parametrize("make", ["missing", "directory", "damaged"])
async def test_what_cannot_be_read_says_why(tmp_path: Path, make: str) -> None:
    path = tmp_path / "x.jsonl.gz"
    if make == "directory":
        path.mkdir()
    elif make == "damaged":
        path.write_bytes(gzip.compress(b"x" * 1000)[:20])
    async with opened(offline_app(tmp_path), StandardInput(path)) as (pilot, screen):
        await until(pilot, lambda: str(path.name) in banner(screen))
        await pilot.press("j", "G", "tab", "enter", "y", "E", "f", "escape", "e", "space", "x", "F")
        await pilot.press("escape")
        await until(pilot, lambda: app_of(screen).screen is not screen)


async def test_a_line_can_be_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("".join(f"line {number}\n" for number in range(1, 1001)))
    async with viewing_file(path, line=500) as (_, screen):
        assert screen.number == 499
        assert "line 500" in screen_text(app_of(screen))
    async with viewing_file(path, line=5000) as (_, screen):
        assert screen.number == 999


async def test_the_end_is_shown_before_the_lines_are_numbered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("".join(f"line {number}\n" for number in range(1, 5001)))
    released: list[bool] = []

    def slowly(job: Job, records: FileRecords) -> None:
        while not released:
            job.wait(0.01)
        job.run(records.index.extend())
        job.post(Grew())

    monkeypatch.setattr(opening, "number_lines", slowly)
    async with opened(offline_app(tmp_path), StandardInput(path)) as (pilot, screen):
        await until(pilot, lambda: screen.records is not None)
        await pilot.press("G")
        await until_shown(pilot, "line 5000")
        assert "line 1 from the end" in screen_lines(app_of(screen))[22]
        await pilot.press("k", "k", "pageup", "space")
        await until_shown(pilot, "line 4970")
        before = screen.pane.cursor
        released.append(True)
        await until(pilot, lambda: screen.pane.cursor >= 0)
        assert screen.number == 5000 + before
        await until_shown(pilot, f"{5000 + before + 1:,} of 5,000")


async def test_a_line_that_is_not_numbered_yet_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("".join(f"line {number}\n" for number in range(1, 5001)))
    released: list[bool] = []

    def slowly(job: Job, records: FileRecords) -> None:
        while not released:
            job.wait(0.01)
        job.run(records.index.extend())
        job.post(Grew())

    monkeypatch.setattr(opening, "number_lines", slowly)
    async with opened(offline_app(tmp_path), StandardInput(path)) as (pilot, screen):
        await until(pilot, lambda: screen.records is not None)
        await pilot.press("colon", *"4000", "enter")
        await until_shown(pilot, "waits for line 4,000")
        assert not told(screen)
        released.append(True)
        await until_shown(pilot, "4,000 of 5,000")
        await pilot.press("colon", *"6000", "enter")
        await until(pilot, lambda: "there are 5,000 lines" in told(screen))
        assert screen.number == 4999


async def test_a_pipe_that_is_still_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "stdin"
    path.write_text("one\n")
    ended = Event()
    async with opened(offline_app(tmp_path), StandardInput(path, ended)) as (pilot, _):
        await until_shown(pilot, "1 of 1+")
        await until_shown(pilot, "reading the pipe")
        ended.set()
        await until_shown(pilot, "1 of 1 ")


async def test_why_there_is_nothing_is_said_where_it_would_be(tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    path.touch()
    async with viewing_file(path) as (pilot, _):
        await until_shown(pilot, "this file is empty")
    write_batch(tmp_path)
    async with viewing_file(tmp_path / "out.jsonl") as (pilot, _):
        await pilot.press("f", *"outcome:refused", "enter")
        await until_shown(pilot, "nothing matches outcome:refused")
        await until_shown(pilot, "Esc shows all")
    damaged = tmp_path / "long-name-of-a-damaged-file.jsonl.gz"
    damaged.write_bytes(gzip.compress(b"x" * 1000)[:20])
    async with opened(offline_app(tmp_path), StandardInput(damaged)) as (pilot, _):
        await until_shown(pilot, "download or pack the file again")
        await until_shown(pilot, "cannot be shown. Esc goes back")


async def test_what_is_over_does_not_stay_in_the_banner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growth, "PASSING_S", 0.5)
    path = tmp_path / "a.txt"
    path.write_text("one\ntwo\nthree\n")
    async with viewing_file(path) as (pilot, screen):
        path.write_text("new\n")
        await until(pilot, lambda: "truncated: it is read again" in banner(screen))
        await until(pilot, lambda: "truncated" not in banner(screen))


async def test_one_line_of_64_mb_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "huge.jsonl"
    with path.open("wb") as file:
        file.write(b'{"custom_id": "first", "body": {"messages": []}}\n')
        file.write(b'{"custom_id": "huge", "body": {"text": "')
        for _ in range(64):
            file.write(b"abcdefgh" * 131072)
        file.write(b'"}}\n{"custom_id": "last", "body": {}}\n')
    async with viewing_file(path) as (pilot, screen):
        await pilot.press("j")
        await until_idle(pilot, screen)
        await until_shown(pilot, "67,108,")
        await pilot.press("tab")
        await until_idle(pilot, screen)
        await until_shown(pilot, '"custom_id": "huge"')
        await pilot.press("tab", "w", "x", "x", "x")
        await until_shown(pilot, '{"custom_id": "huge"')
        await pilot.press("G")
        await until(pilot, lambda: screen.number == 2)
        await pilot.press("g", "j", "y", "y")
        await until(pilot, lambda: "too much to copy" in told(screen))


async def test_a_growing_file_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text("first\n")
    async with viewing_file(path) as (pilot, screen):
        with path.open("a") as file:
            file.write("second\nthird")
        await until_shown(pilot, "third")
        assert screen.number == 0
        await pilot.press("F")
        await until_shown(pilot, "following")
        with path.open("a") as file:
            file.write(" goes on\n" + "".join(f"line {n}\n" for n in range(50)))
        await until_shown(pilot, "line 49")
        assert screen.records is not None
        assert screen.number == screen.records.count - 1 == 52
        await pilot.press("F", "g")
        await until_shown(pilot, "third goes on")


async def test_whoever_leaves_the_end_is_not_pulled_back(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text("".join(f"line {n}\n" for n in range(30)))
    async with viewing_file(path) as (pilot, screen):
        await pilot.press("F")
        await until_shown(pilot, "30 of 30")
        await pilot.press("k", "k")
        await until_shown(pilot, "not following, G does")
        assert screen.number == 27
        with path.open("a") as file:
            file.write("line 30\n")
        await until_shown(pilot, "28 of 31")
        await pilot.press("G")
        await until(pilot, lambda: screen.follows)
        with path.open("a") as file:
            file.write("line 31\n")
        await until_shown(pilot, "32 of 32")
        await pilot.press("g")
        await until(pilot, lambda: not screen.follows)
        await pilot.press("F")
        await until_shown(pilot, "32 of 32")
        await pilot.press("F")
        await until(pilot, lambda: "following" not in screen_lines(app_of(screen))[22])


async def test_a_filter_and_a_search_take_in_what_a_file_grows_by(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text("a needle\nhay\nhalf a nee")
    async with viewing_file(path) as (pilot, screen):
        await pilot.press("f", *"needle", "enter")
        await until_shown(pilot, "needle 1")
        with path.open("a") as file:
            file.write("dle\nmore hay\nneedle three\n")
        await until_shown(pilot, "needle 3")
        await pilot.press("F")
        await until(pilot, lambda: screen.number == 4)
        with path.open("a") as file:
            file.write("hay\nneedle four")
        await until(pilot, lambda: screen.number == 6)
        await until_shown(pilot, "needle 4")
        await pilot.press("F", "escape", "g", "slash", *"hay", "enter")
        await until_shown(pilot, "hay  1 of 3")
        with path.open("a") as file:
            file.write(" in hay\n")
        await until_shown(pilot, "hay  1 of 4")
        await pilot.press("N")
        await until(pilot, lambda: screen.number == 6)


async def test_a_line_that_is_finished_later_is_counted_once(tmp_path: Path) -> None:
    lines = [encode(result(f"r-{n}")) for n in range(3)]
    path = tmp_path / "out.jsonl"
    path.write_bytes(lines[0] + b"\n" + lines[1][:40])
    async with viewing_file(path) as (pilot, screen):
        await until(pilot, lambda: screen.records is not None and len(screen.records.counts) == 2)
        with path.open("ab") as file:
            file.write(lines[1][40:] + b"\n" + lines[2] + b"\n")
        await until(
            pilot, lambda: screen.records is not None and screen.records.counts == {Outcome.OK: 3}
        )
        assert isinstance(screen.records, FileRecords)
        assert [screen.records.outcome(n) for n in range(3)] == [Outcome.OK] * 3


async def test_an_empty_file_becomes_what_is_written_to_it(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"")
    async with viewing_file(path) as (pilot, screen):
        write_batch(tmp_path, 5)
        await until(pilot, lambda: screen.records is not None and screen.records.count == 5)
        await until(pilot, lambda: screen.records is not None and screen.records.kind == "input")


async def test_a_file_that_shrinks_or_is_replaced_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one\ntwo\nthree\n")
    async with viewing_file(path) as (pilot, screen):
        path.write_text("new\n")
        await until(pilot, lambda: "truncated: it is read again" in banner(screen))
        await until(pilot, lambda: screen.records is not None and screen.records.count == 1)
        other = tmp_path / "b.txt"
        other.write_text("fresh\nlines\n")
        other.replace(path)
        await until(pilot, lambda: "replaced: it is read again" in banner(screen))
        await until_shown(pilot, "fresh")
        path.unlink()
        await until(pilot, lambda: "the file is gone" in banner(screen))
        assert "fresh" in screen_text(app_of(screen))


async def test_leaving_ends_the_work_and_closes_the_file(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", [request_line(1)])
    stopped: list[str] = []

    def endless() -> Steps[None]:
        try:
            while True:
                yield Progress(0, 1)
        finally:
            stopped.append("work")

    async with viewing_file(path) as (pilot, screen):
        records = screen.records
        assert isinstance(records, FileRecords)
        job = screen.jobs.start("endless", "working", lambda job: job.run(endless()))
        await until_shown(pilot, "working 0%")
        await pilot.press("escape")
        await until(pilot, lambda: stopped and job.is_cancelled)
        await until(pilot, lambda: records.source._descriptor is None)


async def test_escape_cancels_a_search_and_keeps_the_viewer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(*_: object) -> Steps[None]:
        while True:
            yield Progress(1, 2)

    monkeypatch.setattr("batchtui.tui.viewer.finding.search", endless)
    async with viewing_batch(tmp_path) as (pilot, screen):
        await pilot.press("slash", "x", "enter")
        await until_shown(pilot, "searching 50%")
        await pilot.press("j", "j")
        assert screen.number == 2, "keys work meanwhile"
        await pilot.press("escape")
        await until(pilot, lambda: not screen.jobs.active)
        assert app_of(screen).screen is screen


async def test_batches_and_server_files_are_fetched_and_shown(
    make_app: MakeApp, write_input: WriteInput, tmp_path: Path
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.session)
        assert app.session is not None
        batch: Batch | None = None
        async for event in submit(app.session, Submission(write_input(5))):
            if isinstance(event, Created):
                batch = event.batch
        assert batch is not None
        batch_id = batch.id
        await until(
            pilot,
            lambda: (found := app.account.batches.get(batch_id)) and found.output_file_id,
        )
        batch = app.account.batches[batch_id]

        await app.push_screen(ViewerScreen(BatchResults(batch, "in.jsonl")))
        await until_shown(pilot, "Question 0")
        await until_shown(pilot, "5 ok")
        await pilot.press("q")

        assert batch.output_file_id is not None
        await app.push_screen(ViewerScreen(RemoteFile(batch.input_file_id, "the input")))
        await until_shown(pilot, "the input")
        await until_shown(pilot, "1 of 5")
        await pilot.press("q")

        await app.push_screen(ViewerScreen(RemoteFile("file-unknown", "gone.jsonl")))
        await until(pilot, lambda: "file-unknown" in screen_lines(app)[1])
        assert not list((tmp_path / "downloads").glob(".arriving*"))


async def test_without_a_server_a_batch_says_so(tmp_path: Path) -> None:
    app = BatchtuiApp(None, browse_dir=tmp_path)
    batch = Batch.model_validate({"id": "batch_1", "status": "completed"})
    async with opened(app, BatchResults(batch, "b")) as (pilot, screen):
        await until(pilot, lambda: "no server is connected" in banner(screen))
        await until_shown(pilot, "b cannot be shown. Esc goes back")
