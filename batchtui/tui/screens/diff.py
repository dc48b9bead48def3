"""Two results compared: the requests that changed at the left, both answers of one at the right."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from batchtui.errors import BatchtuiError
from batchtui.tui.diff.sides import JobAttempt, Side, compared
from batchtui.tui.figures import count
from batchtui.tui.glyphs import glyphs
from batchtui.tui.screens.frame import Frame
from batchtui.tui.widgets.columns import Column
from batchtui.tui.widgets.lines import Lines
from batchtui.tui.widgets.spans import Cell, Span
from batchtui.tui.widgets.table import RecordTable

if TYPE_CHECKING:
    from batchtui.jsonl.diff import Change, Diff, Pair
    from batchtui.jsonl.progress import Progress

KEPT_PAIRS = 256


class DiffScreen(Frame[None]):
    """`a` is the older result, `b` the newer. A row is the number of a request in the Diff."""

    BINDING_GROUP_TITLE = "Compare"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "kind", "kind", id="diff.kind", tooltip="Only one kind of change, or all"),
        Binding("n", "change(1)", "next", id="diff.next", tooltip="The next of those listed"),
        Binding("N", "change(-1)", "before", id="diff.before", tooltip="The one before"),
        Binding("tab", "other_pane", "pane", id="diff.pane", tooltip="To the list, or the answers"),
        Binding(
            "J", "scroll(3)", "Scroll down", show=False, id="diff.down", tooltip="Answers: down"
        ),
        Binding("K", "scroll(-3)", "Scroll up", show=False, id="diff.up", tooltip="Answers: up"),
        Binding("s", "swap", "swap", show=False, id="diff.swap", tooltip="A and B the other way"),
    ]
    DEFAULT_CSS = """
    DiffScreen #both { height: 1fr; }
    DiffScreen #requests { width: 26; }
    DiffScreen.-full #requests { width: 44; }
    DiffScreen #answers { width: 1fr; border-left: $edge $foreground 50%; }
    """
    back_to = "the list"

    def __init__(self, a: Side, b: Side) -> None:
        super().__init__()
        self._a, self._b = a, b
        self._diff: Diff | None = None
        self._kind: Change | None = None
        self._numbers: Sequence[int] = ()
        self._pair_at = lru_cache(maxsize=KEPT_PAIRS)(self._read_pair)

    def compose_body(self) -> Iterable[Widget]:
        columns: list[Column[int]] = [
            Column("change", "", 1, self._sign_cell, keep=9),
            Column("id", "REQUEST", 10, self._id_cell, grow=True, is_name=True, keep=8),
        ]
        self.table: RecordTable[int] = RecordTable(columns, str, id="requests")
        yield Horizontal(self.table, Lines(id="answers"), id="both")

    def on_mount(self) -> None:
        self._begin()

    def _begin(self) -> None:
        names: list[Span] = [("A ", "accent"), (self._a.name, "strong")]
        names += [("   B ", "accent"), (self._b.name, "strong")]
        self.show_title(names)
        self.set_focus(self.table)
        self._compare()

    def on_unmount(self) -> None:
        self._close()

    def _close(self) -> None:
        found, self._diff = self._diff, None
        if found is not None:
            found.a.close()
            found.b.close()

    # comparing

    @work(group="diff", exclusive=True, exit_on_error=False, description="compare two results")
    async def _compare(self) -> None:
        from batchtui.workflows.background import in_thread

        try:
            store = None
            if isinstance(self._a, JobAttempt) or isinstance(self._b, JobAttempt):
                store = await self.app.desk.store()
            await asyncio.to_thread(_import_diff)
            steps = compared(self._a, self._b, store)
            found = await in_thread(steps, self._show_progress)
        except BatchtuiError as error:
            self.show_status([(f"{glyphs().failed} {error.message}", "trouble")])
            return
        if not self.is_attached:
            found.a.close()
            found.b.close()
            return
        self._diff = found
        self._show()

    def _show_progress(self, progress: Progress) -> None:
        if self.is_attached:
            said = f"{glyphs().moving} comparing, {progress.fraction:.0%}"
            self.show_status([(said, "accent")])

    def _show(self) -> None:
        """List what is of the kind that is wanted; None: whatever is not the same."""
        from batchtui.jsonl.diff import CHANGES, Change

        found = self._diff
        if found is None:
            return
        code = None if self._kind is None else CHANGES.index(self._kind)
        same = CHANGES.index(Change.SAME)
        numbers = array(
            "I",
            (
                number
                for number, each in enumerate(found.codes)
                if (each == code if code is not None else each != same)
            ),
        )
        if self._kind in (None, Change.ONLY_B):
            numbers.extend(range(len(found.codes), len(found)))
        self._numbers = numbers
        self.table.empty = "Nothing has changed" if self._kind is None else "None of this kind"
        self.table.set_rows(numbers)
        self._show_pair()

    # the rows

    def _read_pair(self, number: int) -> Pair | None:
        return self._diff.pair(number) if self._diff is not None else None

    def _sign_cell(self, number: int) -> Cell:
        from batchtui.tui.diff.telling import sign

        pair = self._pair_at(number)
        return "" if pair is None else [sign(pair.change)]

    def _id_cell(self, number: int) -> Cell:
        pair = self._pair_at(number)
        return "" if pair is None else pair.custom_id or "no custom_id"

    @on(RecordTable.Moved)
    @on(RecordTable.Arranged)
    def _show_pair(self) -> None:
        from batchtui.tui.diff.telling import pair_lines

        answers = self.query_one("#answers", Lines)
        number = self.table.cursor_row
        pair = None if number is None else self._pair_at(number)
        answers.show([] if pair is None else pair_lines(pair))
        answers.action_top()
        if self._diff is not None:
            self.show_status(self._place(), [(self._kinds(), "muted")])

    def _place(self) -> list[Span]:
        from batchtui.tui.diff.telling import WORDS

        shown = "all changes" if self._kind is None else WORDS[self._kind]
        at = self.table.rows.place(str(self.table.cursor_row))
        place = 0 if at is None else at + 1
        return [(f"{place:,} of {len(self._numbers):,}", ""), (f"   {shown}", "accent")]

    def _kinds(self) -> str:
        from batchtui.tui.diff.telling import WORDS

        assert self._diff is not None
        counts = self._diff.counts
        return "  ".join(f"{count(counts[each])} {word}" for each, word in WORDS.items())

    # keys

    def action_kind(self) -> None:
        """All changes, then one kind after the other, then those that are the same."""
        from batchtui.jsonl.diff import Change

        steps = (None, Change.CHANGED, Change.ONLY_A, Change.ONLY_B, Change.SAME)
        self._kind = steps[(steps.index(self._kind) + 1) % len(steps)]
        self._show()

    def action_change(self, by: int) -> None:
        self.table.action_move(by)

    def action_other_pane(self) -> None:
        answers = self.query_one("#answers", Lines)
        self.set_focus(answers if self.table.has_focus else self.table)

    def action_scroll(self, lines: int) -> None:
        self.query_one("#answers", Lines).action_by(lines)

    def action_swap(self) -> None:
        if self._diff is None:
            return
        self._close()
        self._pair_at.cache_clear()
        self.table.set_rows([])
        self._a, self._b = self._b, self._a
        self._begin()


def _import_diff() -> None:
    from batchtui.jsonl import diff, word_diff  # noqa: F401
    from batchtui.tui.diff import telling  # noqa: F401
