"""Makes the pictures of the README from the real app on the demo's gateway.

pip install resvg-py, and a font DejaVu Sans Mono
python -m tests.make_screenshots
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import resvg_py
from textual.pilot import Pilot

from batchtui.config import Profile
from batchtui.gateway.demo import seed
from batchtui.gateway.demo_files import write_samples
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from batchtui.tui.app import BatchtuiApp
from batchtui.tui.start import AtBatches, AtDirectory, StartAt
from batchtui.workflows.jobs import actions
from batchtui.workflows.jobs.events import JobMade
from batchtui.workflows.jobs.records import JobOptions
from batchtui.workflows.jobs.store import JobStore
from batchtui.workflows.session import Session

PICTURES = Path(__file__).parents[1] / "screenshots"
FONT = "DejaVu Sans Mono"
WIDE, NARROW = (120, 36), (80, 24)
PATIENCE_S = 20.0


async def until(pilot: Pilot[None], shows: str) -> None:
    """Wait until the screen shows the text."""
    async with asyncio.timeout(PATIENCE_S):
        while shows not in screen_text(pilot):
            await pilot.pause(0.05)
    await pilot.pause(0.3)


def screen_text(pilot: Pilot[None]) -> str:
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


async def picture(
    name: str,
    size: tuple[int, int],
    start: StartAt,
    first: str,
    *steps: tuple[tuple[str, ...], str],
    profile: Profile,
    directory: Path,
) -> None:
    """Start, wait for `first`, press the keys of each step and wait for its text; take it."""
    app = BatchtuiApp(
        profile, start=start, browse_dir=directory / "data", downloads=directory / "downloads"
    )
    async with app.run_test(size=size) as pilot:
        await until(pilot, first)
        for keys, shows in steps:
            await pilot.press(*keys)
            await until(pilot, shows)
        svg = app.export_screenshot(title="batchtui")
    png = resvg_py.svg_to_bytes(svg_string=svg.replace("Fira Code", FONT), font_family=FONT, zoom=2)
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / f"{name}.png").write_bytes(bytes(png))
    print(PICTURES / f"{name}.png")


async def with_a_job(stack: AsyncExitStack, directory: Path) -> Profile:
    """A server with a provider's limits, and a job that is under way at it."""
    options = GatewayOptions(
        data_dir=directory / "limited",
        port=0,
        echo_delay_s=0.2,
        max_lines=1000,
        max_enqueued_tokens=50_000,
    )
    gateway = stack.enter_context(Gateway(options))
    profile = Profile(name="provider", base_url=gateway.base_url, kind="openai")
    session = await stack.enter_async_context(Session(profile))
    path = directory / "crawl-2026-11.jsonl"
    with path.open("w") as file:
        for number in range(9_600):
            body: dict[str, object] = {
                "model": "gpt-4o-mini",
                "messages": [{"role": "user", "content": f"What is page {number} about?"}],
            }
            if number % 150 == 7:
                body["metadata"] = {"echo": "fail-429"}
            line = {"custom_id": f"page-{number:05}", "method": "POST", "body": body}
            file.write(json.dumps(line | {"url": "/v1/chat/completions"}) + "\n")
    store = JobStore()
    job_options = JobOptions(max_lines=1000, max_enqueued_tokens=40_000, max_attempts=2)
    async for event in actions.make(session, store, actions.NewJob(path, job_options)):
        if isinstance(event, JobMade):
            job_id = event.job.id

    events = actions.drive(session, store, job_id, interval_s=0.5)

    async def drive() -> None:
        async for _ in events:
            pass

    async for _ in events:
        if actions.view(store, job_id).answered > 4_000:
            break
    stack.callback(asyncio.create_task(drive()).cancel)
    return profile


async def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        os.environ["HOME"] = temporary
        samples = directory / "data"
        samples.mkdir()
        (directory / "downloads").mkdir()
        write_samples(samples)
        options = GatewayOptions(data_dir=directory / "gateway", port=0, echo_delay_s=0.05)
        async with AsyncExitStack() as stack:
            gateway = stack.enter_context(Gateway(options, seed=seed))
            profile = Profile(name="demo", base_url=gateway.base_url, kind="local")
            take: Callable[..., object] = lambda *a: picture(  # noqa: E731
                *a, profile=profile, directory=directory
            )
            await take(  # type: ignore[misc]
                "batches", WIDE, AtBatches(), "reviews-06.jsonl", (("j",) * 4, "finish")
            )
            await take("batches-80x24", NARROW, AtBatches(), "reviews-06.jsonl")  # type: ignore[misc]
            await take(  # type: ignore[misc]
                "viewer", WIDE, AtBatches(), "tickets-w43.jsonl", (("j",) * 4 + ("enter",), "ok")
            )
            limited = await with_a_job(stack, directory)
            await picture(
                "jobs",
                WIDE,
                AtBatches(),
                "crawl-2026-11",
                (("4",), "shards"),
                (("l",), "waits for"),
                profile=limited,
                directory=directory,
            )
            await take(  # type: ignore[misc]
                "new-batch",
                NARROW,
                AtDirectory(samples),
                "✗ 6 problems",
                (("c",), "the server would refuse"),
            )


if __name__ == "__main__":
    asyncio.run(main())
