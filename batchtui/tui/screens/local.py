"""The files of this machine: a browser that knows JSONL, and the way to a new batch."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar

from textual import events, on, work
from textual.binding import Binding, BindingType

from batchtui.errors import BatchtuiError
from batchtui.tui import places
from batchtui.tui.entries import Entry, in_order, look_into, scan
from batchtui.tui.entry_cells import entry_columns
from batchtui.tui.figures import size
from batchtui.tui.fuzzy import FuzzyFields
from batchtui.tui.glyphs import glyphs
from batchtui.tui.screens.listing import ListScreen
from batchtui.tui.widgets.filterbar import FilterBar
from batchtui.tui.widgets.spans import Cell, Span
from batchtui.tui.widgets.table import RecordTable

TELL_S = 0.2
TABS_CELLS = 36
"""What the tabs take of their line."""


class LocalScreen(ListScreen[Entry]):
    BINDING_GROUP_TITLE = "Local"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "open", "view", id="local.open", tooltip="View the file, enter the folder"
        ),
        Binding(
            "c",
            "create",
            "new batch",
            id="local.create",
            tooltip="A batch from each marked, or this",
        ),
        Binding("v", "validate", "validate", id="local.validate", tooltip="Every problem, by line"),
        Binding("u", "upload", "upload", id="local.upload", tooltip="Upload it, without a batch"),
        Binding(
            "equals_sign",
            "diff",
            "compare",
            show=False,
            id="local.diff",
            tooltip="Compare two marked results by custom_id",
        ),
        Binding("b", "places", "recent", id="local.places", tooltip="Folders used lately"),
        Binding("slash", "filter", "filter", id="list.filter", tooltip="Narrow the list"),
        Binding(
            "full_stop",
            "hidden",
            "hidden",
            key_display=".",
            id="local.hidden",
            tooltip="Show or hide hidden files",
        ),
        Binding(
            "backspace,minus,h,left",
            "up",
            "up",
            id="local.up",
            tooltip="The folder above",
        ),
    ]
    tab = "local"
    remembers_filter = False  # it was meant for the folder of that run
    filter_hint = "words, endpoint:chat  model:gpt  kind:input  size:<10M"

    def make_table(self) -> RecordTable[Entry]:
        return RecordTable(entry_columns(), lambda entry: str(entry.path), id="local")

    def fields(self) -> FuzzyFields[Entry]:
        return FuzzyFields(
            lambda entry: entry.name,
            rows=self.table.rows.all,
            words={
                "endpoint": lambda entry: entry.endpoint or "",
                "model": lambda entry: entry.model or "",
                "kind": lambda entry: entry.kind or "",
            },
            numbers={"size": lambda entry: entry.size_bytes},
        )

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[Entry] = []
        self._directory = Path()

    def on_mount(self) -> None:
        self._known: dict[Path, Entry] = {}
        self._show_hidden = False
        self._directory = Path(self.app.browse_dir)
        self.read_directory(self._directory, self._file_to_select())

    def row_status(self, row: Entry) -> list[Span]:
        if row.trouble:
            return [(f"{glyphs().failed} {row.trouble}", "trouble")]
        if row.is_dir:
            return [(str(row.path), "muted")]
        if row.shape == "empty":
            return [("this file is empty", "muted")]
        return [(row.preview or row.name, "muted")]

    def offered(self, binding: Binding) -> str | None:
        row = self.table.cursor_row
        if binding.id == "local.open" and row is not None:
            return "open" if row.is_dir else None if row.trouble else "view"
        if binding.id == "local.up":
            return binding.description if self._directory.parent != self._directory else None
        if binding.id in ("local.create", "local.validate", "local.upload"):
            rows = [row] if binding.id == "local.validate" else self.table.chosen_rows
            usable = any(each and not each.is_dir and not each.trouble for each in rows)
            return binding.description if usable else None
        return binding.description

    def update_status(self) -> None:
        super().update_status()
        self.show_keys()

    def tab_facts(self) -> Cell:
        path = str(self._directory)
        home = str(Path.home())
        short = f"~{path[len(home) :]}" if self._directory.is_relative_to(home) else path
        room = max(self.size.width - TABS_CELLS, 8)
        return short if len(short) <= room else f"{glyphs().ellipsis}{short[1 - room :]}"

    # the directory

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        super().on_screen_resume(event)
        if self._entries:
            self.read_directory(self._directory, self._file_to_select())

    def _file_to_select(self) -> Path | None:
        """What was opened or written elsewhere, told once."""
        path, self.app.file_to_select = self.app.file_to_select, None
        return path

    def action_refresh(self) -> None:
        self._known = {}
        self.read_directory(self._directory)

    def go_to(self, directory: Path, *, select: Path | None = None) -> None:
        self._directory = directory
        self.app.browse_dir = directory
        self.app.memory.directory = str(directory)
        self._entries = []
        self._known = {}
        self.show_own_trouble("")
        self.query_one(FilterBar).clear()
        self.table.clear_marks()
        self.table.set_rows([])
        self.read_directory(directory, select)
        self.account_changed()

    @work(group="directory", exclusive=True, exit_on_error=False, description="list a folder")
    async def read_directory(self, directory: Path, select: Path | None = None) -> None:
        """At first as the entries come in; anew, when all are there, so that nothing jumps."""
        entries: list[Entry] = []
        is_new = not self._entries
        portions = scan(directory)
        try:
            while (portion := await asyncio.to_thread(next, portions, None)) is not None:
                entries += portion
                if is_new:
                    ordered = await asyncio.to_thread(in_order, entries, directory)
                    self._show(directory, ordered, select)
            if not is_new:
                self._show(directory, await asyncio.to_thread(in_order, entries, directory), select)
        except BatchtuiError as error:
            self._show_unreadable(directory, error)

    def _show(self, directory: Path, entries: list[Entry], select: Path | None) -> None:
        if directory != self._directory:
            return
        if select is not None and select.parent != directory:
            select = None
        is_first = not self._entries
        self._entries = entries
        self._arrange()
        if is_first and select is None:
            select = _first_to_use(self.table.rows.shown)
        if select is not None:
            self.table.move_to_key(str(select))

    def _show_unreadable(self, directory: Path, error: BatchtuiError) -> None:
        if directory == self._directory:
            self._entries = in_order([], directory)
            self._arrange()
            self.show_own_trouble(error.message)

    def _arrange(self) -> None:
        shown = [entry for entry in self._entries if self._show_hidden or not entry.is_hidden]
        self.table.set_rows(self._as_known(entry) for entry in shown)
        self.update_status()

    def _as_known(self, entry: Entry) -> Entry:
        """With what was learned of it, unless it has changed since."""
        known = self._known.get(entry.path)
        if known is None or known.modified_ns != entry.modified_ns:
            return entry
        return known if known.size_bytes == entry.size_bytes else entry

    def action_hidden(self) -> None:
        self._show_hidden = not self._show_hidden
        self._arrange()

    def action_up(self) -> None:
        here = self._directory
        if here.parent != here:
            self.go_to(here.parent, select=here)

    # facts

    @on(RecordTable.Scrolled)
    def _look_into_visible(self) -> None:
        unknown = [entry for entry in self.table.visible_rows if not entry.looked]
        if unknown:
            self.look_into(unknown)

    @work(group="facts", exclusive=True, exit_on_error=False, description="look into files")
    async def look_into(self, entries: Sequence[Entry]) -> None:
        learned: list[Entry] = []
        told_s = time.monotonic()
        for entry in entries:
            learned.append(await asyncio.to_thread(look_into, entry))
            if time.monotonic() - told_s > TELL_S:
                self._learn(learned)
                learned, told_s = [], time.monotonic()
        self._learn(learned)

    def _learn(self, learned: Sequence[Entry]) -> None:
        self._known.update((entry.path, entry) for entry in learned)
        self.table.update_rows(learned)
        self.update_status()

    # what one does with a file

    def action_diff(self) -> None:
        from batchtui.tui.diff.asking import compare

        compare(self.app, [row.path for row in self.table.marked_rows])

    @on(RecordTable.Chosen)
    def action_open(self) -> None:
        row = self.table.cursor_row
        if row is None:
            return
        if row.is_dir:
            self.go_to(row.path, select=self._directory if row.name == ".." else None)
        elif row.trouble is None:
            self._note_place()
            self.app.open_local_file(row.path)
        else:
            self._tell_trouble(row)

    def _tell_trouble(self, row: Entry) -> None:
        self.app.tell(f"{row.name}: {row.trouble}", trouble=True)

    def _files(self, rows: Sequence[Entry]) -> list[Path]:
        """Those of `rows` that are files one can use; the folder counts as used then."""
        found = [row.path for row in rows if not row.is_dir and row.trouble is None]
        unusable = next((row for row in rows if row.trouble), None)
        if found:
            self._note_place()
        elif unusable is not None:
            self._tell_trouble(unusable)
        else:
            self.app.tell("Put the cursor on a file, or mark some with space")
        return found

    @work(group="places", exit_on_error=False, description="note a folder as used")
    async def _note_place(self) -> None:
        await asyncio.to_thread(places.note, self._directory)

    def action_places(self) -> None:
        from batchtui.tui.screens.places import PlacesScreen

        self.app.push_screen(PlacesScreen(), self._go_to_place)

    def _go_to_place(self, directory: Path | None) -> None:
        if directory is not None:
            self.go_to(directory)

    def action_create(self) -> None:
        if self.app.session is None:
            self.app.tell("Not connected: press 1 to see how")
            return
        files = self._files(self.table.chosen_rows)
        if len(files) == 1:
            from batchtui.tui.screens.create import CreateScreen

            self.app.push_screen(CreateScreen(files[0]))
        elif files:
            from batchtui.tui.screens.several import SeveralScreen

            self.app.push_screen(SeveralScreen(files))

    def action_validate(self) -> None:
        row = self.table.cursor_row
        files = self._files([row] if row is not None else [])
        if files:
            from batchtui.tui.screens.problems import ProblemsScreen

            self.app.push_screen(ProblemsScreen(files[0]))

    @work(group="upload", exclusive=True, exit_on_error=False, description="upload files")
    async def action_upload(self) -> None:
        """One after the other; the first that fails stops, and is named."""
        session = self.app.session
        paths = self._files(self.table.chosen_rows) if session is not None else []
        if session is None or not paths:
            return
        await asyncio.to_thread(_import_files)
        from batchtui.workflows import files
        from batchtui.workflows.submit import Uploaded

        for number, path in enumerate(paths, start=1):
            of = f"  file {number} of {len(paths)}" if len(paths) > 1 else ""
            try:
                async for event in files.upload(session, path):
                    if isinstance(event, Uploaded):
                        text = f"uploaded {path.name} as {event.file.id}{of}"
                        self.show_status([(text, "success")])
                    else:
                        sent, total = size(event.sent_bytes), size(event.total_bytes)
                        text = f"uploading {path.name}  {sent} of {total}{of}"
                        self.show_status([(text, "accent")])
            except BatchtuiError as error:
                self.show_status()
                hint = f". {error.hint}" if error.hint else ""
                self.app.tell(f"{path.name}: {error.message}{hint}", trouble=True)
                return


def _first_to_use(entries: Iterable[Entry]) -> Path | None:
    """The first JSONL file, else the first entry beneath the way up."""
    below = [each for each in entries if each.name != ".."]
    files = (each for each in below if not each.is_dir and each.name.endswith(".jsonl"))
    first = next(files, below[0] if below else None)
    return first.path if first is not None else None


def _import_files() -> None:
    from batchtui.workflows import files  # noqa: F401
