"""A filter and a search while the file grows: the new lines are asked too, and only those."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable

from textual import on
from textual.message import Message

from batchtui.tui.viewer.finding import FILTER, SEARCH, Finding
from batchtui.tui.viewer.hits import Hits
from batchtui.tui.viewer.jobs import Job
from batchtui.tui.viewer.matching import matching_new
from batchtui.tui.viewer.messages import LinesAdded
from batchtui.tui.viewer.records import FileRecords
from batchtui.workflows.where import Where


class SelectionGrew(Message):
    """`numbers` are those from `first` on that `selection` should have."""

    def __init__(self, selection: array[int], first: int, numbers: array[int]) -> None:
        super().__init__()
        self.selection = selection
        self.first = first
        self.numbers = numbers


class SearchGrew(Message):
    """The same for the hits of a search."""

    def __init__(self, hits: Hits, first: int, numbers: array[int]) -> None:
        super().__init__()
        self.hits = hits
        self.first = first
        self.numbers = numbers


class KeepingUp(Finding):
    @on(LinesAdded)
    def _lines_added(self, message: LinesAdded) -> None:
        records, rows, first = self.records, self.rows, message.first
        if not isinstance(records, FileRecords) or rows is None:
            return
        selection, where = rows.selection, self.filter_where
        if selection is not None and where is not None and FILTER not in self.jobs.active:

            def grew(numbers: array[int]) -> Message:
                return SelectionGrew(selection, first, numbers)

            self._ask(FILTER, records, where, first, grew)
        hits, wanted = self.hits, self.search_where
        if hits is not None and wanted is not None and hits.is_complete:

            def found(numbers: array[int]) -> Message:
                return SearchGrew(hits, first, numbers)

            self._ask(SEARCH, records, wanted, first, found)

    def _ask(
        self,
        group: str,
        records: FileRecords,
        where: Where,
        first: int,
        answer: Callable[[array[int]], Message],
    ) -> None:
        def work(job: Job) -> None:
            numbers: array[int] = array("Q")
            job.run(matching_new(records, where, first, numbers.append))
            job.post(answer(numbers))

        self.jobs.start(group, "matching new lines", work)

    @on(SelectionGrew)
    def _selection_grew(self, message: SelectionGrew) -> None:
        selection = message.selection
        if self.rows is None or self.rows.selection is not selection:
            return
        replace_from(selection, message.first, message.numbers)
        self.pane.grown()
        if self.follows:
            self.stay_at_end()
        else:
            self.end_row = max(len(selection) - 1, 0)
        self.show_where()

    @on(SearchGrew)
    def _search_grew(self, message: SearchGrew) -> None:
        if self.hits is message.hits:
            replace_from(message.hits.after, message.first, message.numbers)
            self.show_where()


def replace_from(numbers: array[int], first: int, new: array[int]) -> None:
    """Of ascending `numbers`, have `new` in place of those from `first` on."""
    del numbers[bisect_left(numbers, first) :]
    numbers.extend(new)
