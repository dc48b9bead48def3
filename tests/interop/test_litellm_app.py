"""The app, by keyboard alone, through a real LiteLLM proxy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from batchtui.config import Profile, Secret
from batchtui.tui.app import BatchtuiApp
from batchtui.tui.start import AtDirectory
from tests.interop.litellm_proxy import MASTER_KEY, MODEL
from tests.tui.support import screen_text, until, until_shown

pytestmark = [pytest.mark.interop, pytest.mark.timeout(600)]


async def test_from_a_file_to_an_answer_and_a_cancel(
    proxy_url: str, write_input: Callable[..., Path], tmp_path: Path
) -> None:
    folder = tmp_path / "inputs"
    folder.mkdir()
    write_input(5, name="inputs/app-reviews.jsonl", model=MODEL)
    profile = Profile(
        name="proxy",
        base_url=proxy_url,
        kind="litellm",
        provider="openai",
        api_key=Secret(MASTER_KEY),
        refresh_s=1,
    )
    app = BatchtuiApp(
        profile, start=AtDirectory(folder), browse_dir=folder, downloads=tmp_path / "downloads"
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "app-reviews.jsonl")
        await until_shown(pilot, "chat/completions")
        await pilot.press("G", "c")
        await until_shown(pilot, "5 requests, nothing to object to")
        await pilot.press("S")
        await until(pilot, lambda: app.current_mode == "batches")
        await until_shown(pilot, "5/5")
        await until_shown(pilot, "app-reviews.jsonl")
        await pilot.press("enter")
        await until_shown(pilot, "Question 0")
        await until_shown(pilot, "5 ok")
        assert MASTER_KEY not in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.id is None and app.current_mode == "batches")
        await pilot.press("2")
        await until_shown(pilot, "batch_output")
