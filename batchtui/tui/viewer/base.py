"""What the parts of the viewer's screen do alike: list records, tell, ask, and say where one is."""

from __future__ import annotations

from array import array
from typing import Final

from batchtui.errors import BatchtuiError
from batchtui.tui import figures
from batchtui.tui.viewer.choice import Choice
from batchtui.tui.viewer.in_view import Highlight, highlight_of
from batchtui.tui.viewer.messages import MarksKnown
from batchtui.tui.viewer.place_line import Place, counted, status
from batchtui.tui.viewer.prompt import Prompt
from batchtui.tui.viewer.state import ViewerState
from batchtui.tui.viewer.target import BatchResults, JobResults, StandardInput
from batchtui.tui.viewer.text import cells, safe
from batchtui.tui.widgets.line import Line
from batchtui.tui.widgets.spans import BETWEEN, Span, Tone
from batchtui.workflows.where import Where

NAME_CELLS: Final = 18
"""What the title leaves for the name, at least."""


class ViewerBase(ViewerState):
    def select(self, selection: array[int] | None, words: str) -> None:
        """List only these records, or all; the cursor stays, or goes to the nearest."""
        if self.rows is None:
            return
        number = self.number
        self.rows.selection = selection
        self.filter_words = words
        row = self.rows.row(max(number or 0, 0))
        for pane in self.panes:
            pane.show(self.rows, row)
        self.show_emptiness()
        if self.follows:
            self.stay_at_end()
        self.show_where()

    end_row = 0
    """Where following has put the cursor, or would."""

    def stay_at_end(self) -> None:
        self.pane.go_to_last()
        self.end_row = self.pane.cursor

    def show_trouble_of(self, message: str, hint: str | None = None) -> None:
        """Why it cannot be read: in the banner, and whole where the records would be."""
        self.show_banner(message)
        what = "\n".join(each for each in (message, hint) if each)
        self.trouble = f"{what}\n\n{self.name_of_target} cannot be shown. Esc goes back"
        self.show_emptiness()

    def show_emptiness(self) -> None:
        """Why the list is empty, where it is."""
        rows, records = self.rows, self.records
        tone: Tone = "muted"
        if records is None or rows is None:
            text, tone = self.trouble, "trouble"
        elif rows.selection is not None:
            text = f"nothing matches {safe(self.filter_words)}\nEsc shows all"
        elif self.is_arriving:
            text = "nothing has come through the pipe yet"
        else:
            text = "this file is empty" if records.is_complete else ""
        for pane in self.panes:
            pane.show_emptiness(text, tone)

    def mark_hits(self, where: Where | None) -> None:
        """Mark what matches, wherever it is in view; None: nothing any more."""
        self._stop_marking()
        highlight = None
        if where is not None:
            highlight = highlight_of(where, lambda rows: self.post_message(MarksKnown(rows)))
        self._highlight = highlight
        self.detail.search_for(highlight)
        for pane in self.panes:
            pane.highlight = highlight
            pane.refresh()

    _highlight: Highlight | None = None

    def on_unmount(self) -> None:
        self._stop_marking()

    def _stop_marking(self) -> None:
        if self._highlight is not None:
            self._highlight.close()

    # The lines of the frame

    def show_name(self) -> None:
        """The title: what is shown, and what became of it."""
        records, name = self.records, self.name_of_target
        kind = "results" if isinstance(self.target, BatchResults | JobResults) else ""
        right: list[Span] = [("Esc back", "muted")]
        if records is not None:
            kind = kind or ("" if records.kind == "other" else records.kind)
            room = self.size.width - min(cells(name) + 4, NAME_CELLS)
            right = counted(records.counts, room) or right
        used = sum(len(text) for text, _ in right)
        if kind and len(name) + len(kind) + used + 6 <= self.size.width:
            name = f"{name}  "
        else:
            kind = ""
        self.query_one("#title", Line).show([(name, "strong"), (kind, "muted")], right)

    def show_where(self) -> None:
        """The status line: where the cursor is, what is filtered and searched, what is at work."""
        work = self._work()
        used = sum(len(text) for text, _ in work)
        room = self.size.width - 2 - (used + BETWEEN if used else 0)
        self.show_status(status(self._place(), room), work)

    def _place(self) -> Place:
        records, rows, number = self.records, self.rows, self.number
        if records is None or rows is None:
            return Place("")
        total = f"{records.count:,}{'' if records.is_complete and not self.is_arriving else '+'}"
        if number is None:
            place = "nothing matches" if rows.selection is not None else f"0 of {total}"
        elif number < 0:
            place = f"line {-number:,} from the end"
        else:
            place = f"{number + 1:,} of {total}"
        if self.wanted_line is not None:
            place += f", waits for line {self.wanted_line:,}"
        value = self.detail.value if self.in_detail else None
        return Place(
            place,
            value.path if value is not None else "",
            self.filter_words,
            rows.count,
            len(self.marks),
            self.search_words if self.hits is not None else "",
            self._found(),
        )

    def _found(self) -> str:
        if self.hits is None:
            return ""
        count = figures.count(len(self.hits))
        place = self.hits.place(self.number or 0)
        if not self.hits.is_complete:
            return f"{count}+"
        if not place:
            return count
        found = f"{place:,} of {count}"
        if self.lands_nowhere:
            return f"{found}, not in this look"
        here, all_here = self.detail.hit_place() if self.look != "lines" else (0, 0)
        return f"{found}, {here:,} of {all_here:,} in it" if all_here > 1 and here else found

    @property
    def is_arriving(self) -> bool:
        """More is still being piped in."""
        return isinstance(self.target, StandardInput) and not self.target.has_ended

    def _work(self) -> list[Span]:
        if self.jobs.active:
            job = list(self.jobs.active.values())[-1]
            return [(f"{job.words} {job.fraction:.0%}", "accent")]
        if self.follows:
            return [("following", "accent")]
        if self.follows_later:
            return [("not following, G does", "muted")]
        return [("reading the pipe", "muted")] if self.is_arriving else []

    # Telling

    def tell(self, text: str, *, trouble: bool = False) -> None:
        self.app.tell(text, trouble=trouble)

    def tell_error(self, error: BatchtuiError) -> None:
        self.app.tell_error(error)

    # Asking

    def ask(self, purpose: str, label: str, value: str = "", hint: str = "") -> None:
        if not self.query(Prompt):
            return
        self.query_one("#status").display = False
        self.query_one(Prompt).ask(purpose, label, value, hint)

    def choose(self, purpose: str, options: dict[str, str], *, label: str = "") -> None:
        if not self.query(Choice):
            return
        self.query_one("#status").display = False
        self.query_one(Choice).ask(purpose, options, label=label)

    def close_line(self) -> None:
        """The line is the status line again, unless another one was opened meanwhile."""
        busy = self.query_one(Prompt).display or self.query_one(Choice).display
        self.query_one("#status").display = not busy
