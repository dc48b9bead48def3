"""The server's files: what they are for, how large, how old, who uses them; view, save, delete."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events, on, work
from textual.binding import Binding, BindingType

from batchtui.errors import BatchtuiError
from batchtui.tui import needs
from batchtui.tui.batch_actions import copy_text
from batchtui.tui.batch_cells import look
from batchtui.tui.figures import plural, size, span
from batchtui.tui.filters import Fields
from batchtui.tui.plain_ids import plain_id, short_file_name
from batchtui.tui.screens.transfers import Transfers, name_of
from batchtui.tui.trouble import nothing_loaded_for
from batchtui.tui.widgets.columns import Column
from batchtui.tui.widgets.spans import Cell, Span
from batchtui.tui.widgets.table import RecordTable
from batchtui.visible import id_tail

if TYPE_CHECKING:
    from batchtui.models.file import FileObject
    from batchtui.tui.connection import Connection

INPUT_PURPOSES: Final = frozenset({"batch", "batch-api", ""})
"""What servers call the input of a batch; "" where one does not say."""


class FilesScreen(Transfers):
    BINDING_GROUP_TITLE = "Files"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "view", id="file.open", tooltip="View the content"),
        Binding(
            "d",
            "download",
            "download",
            id="file.download",
            tooltip="Save the marked, or this",
        ),
        Binding(
            "D", "delete", "delete", id="file.delete", tooltip="Delete the marked, or this one"
        ),
        Binding("c", "create", "new batch", id="file.create", tooltip="A batch from this file"),
        Binding("p", "purpose", "purpose", id="file.purpose", tooltip="Files of one purpose only"),
        Binding("u", "upload", "upload", id="file.upload", tooltip="Send a file of this machine"),
        Binding("y", "copy", "copy id", id="file.copy", tooltip="Copy the id of the file"),
        Binding(
            "slash",
            "filter",
            "filter",
            id="list.filter",
            tooltip="Narrow: words, purpose:batch size:>10M age:<2d",
        ),
    ]
    tab = "files"
    _purpose = ""
    filter_hint = "words, purpose:batch  size:>10M  age:<2d"

    def __init__(self) -> None:
        super().__init__()
        self._files: list[FileObject] = []
        self._listed_of: Connection | None = None

    def make_table(self) -> RecordTable[FileObject]:
        columns: list[Column[FileObject]] = [
            Column(
                "name",
                "NAME",
                19,
                _name,
                grow=True,
                is_name=True,
                keep=9,
                order=lambda f: f.filename,
            ),
            Column(
                "purpose", "PURPOSE", 12, lambda f: f.purpose, keep=7, order=lambda f: f.purpose
            ),
            Column(
                "size",
                "SIZE",
                8,
                lambda f: size(f.bytes),
                right=True,
                keep=8,
                order=lambda f: f.bytes,
            ),
            Column("age", "AGE", 4, self._age, right=True, keep=6, order=_created_at),
            Column("expires", "EXPIRES", 7, self._expires, right=True, keep=4, order=_expires_at),
            Column("used", "USED BY", 16, self._used_by, grow=True, is_name=True, keep=3),
        ]
        return RecordTable(columns, lambda file: file.id, id="files")

    def fields(self) -> Fields[FileObject]:
        return Fields(
            lambda file: f"{file.filename} {file.id} {file.purpose}",
            words={"purpose": lambda file: file.purpose},
            numbers={"size": lambda file: file.bytes, "age": self._age_s},
        )

    def row_status(self, row: FileObject) -> list[Span]:
        uses = [self.app.account.name(batch) for batch in self.app.account.using(row.id)]
        used = f"   used by {', '.join(uses[:3])}" if uses else ""
        facts: list[Span] = [(name_of(row), "strong")]
        marked = self.table.marked_rows
        if marked:
            facts.append((f"   {size(sum(file.bytes for file in marked))} marked", "accent"))
        return [*facts, (f"   {id_tail(plain_id(row.id), 24)}{used}", "muted")]

    def tab_facts(self) -> list[Span]:
        files = [each for each in self._files if self._purpose in ("", each.purpose)]
        if not self._files:
            return []
        number, stored = plural(len(files), "file"), size(sum(file.bytes for file in files))
        facts: list[Span] = [(f"   {number}", "muted"), (f"   {stored}", "muted")]
        # In a narrow line the first ones give way: what hides files is the last to go.
        if self._purpose:
            return [*facts, (f"   purpose: {self._purpose}", "accent")]
        return [("   purpose: all", "muted"), *facts]

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        self._forget_others()
        super().on_screen_resume(event)
        self.action_refresh()

    def account_meant_changed(self) -> None:
        self._forget_others()
        super().account_meant_changed()
        self.action_refresh()

    def _forget_others(self) -> None:
        """Never show the files of one account where another is meant."""
        if self._listed_of is not self.app.connection:
            self._listed_of = self.app.connection
            self.table.clear_marks()
            self._show([])

    def account_changed(self) -> None:
        if self._listed_of is not self.app.connection:
            # The app began on this tab, and is connected only now.
            self._forget_others()
            self.action_refresh()
        super().account_changed()
        self._show_users()

    @work(group="users", exclusive=True, exit_on_error=False, description="who uses which file")
    async def _show_users(self) -> None:
        await asyncio.to_thread(self.app.account.note_users)
        self.table.repaint_changed()

    # cells

    def _age_s(self, file: FileObject) -> float | None:
        return None if file.created_at is None else self.app.now() - file.created_at

    def _age(self, file: FileObject) -> Cell:
        return span(self._age_s(file))

    def _expires(self, file: FileObject) -> Cell:
        if file.expires_at is None:
            return [("never", "muted")]
        left_s = file.expires_at - self.app.now()
        return span(left_s) if left_s > 0 else [("expired", "trouble")]

    def _used_by(self, file: FileObject) -> Cell:
        uses = self.app.account.using(file.id)
        if not uses:
            return [("nothing", "muted")]
        sign, _, tone = look(uses[0])
        more = f" +{len(uses) - 1}" if len(uses) > 1 else ""
        return [(f"{sign} ", tone), (f"{self.app.account.name(uses[0])}{more}", "")]

    # the list

    def action_refresh(self) -> None:
        self._load()

    @work(group="files", exclusive=True, exit_on_error=False, description="list the files")
    async def _load(self) -> None:
        session = self.app.session
        profile = self.app.profile
        if not self.table.rows.total():
            host = profile.host if profile is not None else ""
            waits = f"loading from {host}" if host else f"Files of a server. {needs.NOT_CONNECTED}."
            self.table.empty = waits
            self.table.repaint_changed()
        if session is None:
            return
        await asyncio.to_thread(_import_files)
        from batchtui.workflows.files import list_files

        found: list[FileObject] = []
        try:
            async for file in list_files(session):
                found.append(file)
        except BatchtuiError as error:
            if session is not self.app.session:
                return
            self.table.empty = nothing_loaded_for(error, self.app.profile)
            self.show_own_trouble(f"{error.message.rstrip('.')}. r tries again")
        else:
            if session is not self.app.session:
                return
            self.table.empty = "No files yet. Press 3 to pick one, and u to upload it."
            self.show_own_trouble("")
            self._show(found)
        self.table.repaint_changed()
        self.account_changed()

    # what one does with a file

    def offered(self, binding: Binding) -> str | None:
        row = self.table.cursor_row
        label = binding.description
        if not (binding.id or "").startswith("file.") or binding.id == "file.upload":
            return label
        if binding.id == "file.purpose":
            return label if len({file.purpose for file in self._files}) > 1 else None
        if row is None or (binding.id == "file.create" and row.purpose not in INPUT_PURPOSES):
            return None
        return label

    @on(RecordTable.Chosen)
    def action_open(self) -> None:
        row = self.row_or_tell()
        if row is not None:
            from batchtui.tui.viewer.screen import ViewerScreen
            from batchtui.tui.viewer.target import RemoteFile

            self.app.push_screen(ViewerScreen(RemoteFile(row.id, row.filename or row.id)))

    def action_copy(self) -> None:
        rows = self.table.chosen_rows
        if rows or self.row_or_tell():
            copy_text(self.app, "\n".join(row.id for row in rows), plural(len(rows), "id"))

    def forget(self, file_ids: set[str]) -> None:
        self._show([file for file in self._files if file.id not in file_ids])

    def action_create(self) -> None:
        """A batch from a file that is at the server already."""
        row, session = self.row_or_tell(), self.app.session
        if row is None or session is None:
            return
        if row.purpose not in INPUT_PURPOSES:
            self.app.tell(f"{name_of(row)} is no input of a batch: its purpose is {row.purpose}")
            return
        from batchtui.tui.screens.create import CreateScreen

        self.app.push_screen(CreateScreen(session.download_path(row.id), server_file=row))

    def action_purpose(self) -> None:
        """Only the files of the next purpose there is, after the last one all again."""
        purposes = ["", *sorted({file.purpose for file in self._files if file.purpose})]
        here = purposes.index(self._purpose) if self._purpose in purposes else 0
        self._purpose = purposes[(here + 1) % len(purposes)]
        self._show(self._files)
        self.account_changed()

    def _show(self, files: list[FileObject]) -> None:
        self._files = files
        shown = [file for file in files if self._purpose in ("", file.purpose)]
        self.table.set_rows(shown)
        self.update_status()


def _import_files() -> None:
    from batchtui.workflows import files  # noqa: F401


def _name(file: FileObject) -> Cell:
    """Short where it holds an id; the whole name is in the line below the list."""
    return short_file_name(file.filename) if file.filename else plain_id(file.id)


def _created_at(file: FileObject) -> int | None:
    return file.created_at


def _expires_at(file: FileObject) -> int | None:
    return file.expires_at
