"""A list of which only the first pages are loaded: when it asks for further ones.

Owns the two reasons: the end is on the screen, or a filter leaves few rows of what is loaded. The
second is told in the status line, bounded, and ends with Esc.
"""

from __future__ import annotations

from typing import Final

from textual import on

from batchtui.tui.connection import Listed
from batchtui.tui.screens.listing import ListScreen
from batchtui.tui.widgets.filterbar import FilterBar
from batchtui.tui.widgets.spans import Span
from batchtui.tui.widgets.table import RecordTable

NEAR_END: Final = 20
MOST_SEARCHED: Final = 5_000
"""A filter that leaves few rows has further pages loaded by itself up to so many batches."""


class FurtherPages(ListScreen[Listed]):
    def __init__(self) -> None:
        super().__init__()
        self._searched = 0
        self._may_search = True

    @on(RecordTable.Scrolled)
    def _load_more_near_end(self) -> None:
        if self.table.shows_end and len(self.table.rows) > NEAR_END:
            self.app.load_more()

    @property
    def _is_searching(self) -> bool:
        """The filter, once it is typed, leaves room that batches not loaded yet may fill."""
        bar = self.query_one(FilterBar)
        return (
            self._may_search
            and bool(bar.text)
            and not bar.display
            and len(self.table.rows) < self.table.size.height
            and self.table.rows.total() < MOST_SEARCHED
            and any(each.account.has_more for each in self.app.connections)
        )

    @on(RecordTable.Arranged)
    @on(FilterBar.Closed)
    def _search_further(self) -> None:
        loaded = self.table.rows.total()
        if loaded and loaded != self._searched and self._is_searching:
            self._searched = loaded
            self.app.load_more(loaded)
            self.update_status()

    @on(FilterBar.Changed)
    def _search_anew(self) -> None:
        self._may_search = True
        self._searched = 0
        if not self.query_one(FilterBar).text:
            self.app.load_no_more()

    def action_clear(self) -> None:
        """Esc: first it stops the search for further rows."""
        if self._is_searching:
            self._may_search = False
            self.app.load_no_more()
            self.update_status()
        else:
            super().action_clear()

    def filter_facts(self) -> list[Span]:
        facts = super().filter_facts()
        if self._is_searching:
            facts.append(("  looking further, Esc stops", "accent"))
        return facts
