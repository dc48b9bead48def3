"""Makes the pictures of the README from the real app on the demo's gateway.

pip install resvg-py, and a font DejaVu Sans Mono
python -m tests.make_screenshots
"""

from __future__ import annotations

import asyncio
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
            await take("batches", WIDE, AtBatches(), "reviews-06.jsonl")  # type: ignore[misc]
            await take("batches-80x24", NARROW, AtBatches(), "reviews-06.jsonl")  # type: ignore[misc]
            await take(  # type: ignore[misc]
                "viewer", WIDE, AtBatches(), "tickets-w43.jsonl", (("j",) * 4 + ("enter",), "ok")
            )
            await take(  # type: ignore[misc]
                "new-batch", NARROW, AtDirectory(samples), "✗ 6 problems", (("j", "c"), "problems")
            )


if __name__ == "__main__":
    asyncio.run(main())
