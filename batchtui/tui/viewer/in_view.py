"""What is searched for, as it looks on the screen: which parts of a row are marked.

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
"""How long what is asked at once is tried; then nothing of it is marked."""

MOST_IN_VAIN: Final = 2
"""After so many times the expression is not tried any more."""

KEPT_CHARACTERS: Final = 8_000_000

Spans = Sequence[tuple[int, int]]
Known = Callable[[frozenset[str]], object]
"""Is told, in a thread, that more rows are known, and those of them that have marks."""


class Highlight(Protocol):
    def spans(self, row: str) -> Spans:
        """Which parts of `row`, in characters, are marked: ascending, not overlapping, not empty;
        none while that is not known."""
        ...

    def knows(self, rows: Iterable[str]) -> bool:
        """Whether the marks of all these rows are known; if not, they will be."""
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

    def knows(self, rows: Iterable[str]) -> bool:
        return True

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
        self._kept_characters = 0
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def spans(self, row: str) -> Spans:
        return self._known.get(row, ()) if self.knows([row]) else ()

    def knows(self, rows: Iterable[str]) -> bool:
        if self._is_closed:
            return True
        unknown = [row for row in rows if row not in self._known]
        if not unknown:
            return True
        with self._changed:
            self._wanted.update(dict.fromkeys(unknown))
            if self._thread is None:
                self._thread = threading.Thread(target=self._ask, name="marks", daemon=True)
                self._thread.start()
            self._changed.notify()
        return False

    def close(self) -> None:
        """Its process has ended some 20 ms later."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()

    def _ask(self) -> None:
        in_vain = 0
        try:
            while in_vain < MOST_IN_VAIN and (rows := self._next()):
                found = self._tried(rows)
                in_vain += found is None
                self._keep(rows, found or ())
        except BatchtuiError:
            pass  # a search with the same expression tells it
        finally:
            self._trying.close()
            if not self._is_closed:
                self._is_closed = True
                self._tell(frozenset())

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
        for row, places in spans.items():
            if row not in self._known:
                self._kept_characters += len(row) + 1
            self._known[row] = places
        while self._kept_characters > KEPT_CHARACTERS and len(self._known) > len(spans):
            self._kept_characters -= len(self._known.popitem(last=False)[0]) + 1
        self._tell(frozenset(row for row, places in spans.items() if places))
