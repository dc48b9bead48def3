"""A filter that leaves few rows has more loaded by itself; how often the list is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from textual import events

from batchtui.models.batch import Batch
from batchtui.tui.screens.further_pages import MOST_SEARCHED
from tests.tui.conftest import MakeApp
from tests.tui.support import (
    CannedApp,
    answer,
    make_batch,
    screen_text,
    until,
    until_shown,
)


class Paged(CannedApp):
    """An account of which only as much is loaded as is asked for."""

    def __init__(self, count: int, make: Callable[[int], Batch]) -> None:
        super().__init__()
        self.everything = [make(number) for number in range(1, count + 1)]
        self.loaded = 100
        self.asked: list[int] = []
        self.stopped = 0

    def take(self, *batches: Batch, **_: object) -> None:
        fresh = answer(*self.everything[: self.loaded])
        self.account.refresh(replace(fresh, has_more=self.loaded < len(self.everything)))
        self.account_changed.publish(None)

    def load_more(self, least: int = 0) -> None:
        self.asked.append(least)

    def load_no_more(self) -> None:
        self.stopped += 1

    def deliver(self) -> None:
        self.loaded += max(self.asked[-1], 100)
        self.take()


def rare(number: int) -> Batch:
    return make_batch(number, model="rare" if number == 350 else "common")


async def test_it_goes_on_until_it_has_looked_at_all() -> None:
    app = Paged(400, rare)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "100+ loaded")
        await pilot.press("slash", *"model:rare", "enter")
        await until_shown(pilot, "looking further, Esc stops")
        assert app.asked == [100]
        app.deliver()
        await until(pilot, lambda: app.asked == [100, 200])
        app.deliver()
        await until_shown(pilot, "1 of 400")
        assert "looking further" not in screen_text(app)
        assert app.asked == [100, 200]


async def test_escape_stops_it_and_keeps_the_filter() -> None:
    app = Paged(1_000, rare)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "100+ loaded")
        await pilot.press("slash", *"model:rare", "enter")
        await until_shown(pilot, "looking further")
        await pilot.press("escape")
        await until(pilot, lambda: "looking further" not in screen_text(app))
        assert app.stopped
        assert "/model:rare" in screen_text(app)
        app.deliver()
        await until_shown(pilot, "200+ loaded")
        assert len(app.asked) == 1
        await pilot.press("escape")
        await until(pilot, lambda: "/model:rare" not in screen_text(app))


async def test_a_full_screen_needs_no_more() -> None:
    app = Paged(1_000, lambda number: make_batch(number, model="common"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "100+ loaded")
        await pilot.press("slash", *"model:common", "enter")
        await until_shown(pilot, "100 of 100")
        assert not app.asked


async def test_it_ends_at_a_bound() -> None:
    app = Paged(MOST_SEARCHED * 3, rare)
    app.loaded = MOST_SEARCHED
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "5,000+ loaded")
        await pilot.press("slash", *"model:nobody", "enter")
        await until_shown(pilot, "0 of 5,000")
        await pilot.pause()
        assert not app.asked


async def test_the_header_tells_the_true_rhythm(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "No batches yet")
        (feed,) = app.feeds
        feed.interval_s = 10.0
        app.account_changed.publish(None)
        await until_shown(pilot, "auto 30s")
        assert not feed.hidden
        await pilot.press("3")
        await until_shown(pilot, "[3 Local]")
        await pilot.press("colon", *"messages", "enter")
        await until_shown(pilot, "Messages")
        assert feed.hidden
        await pilot.press("escape", "1")
        await until_shown(pilot, "[1 Batches]")
        assert not feed.hidden
        app.post_message(events.AppBlur())
        await until_shown(pilot, "auto 1m")
        app.post_message(events.AppFocus())
        await until_shown(pilot, "auto 30s")
