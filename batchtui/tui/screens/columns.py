"""Which columns a list shows, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from batchtui.tui.screens.frame import Frame
from batchtui.tui.widgets.columns import Column
from batchtui.tui.widgets.spans import Span
from batchtui.tui.widgets.table import RecordTable


class ColumnsTable(RecordTable[str]):
    """Only moved through: what else one does with rows means something else here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "space",
            "screen.show_or_hide",
            "show or hide",
            id="columns.toggle",
            tooltip="Show this column, or hide it",
        ),
        Binding(
            "J",
            "screen.shift(1)",
            "later",
            id="columns.later",
            tooltip="Further to the right",
        ),
        Binding(
            "K",
            "screen.shift(-1)",
            "earlier",
            id="columns.earlier",
            tooltip="Further to the left",
        ),
    ]


class ColumnsScreen(Frame[None]):
    """`titles` of all columns by key; `shown`: the keys of those shown. `choose` is told of each
    change: the list below changes at once. `have_room` tells which it has room for then.
    """

    BINDING_GROUP_TITLE = "Columns"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "default", "the usual ones", id="columns.default", tooltip="As at first"),
        Binding("enter", "back", "done", id="columns.done", tooltip="Back to the list"),
    ]

    def __init__(
        self,
        titles: Mapping[str, str],
        shown: Sequence[str],
        choose: Callable[[Sequence[str]], None],
        back_to: str,
        have_room: Callable[[], Collection[str]],
    ) -> None:
        super().__init__()
        self.back_to = back_to
        self._have_room = have_room
        self._titles = titles
        self._shown = list(shown)
        self._order = [*shown, *(key for key in titles if key not in shown)]
        self._choose = choose

    def compose_body(self) -> Iterable[Widget]:
        columns: list[Column[str]] = [
            Column("shown", "", 3, lambda key: "[x]" if key in self._shown else "[ ]", keep=9),
            Column("title", "COLUMN", 12, lambda key: self._titles[key], keep=8),
            Column("key", "", 12, self._key, keep=7, grow=True),
        ]
        yield ColumnsTable(columns, lambda key: key, id="columns")

    def _key(self, key: str) -> list[Span]:
        hidden = key in self._shown and key not in self._have_room()
        return [(key, "muted"), ("   no room in this width" if hidden else "", "trouble")]

    @property
    def table(self) -> ColumnsTable:
        return self.query_one(ColumnsTable)

    def on_mount(self) -> None:
        self.show_title([("Columns", "strong")])
        self.table.set_rows(self._order)

    def action_show_or_hide(self) -> None:
        key = self.table.cursor_row
        if key is None or self._shown == [key]:
            return
        self._tell([each for each in self._order if (each in self._shown) != (each == key)])

    def action_shift(self, by: int) -> None:
        key = self.table.cursor_row
        if key is None:
            return
        here = self._order.index(key)
        there = min(max(here + by, 0), len(self._order) - 1)
        self._order.insert(there, self._order.pop(here))
        self._tell([each for each in self._order if each in self._shown])

    def action_default(self) -> None:
        self._choose([])
        self.dismiss()

    def _tell(self, shown: list[str]) -> None:
        self._shown = shown
        self._choose(shown)
        self.table.set_rows(self._order)
