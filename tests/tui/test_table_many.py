"""A table of very many rows: they are arranged in portions, and nothing gets lost meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from batchtui.tui.widgets import arranged as arranging
from batchtui.tui.widgets.arranged import Arranged, Outcome
from batchtui.tui.widgets.columns import Column
from tests.tui.test_table import COLUMNS, Host, Row, rows

MANY = 20_000
PATIENCE_S = 20.0


async def until(pilot: Pilot[Any], condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        await pilot.pause()
        if condition():
            return
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def arranged(pilot: Pilot[Any], host: Host, count: int) -> None:
    await until(pilot, lambda: len(host.table.rows) == count)


def finished(rows: Arranged[Row]) -> Outcome[Row]:
    steps = rows.steps()
    while True:
        try:
            next(steps)
        except StopIteration as end:
            outcome: Outcome[Row] = end.value
            return outcome


async def test_a_hundred_thousand_rows_are_drawn_a_screen_at_a_time() -> None:
    host = Host()
    drawn = 0

    def counted(row: Row) -> str:
        nonlocal drawn
        drawn += 1
        return row.name

    async with host.run_test(size=(60, 12)) as pilot:
        host.table.set_columns([Column("name", "NAME", 12, counted, grow=True)])
        host.table.set_rows(rows(range(100_000)))
        await arranged(pilot, host, 100_000)
        await pilot.press("G")
        await pilot.pause()
        assert "row-99999" in host.lines()[11]
        assert drawn < 1_000


async def test_keys_work_on_what_is_shown_until_the_new_order_is_there() -> None:
    host = Host()
    async with host.run_test(size=(60, 12)) as pilot:
        host.table.set_rows(rows(range(MANY)))
        await arranged(pilot, host, MANY)
        await pilot.press("j", "j", "space")
        host.table.sort_rows(COLUMNS[1], descending=True)
        await pilot.press("j")
        under_cursor = host.table.cursor_row
        assert under_cursor == Row("row-00004", 4)
        await until(pilot, lambda: host.table.rows[0].size == MANY - 1)
        assert host.table.cursor_row == under_cursor
        assert host.table.marks == {"row-00002"}


async def test_of_two_filters_the_later_one_counts() -> None:
    host = Host()
    async with host.run_test(size=(60, 12)) as pilot:
        host.table.set_rows(rows(range(MANY)))
        await arranged(pilot, host, MANY)
        host.table.filter_rows(lambda row: (row.size or 0) < 7_000)
        await asyncio.sleep(0)
        host.table.filter_rows(lambda row: (row.size or 0) < 6_000)
        host.table.set_rows(rows(range(10, MANY)))
        await arranged(pilot, host, 5_990)
        host.table.filter_rows(None)
        await arranged(pilot, host, MANY - 10)


async def test_the_cursor_goes_to_a_row_that_is_still_to_come() -> None:
    host = Host()
    async with host.run_test(size=(60, 12)) as pilot:
        host.table.set_rows(rows(range(MANY)))
        host.table.move_to_key("row-15000")
        await arranged(pilot, host, MANY)
        assert host.table.cursor_row == Row("row-15000", 15_000)


async def test_new_values_that_come_while_rows_are_arranged_are_kept() -> None:
    host = Host()
    async with host.run_test(size=(60, 12)) as pilot:
        host.table.set_rows(rows(range(MANY)))
        host.table.update_rows([Row("row-00003", -1)])
        await arranged(pilot, host, MANY)
        assert host.table.rows[3] == Row("row-00003", -1)
        host.table.update_rows([Row("row-00003", -2), Row("nobody", 1)])
        assert host.table.rows[3] == Row("row-00003", -2)
        assert len(host.table.rows) == MANY


sizes = st.lists(st.none() | st.integers(0, 50), max_size=80)


@given(sizes, st.booleans(), st.integers(1, 9), st.integers(0, 50))
def test_portions_make_no_difference(
    given_sizes: list[int | None], descending: bool, portion: int, most: int
) -> None:
    everything = [Row(f"{number}", size) for number, size in enumerate(given_sizes)]
    before = arranging.PORTION, arranging.RUN
    arranging.PORTION, arranging.RUN = portion, 2 * portion + 1  # type: ignore[misc]
    try:
        table: Arranged[Row] = Arranged(lambda row: row.name)
        table.take(iter(everything))
        table.matches = lambda row: row.size is None or row.size <= most
        table.order = lambda row: row.size
        table.descending = descending
        table.show(finished(table))
    finally:
        arranging.PORTION, arranging.RUN = before  # type: ignore[misc]
    kept = [row for row in everything if row.size is None or row.size <= most]
    known = [row for row in kept if row.size is not None]
    known.sort(key=lambda row: row.size or 0, reverse=descending)
    assert list(table.shown) == known + [row for row in kept if row.size is None]
    assert table.total() == len(everything)
    assert [table.place(row.name) for row in table.shown] == list(range(len(table)))
    assert all(table.has(row.name) for row in everything)
