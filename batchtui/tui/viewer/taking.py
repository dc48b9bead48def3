"""What one takes out of the viewer: marks, copies, exports, a record in another program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from textual import on
from textual.message import Message

from batchtui.errors import BatchtuiError, UsageError
from batchtui.jsonl.write import copy_lines
from batchtui.tui import figures
from batchtui.tui.editing import command_at
from batchtui.tui.glyphs import glyphs
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.typed_paths import here, is_same, place_for
from batchtui.tui.viewer import clipboard, external
from batchtui.tui.viewer.base import ViewerBase
from batchtui.tui.viewer.choice import Choice
from batchtui.tui.viewer.copied import MOST_BYTES, copied, offered
from batchtui.tui.viewer.jobs import Job
from batchtui.tui.viewer.joined_records import JoinedRecords
from batchtui.tui.viewer.prompt import Prompt
from batchtui.tui.viewer.records import Place
from batchtui.tui.viewer.target import LocalFile

COPY: Final = "copy"
MOST_NOTES: Final = 2
EXPORT: Final = "export"
EXPORT_TO: Final = "export to"
FILTER_CHARS: Final = 27
"""So much of a filter is said again when its records are exported."""


class Exported(Message):
    def __init__(self, path: Path, lines: int) -> None:
        super().__init__()
        self.path = path
        self.lines = lines


class Taking(ViewerBase):
    _exports_requests = False
    _copies_value = False
    """What is copied is of the value under the cursor, inside the record."""

    def tell(self, text: str, *, trouble: bool = False) -> None:
        """Of the notes the newest stay: more would cover the record."""
        self.app.keep_newest_notes(MOST_NOTES - 1)
        super().tell(text, trouble=trouble)

    def tell_error(self, error: BatchtuiError) -> None:
        self.app.keep_newest_notes(MOST_NOTES - 1)
        super().tell_error(error)

    # Marks

    def action_mark(self) -> None:
        number = self.number
        if number is None:
            return
        if number < 0:
            self.tell("the lines are not numbered yet")
            return
        self.marks ^= {number}
        for pane in self.panes:
            pane.marks = self.marks
        self.pane.refresh()
        self.pane.step(1)
        self.show_where()

    # Copying

    def action_copy(self) -> None:
        if self.number is not None:
            self._copies_value = self.in_detail  # the question takes the focus
            self.choose(COPY, offered(self.look, in_detail=self.in_detail))

    @on(Choice.Chosen)
    def _chosen(self, message: Choice.Chosen) -> None:
        if message.purpose == COPY:
            self._copy(message.key)
        elif message.purpose == EXPORT:
            self._exports_requests = message.key == "i"
            self._ask_where()

    def _copy(self, key: str) -> None:
        number, records = self.number, self.records
        if number is None or records is None:
            return
        value = self.detail.value if self._copies_value else None
        try:
            what, text = copied(records, number, key, self.look, value=value)
            if text:
                self.tell(clipboard.copy(self.app, text, what))
            else:
                self.tell(f"there is no {what} here")
        except BatchtuiError as error:
            self.tell_error(error)

    # Other programs

    def action_pager(self) -> None:
        """The whole record, in $PAGER."""
        number, records = self.number, self.records
        if number is None or records is None:
            return
        try:
            data = [
                source.read(offset, min(length, MOST_BYTES))
                for source, offset, length in filter(None, reversed(records.places(number)))
            ]
            text = "\n".join(external.readable(each) for each in data)
            with external.as_file("record.txt", text) as path:
                external.run(self.app, [*external.pager(), str(path)])
        except BatchtuiError as error:
            self.tell_error(error)

    def action_editor(self) -> None:
        """The file at the cursor's line, in $EDITOR."""
        target, number = self.target, self.number
        if not isinstance(target, LocalFile):
            self.tell("only a file on this machine can be edited; o opens the record")
            return
        try:
            line = number + 1 if number is not None and number >= 0 else None
            external.run(self.app, command_at(external.editor(), target.path, line))
        except BatchtuiError as error:
            self.tell_error(error)

    # Export

    def action_export(self) -> None:
        records = self.records
        if records is None or not self._numbers():
            self.tell("there is nothing to export")
            return
        if isinstance(records, JoinedRecords) and records.joined.request_source is not None:
            kinds = {"r": "result lines", "i": "input lines"}
            self.choose(EXPORT, kinds, label=self._what_is_exported())
        else:
            self._exports_requests = False
            self._ask_where()

    def _ask_where(self) -> None:
        count = figures.plural(len(self._numbers()), "line")
        kind = "requests" if self._exports_requests else "export"
        stem = Path(self.name_of_target).name.removesuffix(".jsonl")
        self.ask(EXPORT_TO, f"export {count} to", f"{here() / stem}.{kind}.jsonl")

    @on(Prompt.Answered)
    def _answered_where(self, message: Prompt.Answered) -> None:
        if message.purpose != EXPORT_TO or not message.text:
            return
        records = self.records
        try:
            place = place_for(message.text)
        except UsageError as error:
            self.tell_error(error)
            return
        if records is None or any(is_same(place.path, each) for each in records.paths()):
            self.tell(f"{place.path.name} is looked at here: give another name", trouble=True)
        elif place.question:
            then = partial(self._confirmed, place.path)
            self.app.push_screen(ConfirmScreen(place.question), then)
        else:
            self._export(place.path)

    def _confirmed(self, path: Path, yes: bool | None) -> None:
        if yes:
            self._export(path)

    def _export(self, path: Path) -> None:
        records, numbers = self.records, self._numbers()
        if records is None:
            return
        wanted = 0 if self._exports_requests else 1
        either = not isinstance(records, JoinedRecords)

        def places() -> Iterator[Place]:
            for number in numbers:
                both = records.places(number)
                place = both[wanted] or (both[0] if either else None)
                if place is not None:
                    yield place

        def work(job: Job) -> None:
            total = sum(length for _, _, length in places())
            job.post(Exported(path, job.run(copy_lines(places(), total, path))))

        self.jobs.start("export", "exporting", work)

    @on(Exported)
    def _exported(self, message: Exported) -> None:
        self.tell(f"{figures.plural(message.lines, 'line')} written to {message.path}")

    def _what_is_exported(self) -> str:
        """`export 2 marked`, or `export 12 of 240 (outcome:failed)`."""
        count = f"{len(self._numbers()):,}"
        if self.marks:
            return f"export {count} marked"
        if self.rows is None or self.rows.selection is None or self.records is None:
            return f"export all {count}"
        words = self.filter_words
        if len(words) > FILTER_CHARS:
            words = f"{words[: FILTER_CHARS - 1]}{glyphs().ellipsis}"
        return f"export {count} of {self.records.count:,} ({words})"

    def _numbers(self) -> Sequence[int]:
        """The records that an export takes: the marked ones, else all that are listed."""
        if self.marks:
            return sorted(self.marks)
        if self.rows is None:
            return []
        if self.rows.selection is not None:
            return self.rows.selection
        return range(self.rows.count)
