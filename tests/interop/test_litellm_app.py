"""The app, by keyboard alone, through a real LiteLLM proxy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from batchtui.config import KeySource, Profile, Secret
from batchtui.tui.app import BatchtuiApp
from batchtui.tui.start import AtDirectory
from tests.interop.litellm_proxy import MASTER_KEY, MODEL
from tests.tui.support import screen_text, until, until_shown

pytestmark = [pytest.mark.interop, pytest.mark.timeout(600)]


@pytest.fixture
def profile(proxy_url: str) -> Profile:
    return Profile(
        name="proxy",
        base_url=proxy_url,
        kind="litellm",
        provider="openai",
        api_key=Secret(MASTER_KEY),
        refresh_s=1,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "inputs"
    made.mkdir()
    return made


def app_in(folder: Path, profile: Profile) -> BatchtuiApp:
    downloads = folder.parent / "downloads"
    return BatchtuiApp(profile, start=AtDirectory(folder), browse_dir=folder, downloads=downloads)


async def test_from_a_file_to_an_answer(
    profile: Profile, folder: Path, write_input: Callable[..., Path]
) -> None:
    write_input(5, name="inputs/app-reviews.jsonl", model=MODEL)
    app = app_in(folder, profile)
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


async def test_cancel(profile: Profile, folder: Path, write_input: Callable[..., Path]) -> None:
    write_input(3, name="inputs/slow.jsonl", model="echo-slow-1500")
    app = app_in(folder, profile)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "chat/completions")
        await pilot.press("G", "c")
        await until_shown(pilot, "3 requests, nothing to object to")
        await pilot.press("S")
        await until(pilot, lambda: app.current_mode == "batches")
        await until_shown(pilot, "slow.jsonl")
        await pilot.press("x")
        await until_shown(pilot, "Cancel")
        await pilot.press("y")
        await until_shown(pilot, "cancelled")


async def test_a_wrong_key(profile: Profile, folder: Path) -> None:
    wrong = Secret("sk-not-the-one-0123456789")
    source = KeySource("env", "OURS")
    app = app_in(folder, replace(profile, api_key=wrong, key_source=source))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("1")
        await until_shown(pilot, "key refused (OURS)")
        await pilot.press("colon", *"messages", "enter")
        await until_shown(pilot, "did not accept the key")
        await pilot.press("escape", "colon", *"doctor", "enter")
        await until_shown(pilot, "the key was not accepted")
        assert "sk-not" not in screen_text(app)
