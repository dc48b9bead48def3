"""Pictures of the main screens, with a frozen clock and seeded data: do they still look right?

A picture says that something changed, not that it is wrong; what must hold is asserted elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from batchtui.config import Profile
from batchtui.tui.app import BatchtuiApp
from batchtui.tui.screens.create import CreateScreen
from batchtui.tui.start import Demo
from tests.tui.support import NOW_S, CannedApp, make_batch, until_shown

Compare = Callable[..., bool]


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")


def account() -> CannedApp:
    duplicate = {"data": [{"code": "duplicate_custom_id", "line": 3, "message": "used before"}]}
    return CannedApp(
        make_batch(
            41,
            "in_progress",
            in_progress_at=NOW_S - 41 * 60,
            expires_at=NOW_S + 23 * 3_600,
            request_counts={"total": 50_000, "completed": 30_996, "failed": 4},
            metadata={"team": "ads", "run": "7"},
        ),
        make_batch(1, "validating", request_counts={"total": 12_000}),
        make_batch(120, output_file_id="file-out", request_counts={"total": 500, "completed": 500}),
        make_batch(180, request_counts={"total": 10_000, "completed": 9_988, "failed": 12}),
        make_batch(190, "failed", errors=duplicate, request_counts=None),
        make_batch(1_500, "expired", request_counts={"total": 10_000, "completed": 7_100}),
        make_batch(3_000, "cancelled", request_counts={"total": 10_000, "completed": 1_000}),
        names={
            "file-41": "reviews-07.jsonl",
            "file-1": "fr-en-pairs.jsonl",
            "file-120": "corpus.jsonl",
            "file-180": "tickets-w43.jsonl",
            "file-190": "bad.jsonl",
            "file-1500": "long-tail.jsonl",
            "file-3000": "データ.jsonl",
        },
    )


async def ready(pilot: Pilot[None]) -> None:
    await until_shown(pilot, "reviews-07.jsonl")


async def marked(pilot: Pilot[None]) -> None:
    await ready(pilot)
    await pilot.press("j", "space", "k", "k")


def test_batches_at_80x24(snap_compare: Compare) -> None:
    assert snap_compare(account(), terminal_size=(80, 24), run_before=marked)


def test_batches_at_120x36(snap_compare: Compare) -> None:
    assert snap_compare(account(), terminal_size=(120, 36), run_before=ready)


def test_cancel_question(snap_compare: Compare) -> None:
    async def asked(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await pilot.press("x")
        await until_shown(pilot, "have not finished")

    assert snap_compare(account(), terminal_size=(80, 24), run_before=asked)


def test_help(snap_compare: Compare) -> None:
    async def asked(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await pilot.press("question_mark")
        await until_shown(pilot, "Esc closes")

    assert snap_compare(account(), terminal_size=(80, 24), run_before=asked)


def test_new_batch_with_problems(snap_compare: Compare, machine: Path) -> None:
    line = '{"custom_id": "%s", "method": "POST", "url": "%s", "body": %s}\n'
    body = '{"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}]}'
    chat = "/v1/chat/completions"
    path = machine / "data" / "reviews-07.jsonl"
    path.parent.mkdir()
    path.write_text(
        line % ("a", chat, body)
        + line % ("a", chat, body)
        + line % ("b", "/v1/embeddings", body)
        + line % ("c", chat, body.replace("{", '{"stream": true, ', 1))
    )

    async def opened(pilot: Pilot[None]) -> None:
        await ready(pilot)
        await pilot.app.push_screen(CreateScreen(path))
        await until_shown(pilot, "the server would refuse this file")
        await until_shown(pilot, "cost from")

    assert snap_compare(account(), terminal_size=(80, 24), run_before=opened)


def test_no_profile(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHTUI_CONFIG", "config.toml")

    async def opened(pilot: Pilot[None]) -> None:
        await until_shown(pilot, "opens a demo")

    app = BatchtuiApp(
        None, start_demo=lambda: Demo(Profile("demo", "http://127.0.0.1:9"), *[Path()] * 3)
    )
    assert snap_compare(app, terminal_size=(80, 24), run_before=opened)
