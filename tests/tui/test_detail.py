"""All that is known of one batch: outcomes, cost, origin, what to copy, its files."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from textual.widgets import Input

from batchtui.config import Profile
from batchtui.gateway.server import Gateway
from batchtui.tui import summaries
from batchtui.tui.account import Account
from batchtui.tui.batch_detail import detail_lines
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.copy import CopyScreen
from batchtui.tui.screens.detail import DetailScreen
from batchtui.tui.screens.prompt import PromptScreen
from batchtui.tui.start import AtBatch
from batchtui.tui.viewer.screen import ViewerScreen
from batchtui.tui.widgets.choosable import ChoosableLines
from batchtui.tui.widgets.spans import spans
from batchtui.workflows.ledger import TOKEN_KEY, Ledger
from batchtui.workflows.session import Session
from batchtui.workflows.submit import Submission, submit
from tests.conftest import WriteInput
from tests.tui.conftest import MakeApp
from tests.tui.support import NOW_S, CannedApp, make_batch, screen_text, until, until_shown


def text_of(*args: object, **more: object) -> str:
    batch = make_batch(1, *args, **more)  # type: ignore[arg-type]
    account = Account()
    lines = detail_lines(batch, account, NOW_S)
    return "\n".join("".join(text for text, _ in spans(line)) for line in lines)


async def submitted(profile: Profile, submission: Submission) -> str:
    """The id of the new batch."""
    async with Session(profile) as session:
        steps = [step async for step in submit(session, submission)]
    batch = getattr(steps[-1], "batch", None)
    assert batch is not None, steps
    return str(batch.id)


def test_outcomes_of_a_final_batch_are_bars() -> None:
    counts = {"total": 1_000, "completed": 900, "failed": 40}
    text = text_of("expired", request_counts=counts)
    assert "✓ ok              900  90.0%  ███████████████████████████" in text
    assert "✗ failed           40   4.0%  █" in text
    assert "◌ expired          60   6.0%  █" in text
    silent = {"total": 1_000, "completed": 940, "failed": 0}
    assert "? no answer        60   6.0%  █" in text_of(request_counts=silent)
    assert "− cancelled        60   6.0%  █" in text_of("cancelled", request_counts=silent)
    assert "no answer" not in text_of(request_counts={"total": 3, "completed": 3, "failed": 0})
    assert "% " not in text_of("validating", request_counts=None)


def test_our_own_token_is_not_shown_as_metadata() -> None:
    text = text_of(metadata={TOKEN_KEY: "secretish", "team": "ads"})
    assert "team=ads" in text
    assert "secretish" not in text
    assert "metadata" not in text_of(metadata={TOKEN_KEY: "x"})


async def test_every_error_is_there_in_full() -> None:
    errors = {"data": [{"code": f"c{n}", "line": n, "message": "m" * 200} for n in range(1, 60)]}
    app = CannedApp(make_batch(1, "failed", errors=errors, request_counts=None))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-1")
        await pilot.press("i")
        await until_shown(pilot, "errors 59")
        await pilot.press("G")
        await until_shown(pilot, "created")


async def test_a_batch_that_stands_still_says_so() -> None:
    batch = make_batch(
        90,
        "in_progress",
        in_progress_at=NOW_S - 2_400,
        request_counts={"total": 10, "completed": 0, "failed": 0},
    )
    app = CannedApp(batch)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "no movement for 40m")
        await pilot.press("i")
        await until_shown(pilot, "! no movement for 40m")


async def test_ids_metadata_and_all_of_it_can_be_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    app = CannedApp(make_batch(1, output_file_id="file-out", metadata={"team": "[red]ads"}))
    monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-1")
        await pilot.press("i")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        for key in "yiomj":
            await pilot.press("y", key)
            await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        await pilot.press("y", "e")
        assert isinstance(app.screen, CopyScreen)
        assert "[red]ads" in screen_text(app)
        await pilot.press("escape")
    assert copied[:4] == ["batch_000001", "file-1", "file-out", '{"team": "[red]ads"}']
    assert '"input_file_id": "file-1"' in copied[4]


async def test_the_file_it_came_from_is_named_and_the_input_can_be_read(
    make_app: MakeApp, gateway: Gateway, write_input: WriteInput, tmp_path: Path
) -> None:
    path = write_input(2)
    profile = Profile("other", gateway.base_url, refresh_s=0.1)
    async with Session(profile, ledger=Ledger()) as session:
        steps = [step async for step in submit(session, Submission(path))]
    batch = getattr(steps[-1], "batch", None)
    assert batch is not None, steps
    app = make_app(profile, start=AtBatch(batch.id))
    async with app.run_test(size=(120, 30)) as pilot:
        await until_shown(pilot, "by this machine, from")
        # Lines break between words, and in a word that is too long for one.
        assert f"bythismachine,from{path}" in "".join(screen_text(app).split())
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen))
        await until_shown(pilot, "Question 1")


async def test_what_it_cost_is_told_where_the_price_is_known(
    make_app: MakeApp, gateway: Gateway
) -> None:
    usage = {"input_tokens": 1_000_000, "output_tokens": 1_000_000, "total_tokens": 2_000_000}
    app = make_app(Profile("other", gateway.base_url, refresh_s=60))
    async with app.run_test(size=(80, 30)) as pilot:
        await until_shown(pilot, "No batches yet")
        app.account.put(make_batch(1, usage=usage))
        app.account.put(make_batch(2, usage=usage, model="nobody-knows"))
        app.open_batch("batch_000001")
        await until_shown(pilot, "cost        about $")
        assert "(batch price)" in screen_text(app)
        await pilot.press("escape")
        app.open_batch("batch_000002")
        await until(pilot, lambda: "batch_000002" in app.account.facts)
        assert "cost  " not in screen_text(app)


async def test_results_are_summed_up_and_lead_to_their_records(
    make_app: MakeApp, profile: Profile, write_input: WriteInput
) -> None:
    path = write_input(10, model="echo-flaky-50")
    batch_id = await submitted(profile, Submission(path))
    app = make_app(start=AtBatch(batch_id))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "finish      stop")
        await until_shown(pilot, "errors     ")
        lines = app.screen.query_one(ChoosableLines)
        places = [
            place
            for place, each in enumerate(screen_text(app).splitlines())
            if "server_error" in each
        ]
        await pilot.press(*"j" * (places[0] - 2))
        await until_shown(pilot, "Enter lists these requests")
        chosen = lines.chosen
        await pilot.press("enter")
        await until_shown(pilot, "code:server_error")
        await until_shown(pilot, "outcome:failed")
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        assert lines.chosen == chosen
        await pilot.press("g", "enter")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen))
        assert "code:" not in screen_text(app)


async def test_large_results_are_read_when_somebody_wants_them(
    make_app: MakeApp, profile: Profile, write_input: WriteInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summaries, "FETCHED_BYTES", 100)
    path = write_input(3)
    batch_id = await submitted(profile, Submission(path))
    app = make_app(start=AtBatch(batch_id))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "Enter here sums them up")
        assert "finish" not in screen_text(app)
        await pilot.press("j", "j", "j")
        await until_shown(pilot, "Enter reads the results for their summary")
        await pilot.press("enter")
        await until_shown(pilot, "finish      stop 3")


async def test_results_that_cannot_be_read_are_said_and_tried_again_by_r(
    make_app: MakeApp, profile: Profile, write_input: WriteInput
) -> None:
    batch_id = await submitted(profile, Submission(write_input(3)))
    async with Session(profile) as session:
        app = make_app(start=AtBatch(batch_id))
        async with app.run_test(size=(80, 24)) as pilot:
            await until_shown(pilot, "finish      stop 3")
            output = app.account.batches[batch_id].output_file_id
            assert app.session is not None
            app.session.download_path(output or "").unlink()
            client = await session.client()
            await client.files.delete(output or "")
            app.account.summaries.clear()
            app.account.files.clear()
            await pilot.press("r")
            await until_shown(pilot, "the results cannot be read")
            await until_shown(pilot, "the server has it no")
            await pilot.press("r")
            await until_shown(pilot, "the results cannot be read")


async def test_a_line_that_the_server_refused_opens_in_the_input(
    make_app: MakeApp, profile: Profile, tmp_path: Path, write_input: WriteInput
) -> None:
    path = write_input(3)
    path.write_bytes(path.read_bytes() + b"no JSON\n")
    batch_id = await submitted(profile, Submission(path, anyway=True))
    app = make_app(start=AtBatch(batch_id))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "line        4")
        await until_shown(pilot, "in.jsonl   ")
        await until_shown(pilot, "Enter opens the file there")
        keys = screen_text(app).splitlines()[-1]
        assert keys.startswith(" Enter open there  e errors  y copy  f input")
        await pilot.press("G")
        await until(pilot, lambda: "Enter" not in screen_text(app).splitlines()[-1])
        await pilot.press("e")
        await until_shown(pilot, "Enter opens the file there")
        await pilot.press("enter")
        await until_shown(pilot, "4 of 4")
        assert isinstance(app.screen, ViewerScreen)
        assert app.screen.look == "lines"
        assert "in.jsonl" in screen_text(app).splitlines()[0]


async def test_what_was_estimated_stands_beside_what_it_cost(
    make_app: MakeApp, gateway: Gateway, write_input: WriteInput
) -> None:
    path = write_input(2, model="gpt-4o-mini")
    path.write_text(path.read_text().replace('"model"', '"max_tokens":90000,"model"'))
    profile = Profile("far", gateway.base_url, refresh_s=0.1)
    batch_id = await submitted(profile, Submission(path))
    app = make_app(profile, start=AtBatch(batch_id))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "cost        <1c   (batch price), estimate up to $0.05")


async def test_a_line_taller_than_the_screen_is_scrolled_through() -> None:
    errors = {"data": [{"code": "c", "message": "m" * 4_000}, {"code": "d", "message": "last"}]}
    app = CannedApp(make_batch(1, "failed", errors=errors, request_counts=None))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-1")
        await pilot.press("i")
        await until_shown(pilot, "errors 2")
        lines = app.screen.query_one(ChoosableLines)
        seen = set()
        while lines.chosen < 5:
            await pilot.press("j")
            seen.add(lines.scroll_offset.y)
        tops = sorted(seen)
        assert max(b - a for a, b in pairwise(tops)) < lines.size.height
        assert len(tops) > 30
        await pilot.press("g")
        assert lines.scroll_offset.y == 0


async def test_all_results_are_saved_in_one_file(
    make_app: MakeApp, profile: Profile, write_input: WriteInput, tmp_path: Path
) -> None:
    batch_id = await submitted(profile, Submission(write_input(3)))
    out = tmp_path / "saved.csv"
    app = make_app(start=AtBatch(batch_id))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "finish      stop 3")
        for overwrite in (False, True):
            await pilot.press("d")
            await until(pilot, lambda: isinstance(app.screen, PromptScreen))
            answer = app.screen.query_one(Input)
            assert answer.value.endswith("/in.results.jsonl")
            answer.value = str(out)
            await pilot.press("enter")
            if overwrite:
                await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
                await pilot.press("y")
            await until(pilot, out.exists)
            await until_shown(pilot, "3 ok")
    assert out.read_text().startswith("custom_id,")
    assert out.read_text().count("r-") >= 3
