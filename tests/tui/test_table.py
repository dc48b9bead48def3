"""The table keeps cursor, marks and place over refreshes, and repaints only what differs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region

from batchtui.tui.theme import DEFAULTS, TERMINAL
from batchtui.tui.widgets.columns import Column, placed
from batchtui.tui.widgets.table import RecordTable


@dataclass(frozen=True)
class Row:
    name: str
    size: int | None = 0
    note: str = ""


COLUMNS: list[Column[Row]] = [
    Column("name", "NAME", 10, lambda row: row.name, grow=True, keep=9, order=lambda r: r.name),
    Column(
        "size", "SIZE", 6, lambda row: str(row.size), right=True, keep=5, order=lambda r: r.size
    ),
    Column("note", "NOTE", 8, lambda row: row.note, keep=1),
]


def rows(numbers: Iterable[int]) -> list[Row]:
    return [Row(f"row-{number:05}", number) for number in numbers]


class Host(App[None]):
    def get_theme_variable_defaults(self) -> dict[str, str]:
        return DEFAULTS

    def __init__(self) -> None:
        super().__init__()
        self.register_theme(TERMINAL)
        self.theme = TERMINAL.name
        self.table: RecordTable[Row] = RecordTable(COLUMNS, lambda row: row.name)
        self.repainted: list[Region] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def lines(self) -> list[str]:
        strips = self.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip) for strip in strips]


@pytest.fixture
def repaints(monkeypatch: pytest.MonkeyPatch) -> list[Region]:
    """The regions the table asks to repaint."""
    asked: list[Region] = []
    refresh = RecordTable.refresh

    def note(self: RecordTable[Row], *regions: Region, **how: bool) -> RecordTable[Row]:
        asked.extend(regions or [Region(0, 0, 10_000, 10_000)])
        return refresh(self, *regions, **how)

    monkeypatch.setattr(RecordTable, "refresh", note)
    return asked


async def test_cursor_scroll_and_marks_survive_a_refresh_with_new_rows_on_top() -> None:
    host = Host()
    async with host.run_test(size=(60, 12)) as pilot:
        host.table.set_rows(rows(range(100, 200)))
        await pilot.pause()
        await pilot.press(*"j" * 30, "space", *"k" * 3)
        await pilot.pause()
        before = host.lines()
        under_cursor = host.table.cursor_row

        host.table.set_rows(rows(range(90, 200)))
        await pilot.pause()

        assert host.table.cursor_row == under_cursor
        assert host.lines() == before
        assert host.table.marked_rows == [Row("row-00130", 130)]


async def test_at_the_top_new_rows_come_into_sight_and_the_cursor_stays_on_its_row() -> None:
    host = Host()
    async with host.run_test(size=(60, 12)) as pilot:
        host.table.set_rows(rows(range(5, 50)))
        await pilot.pause()
        host.table.set_rows(rows(range(3, 50)))
        await pilot.pause()
        assert host.table.cursor_row == Row("row-00005", 5)
        assert "row-00003" in host.lines()[1]
        assert host.table.scroll_offset.y == 0


async def test_only_the_cells_that_differ_are_repainted(repaints: list[Region]) -> None:
    host = Host()
    async with host.run_test(size=(60, 12)) as pilot:
        host.table.set_rows(rows(range(50)))
        await pilot.pause()
        repaints.clear()

        changed = rows(range(50))
        changed[4] = Row("row-00004", 999)
        changed[40] = Row("row-00040", 999)
        host.table.set_rows(changed)
        await pilot.pause()

        assert [(region.y, region.height) for region in repaints] == [(5, 1)]
        assert repaints[0].width < 20
        assert "999" in host.lines()[5]


async def test_an_unchanged_list_repaints_nothing(repaints: list[Region]) -> None:
    host = Host()
    async with host.run_test(size=(60, 12)) as pilot:
        host.table.set_rows(rows(range(50)))
        await pilot.pause()
        repaints.clear()
        host.table.set_rows(rows(range(50)))
        await pilot.pause()
        assert repaints == []


async def test_a_moved_cursor_repaints_two_lines(repaints: list[Region]) -> None:
    host = Host()
    async with host.run_test(size=(60, 12)) as pilot:
        host.table.set_rows(rows(range(50)))
        await pilot.pause()
        repaints.clear()
        await pilot.press("j")
        assert sorted(region.y for region in repaints) == [1, 2]


async def test_when_the_row_under_the_cursor_goes_the_cursor_stays_in_its_place() -> None:
    host = Host()
    async with host.run_test(size=(60, 12)) as pilot:
        host.table.set_rows(rows(range(10)))
        await pilot.pause()
        await pilot.press("j", "j")
        host.table.set_rows(rows([0, 1, 3, 4]))
        await pilot.pause()
        assert host.table.cursor_row == Row("row-00003", 3)
        host.table.set_rows(rows([0]))
        assert host.table.cursor_row == Row("row-00000", 0)
        host.table.set_rows([])
        assert host.table.cursor_row is None


async def test_moving_keys() -> None:
    host = Host()
    async with host.run_test(size=(60, 12)) as pilot:
        host.table.set_rows(rows(range(100)))
        await pilot.pause()
        for keys, place in (
            ("G", 99),
            ("g", 0),
            ("ctrl+d", 5),
            ("ctrl+u", 0),
            ("pagedown", 11),
            ("up", 10),
            ("end", 99),
            ("down", 99),
            ("home", 0),
        ):
            await pilot.press(keys)
            assert host.table.cursor_row == Row(f"row-{place:05}", place), keys
            await pilot.pause()
            assert any(f"row-{place:05}" in line for line in host.lines()), keys


async def test_sorting_puts_the_unknown_last_and_shows_the_direction() -> None:
    host = Host()
    async with host.run_test(size=(60, 12)) as pilot:
        host.table.set_rows([Row("b", 2), Row("a", None), Row("c", 1)])
        await pilot.pause()

        def shown() -> list[str]:
            return [row.name for row in host.table.rows.shown]

        await pilot.press("o")
        assert shown() == ["a", "b", "c"]
        await pilot.press("o")
        assert shown() == ["c", "b", "a"]
        assert "SIZE ^" in host.lines()[0]
        await pilot.press("O")
        assert shown() == ["b", "c", "a"]
        await pilot.pause()
        assert "SIZE v" in host.lines()[0]
        await pilot.press("o")
        assert shown() == ["b", "a", "c"], "after the last column, the order given"


async def test_marks_are_kept_by_key_and_those_gone_are_dropped() -> None:
    host = Host()
    async with host.run_test(size=(60, 12)) as pilot:
        host.table.set_rows(rows(range(5)))
        await pilot.pause()
        await pilot.press("space", "space", "g", "asterisk")
        assert len(host.table.marks) == 5
        await pilot.press("asterisk")
        assert not host.table.marks
        await pilot.press("space", "space")
        host.table.set_rows(rows([1, 2]))
        assert host.table.marks == {"row-00001"}


async def test_marks_go_on_with_the_cursor_and_over_a_range() -> None:
    host = Host()
    async with host.run_test(size=(60, 12)) as pilot:
        host.table.set_rows(rows(range(50)))
        await pilot.pause()
        await pilot.press("shift+down", "shift+down")
        assert host.table.marks == {"row-00000", "row-00001"}
        host.table.clear_marks()
        await pilot.press("space", "G", "V")
        assert len(host.table.marks) == 48
        host.table.clear_marks()
        await pilot.press("space", "g", "V")
        assert len(host.table.marks) == 50
        host.table.clear_marks()
        host.table.filter_rows(lambda row: (row.size or 0) < 10)
        await pilot.press("V", "shift+up")
        assert host.table.marks == {row.name for row in rows(range(1))}


async def test_a_filter_hides_rows_and_acts_on_what_is_shown() -> None:
    host = Host()
    async with host.run_test(size=(60, 12)) as pilot:
        host.table.set_rows(rows(range(20)))
        await pilot.pause()
        await pilot.press("space")
        host.table.filter_rows(lambda row: (row.size or 0) >= 10)
        assert len(host.table.rows) == 10
        assert host.table.marked_rows == []
        host.table.filter_rows(None)
        assert host.table.marked_rows == [Row("row-00000", 0)]


async def test_what_would_steer_the_terminal_is_shown_and_nothing_is_markup() -> None:
    host = Host()
    async with host.run_test(size=(60, 12)) as pilot:
        host.table.set_rows([Row("\x1b[31m[bold]x[/bold]\n\u202e", 1)])
        await pilot.pause()
        assert "␛[31m[bold]x[/bold]␊<U+202E>" in host.lines()[1]


async def test_wide_characters_keep_the_columns_in_place() -> None:
    host = Host()
    async with host.run_test(size=(30, 12)) as pilot:
        host.table.set_rows([Row("データセット" * 5, 7), Row("plain", 8)])
        await pilot.pause()
        from rich.cells import cell_len

        assert [cell_len(line) for line in host.lines()[1:3]] == [30, 30]
        assert host.lines()[1].rstrip().endswith("7")
        assert host.lines()[2].rstrip().endswith("8")


async def test_a_long_text_flows_over_empty_cells_only() -> None:
    host = Host()
    async with host.run_test(size=(60, 12)) as pilot:
        columns: list[Column[Row]] = [
            Column("name", "NAME", 6, lambda row: row.name),
            Column("note", "NOTE", 10, lambda row: row.note),
            Column("size", "SIZE", 4, lambda row: str(row.size), right=True),
        ]
        host.table.set_columns(columns)
        host.table.set_rows([Row("123456789", 1), Row("abcdefghi", 2, "note")])
        await pilot.pause()
        assert "123456789 " in host.lines()[1]
        assert "abcde…" in host.lines()[2]
        assert host.lines()[1].index("1", 12) == host.lines()[2].index("2", 12)


def test_columns_give_way_in_the_declared_order() -> None:
    def shown(width: int) -> list[str]:
        return [each.column.key for each in placed(COLUMNS, 3, width)]

    assert shown(60) == ["name", "size", "note"]
    assert shown(25) == ["name", "size"]
    assert shown(15) == ["name"]
    assert shown(4) == ["name"]


async def test_a_title_at_the_right_keeps_its_name_beside_the_arrow() -> None:
    columns: list[Column[Row]] = [
        Column("name", "NAME", 8, lambda row: row.name, keep=9),
        Column("fails", "FAILED", 6, lambda _: "1", right=True, order=lambda r: r.size),
        Column("age", "AGE", 4, lambda _: "2h", right=True, order=lambda r: r.size),
        Column("left", "LEFT", 5, lambda _: "-", right=True, order=lambda r: r.size),
    ]
    host = Host()
    async with host.run_test(size=(60, 12)) as pilot:
        host.table.set_columns(columns)
        host.table.newest_first_by = "age"
        host.table.set_rows(rows(range(3)))
        await pilot.pause()
        found = [host.lines()[0].split()]
        for _ in range(3):
            await pilot.press("o")
            await pilot.pause()
            found.append(host.lines()[0].split())
        assert found == [
            ["NAME", "FAILED", "AGE", "v", "LEFT"],
            ["NAME", "FAILED", "^", "AGE", "LEFT"],
            ["NAME", "FAILED", "AGE", "^", "LEFT"],
            ["NAME", "FAILED", "AGE", "LEFT", "^"],
        ]


async def test_a_filter_that_nothing_matches_gives_the_cursor_back() -> None:
    host = Host()
    async with host.run_test(size=(60, 12)) as pilot:
        host.table.set_rows(rows(range(20)))
        await pilot.pause()
        await pilot.press(*"jjjj")
        host.table.filter_rows(lambda _: False)
        assert host.table.cursor_row is None
        host.table.filter_rows(None)
        assert host.table.cursor_row == Row("row-00004", 4)
