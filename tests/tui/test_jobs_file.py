"""An app with a record of jobs of its own, as the demo has."""

from __future__ import annotations

from pathlib import Path

from batchtui import paths
from batchtui.config import Profile
from batchtui.workflows.jobs.store import JobStore
from tests.tui.conftest import MakeApp
from tests.tui.jobs_support import chat, make, write
from tests.tui.support import screen_text, until_shown


async def test_it_neither_shows_nor_makes_jobs_of_the_user(
    make_app: MakeApp, profile: Profile, tmp_path: Path
) -> None:
    await make(profile, write(tmp_path / "in.jsonl", [chat(1)]), name="of-the-user")
    app = make_app()
    app.jobs_file = tmp_path / "own" / "jobs.db"
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "No batches yet")
        await pilot.press("4")
        await until_shown(pilot, "No jobs yet")
        assert "of-the-user" not in screen_text(app)
        assert (await app.desk.store()).path == app.jobs_file
    assert len(JobStore(paths.state_dir() / "jobs.db").jobs()) == 1
