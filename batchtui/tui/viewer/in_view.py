"""What is searched for, as it looks on the screen: which parts of a row in view are marked.

A key never waits for a mark. A text is looked for at once; an expression is tried by a second
process, and its marks come when they are known. Where that takes long there are none.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol

from batchtui.errors import BatchtuiError
from batchtui.jsonl.matchers import is_lower_case
from batchtui.jsonl.progress import Progress
from batchtui.jsonl.spelling import spellings
from batchtui.jsonl.tried import SPANS
from batchtui.jsonl.trying import Trying
from batchtui.tui.viewer.text import safe
from batchtui.workflows.where import Where

PATIENCE_S: Final = 2.0
"""How long the rows of one screen are tried; then the expression is not tried on rows any more."""

MOST_CHARACTERS: Final = 2000
KEPT_ROWS: Final = 4096

Spans = Sequence[tuple[int, int]]
Known = Callable[[frozenset[str]], object]
"""Is told, in a thread, the rows that have marks which were not known when they were asked for."""


class Highlight(Protocol):
    def spans(self, row: str) -> Spans:
        """Which parts of `row`, in characters, are marked: ascending, not overlapping."""
        ...

    def close(self) -> None: ...


def highlight_of(where: Where, known: Known) -> Highlight | None:
    """None where nothing can be marked."""
    if not where.text:
        return None
    ignore_case = is_lower_case(where.text, is_regex=where.is_regex)
    if where.is_regex:
        return ExpressionHighlight(where.text, known, ignore_case=ignore_case)
    return TextHighlight(where.text, ignore_case=ignore_case)


class TextHighlight:
    """A text as it is, and in all spellings that it may have in a file."""

    def __init__(self, text: str, *, ignore_case: bool) -> None:
        spelled = spellings(text, ignore_case=ignore_case)
        found = [each.decode("utf-8", "surrogatepass") for each in spelled]
        ways = dict.fromkeys(safe(each) for each in (*found, text))
        flags = re.IGNORECASE if ignore_case else re.NOFLAG
        self._pattern = re.compile("|".join(map(re.escape, ways)), flags)

    def spans(self, row: str) -> Spans:
        return [found.span() for found in self._pattern.finditer(row)]

    def close(self) -> None:
        pass


class ExpressionHighlight:
    """Owns the thread that asks, and which rows are known."""

    def __init__(self, pattern: str, known: Known, *, ignore_case: bool) -> None:
        self._trying = Trying(pattern, ignore_case=ignore_case, kind=SPANS)
        self._tell = known
        self._known: OrderedDict[str, Spans] = OrderedDict()
        self._changed = threading.Condition()
        self._wanted: dict[str, None] = {}
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def spans(self, row: str) -> Spans:
        known = self._known.get(row)
        if known is not None or self._is_closed or len(row) > MOST_CHARACTERS:
            return known or ()
        with self._changed:
            self._wanted[row] = None
            if self._thread is None:
                self._thread = threading.Thread(target=self._ask, name="marks", daemon=True)
                self._thread.start()
            self._changed.notify()
        return ()

    def close(self) -> None:
        """Its process has ended some 20 ms later."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()

    def _ask(self) -> None:
        try:
            while rows := self._next():
                found = self._tried(rows)
                if found is None:
                    break
                self._keep(rows, found)
        except BatchtuiError:
            pass  # a search with the same expression tells it
        finally:
            self._is_closed = True
            self._trying.close()

    def _next(self) -> list[str]:
        with self._changed:
            self._changed.wait_for(lambda: self._wanted or self._is_closed)
            rows, self._wanted = list(self._wanted), {}
            return [] if self._is_closed else rows

    def _tried(self, rows: list[str]) -> Iterable[tuple[int, int, int]] | None:
        """(row, start, end) of each mark; None when that took too long."""
        deadline_s = time.monotonic() + PATIENCE_S
        steps = self._trying.ask("\n".join(rows).encode(), Progress(0, 1))
        try:
            while True:
                next(steps)
                if self._is_closed or time.monotonic() > deadline_s:
                    return None
        except StopIteration as stop:
            told = iter(stop.value)
            return zip(told, told, told, strict=True)
        finally:
            steps.close()

    def _keep(self, rows: list[str], found: Iterable[tuple[int, int, int]]) -> None:
        spans: dict[str, list[tuple[int, int]]] = {row: [] for row in rows}
        for number, start, end in found:
            spans[rows[number]].append((start, end))
        self._known.update(spans)
        while len(self._known) > KEPT_ROWS:
            self._known.popitem(last=False)
        marked = frozenset(row for row, places in spans.items() if places)
        if marked:
            self._tell(marked)
