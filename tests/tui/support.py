"""What the app's tests share: waiting for a condition, reading the screen, batches as data."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from batchtui.config import Profile
from batchtui.models.batch import Batch
from batchtui.tui.app import BatchtuiApp
from batchtui.workflows.feed import Refreshed

NOW_S = 1_700_000_000.0
PATIENCE_S = 20.0


def screen_lines(app: BatchtuiApp) -> list[str]:
    """The text of each line on the screen."""
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip) for strip in strips]


def screen_text(app: BatchtuiApp) -> str:
    return "\n".join(screen_lines(app))


async def until(pilot: Pilot[Any], condition: Callable[[], object]) -> None:
    """Returns once `condition` holds; fails with the screen's text when it does not."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        await pilot.pause()
        if condition():
            return
        app = pilot.app
        assert isinstance(app, BatchtuiApp)
        assert time.monotonic() < deadline, screen_text(app)
        await asyncio.sleep(0.01)


async def until_shown(pilot: Pilot[Any], text: str) -> None:
    app = pilot.app
    assert isinstance(app, BatchtuiApp)
    await until(pilot, lambda: text in screen_text(app))


async def type_text(pilot: Pilot[Any], text: str) -> None:
    await pilot.press(*("space" if character == " " else character for character in text))


async def focus(pilot: Pilot[Any], selector: str) -> None:
    widget = pilot.app.screen.query_one(selector)
    widget.focus()
    await until(pilot, lambda: widget.has_focus and not widget.has_class("-active"))


def make_batch(number: int, status: str = "completed", **more: Any) -> Batch:
    """A batch created `number` minutes before NOW_S."""
    fields: dict[str, Any] = {
        "id": f"batch_{number:06}",
        "status": status,
        "endpoint": "/v1/chat/completions",
        "input_file_id": f"file-{number}",
        "completion_window": "24h",
        "model": "gpt-4o-mini",
        "created_at": NOW_S - 60 * number,
        "request_counts": {"total": 100, "completed": 100, "failed": 0},
        **more,
    }
    return Batch.model_validate(fields)


def answer(*batches: Batch, changed: Iterable[str] = (), at_s: float = NOW_S) -> Refreshed:
    """What the feed would tell of this list."""
    return Refreshed(batches, frozenset(), frozenset(changed), frozenset(), False, at_s)


class CannedApp(BatchtuiApp):
    """The app on an account that the test writes; nothing is asked, and its clock stands still."""

    def __init__(
        self,
        *batches: Batch,
        names: Mapping[str, str] | None = None,
        memory_file: Path | None = None,
    ) -> None:
        profile = Profile("litellm", "http://localhost:4000", provider="openai")
        super().__init__(profile, clock=lambda: NOW_S, memory_file=memory_file)
        self._batches = batches
        self._names = dict(names or {})

    def connect(self, *followed: Profile) -> None:
        self.account.names.update(self._names)
        self.take(*self._batches)

    def take(self, *batches: Batch, changed: Iterable[str] = (), at_s: float = NOW_S) -> None:
        """The next answer of the feed."""
        before = self.account.batches
        moved = {each.id for each in batches if before.get(each.id, each) != each}
        fresh = answer(*batches, changed={*changed, *moved}, at_s=at_s)
        self.announce(self.account.refresh(fresh), self.account)
        self.account_changed.publish(None)
