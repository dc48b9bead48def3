"""The server's files: what they are for, how large, how old, who uses them; view, save, delete."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.binding import Binding, BindingType

from batchtui.errors import BatchtuiError
from batchtui.tui.batch_actions import copy_text
from batchtui.tui.batch_cells import look
from batchtui.tui.figures import NONE, plural, size, span
from batchtui.tui.filters import Fields
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.listing import ListScreen
from batchtui.tui.screens.prompt import PromptScreen
from batchtui.tui.widgets.columns import Column
from batchtui.tui.widgets.spans import Cell, Span
from batchtui.tui.widgets.table import RecordTable
from batchtui.visible import id_tail, visible

if TYPE_CHECKING:
    from batchtui.models.file import FileObject


class FilesScreen(ListScreen["FileObject"]):
    BINDING_GROUP_TITLE = "Files"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "view", id="file.open", tooltip="View the content"),
        Binding("d", "download", "download", id="file.download", tooltip="Save it on this machine"),
        Binding(
            "D", "delete", "delete", id="file.delete", tooltip="Delete the marked, or this one"
        ),
        Binding("y", "copy", "copy id", id="file.copy", tooltip="Copy the id of the file"),
        Binding("slash", "filter", "filter", id="list.filter", tooltip="Narrow the list"),
    ]
    tab = "files"
    filter_hint = "words, purpose:batch  size:>10M  age:<2d"

    def make_table(self) -> RecordTable[FileObject]:
        columns: list[Column[FileObject]] = [
            Column(
                "name",
                "NAME",
                18,
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
            Column("age", "AGE", 4, self._age, right=True, keep=6, order=self._age_s),
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
        return [(row.filename or row.id, "strong"), (f"   {id_tail(row.id, 24)}{used}", "muted")]

    def tab_facts(self) -> list[Span]:
        rows = self.table.rows
        if not rows.total():
            return []
        stored = sum(file.bytes for file in rows.all())
        return [(f"{plural(rows.total(), 'file')}   {size(stored)}", "muted")]

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        super().on_screen_resume(event)
        self.action_refresh()

    def account_changed(self) -> None:
        super().account_changed()
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
            return [(NONE, "muted")]
        sign, _, tone = look(uses[0])
        more = f" +{len(uses) - 1}" if len(uses) > 1 else ""
        return [(f"{sign} ", tone), (f"{self.app.account.name(uses[0])}{more}", "")]

    # the list

    def action_refresh(self) -> None:
        self._load()

    @work(group="files", exclusive=True, exit_on_error=False, description="list the files")
    async def _load(self) -> None:
        session = self.app.session
        if session is None or self.app.profile is None:
            return
        if not self.table.rows.total():
            self.table.empty = f"loading from {self.app.profile.host}"
            self.table.repaint_changed()
        await asyncio.to_thread(_import_files)
        from batchtui.workflows.files import list_files

        found: list[FileObject] = []
        try:
            async for file in list_files(session):
                found.append(file)
        except BatchtuiError as error:
            self.table.empty = ""
            self.show_own_trouble(f"{error.message.rstrip('.')}. r tries again")
        else:
            self.table.empty = "No files yet. Press 3 to pick one, and u to upload it."
            self.show_own_trouble("")
            self.table.set_rows(found)
        self.table.repaint_changed()
        self.account_changed()

    # what one does with a file

    @on(RecordTable.Chosen)
    def action_open(self) -> None:
        row = self.table.cursor_row
        if row is not None:
            from batchtui.tui.viewer.screen import ViewerScreen
            from batchtui.tui.viewer.target import RemoteFile

            self.app.push_screen(ViewerScreen(RemoteFile(row.id, row.filename or row.id)))

    def action_copy(self) -> None:
        rows = self.table.chosen_rows
        if rows:
            copy_text(self.app, "\n".join(row.id for row in rows), plural(len(rows), "id"))

    def action_download(self) -> None:
        row = self.table.cursor_row
        if row is None:
            return
        name = _safe_name(row)
        question = f"Save {row.filename or row.id} ({size(row.bytes)}) as"
        self.app.push_screen(
            PromptScreen(question, str(Path.cwd() / name)), partial(self._download_to, row)
        )

    def _download_to(self, file: FileObject, answer: str | None) -> None:
        if not answer or not answer.strip():
            return
        path = Path(answer.strip()).expanduser()
        if path.is_dir():
            path = path / _safe_name(file)
        if path.exists():
            question = f"Overwrite {path}?"
            self.app.push_screen(ConfirmScreen(question), partial(self._download_if, file, path))
        else:
            self._download(file, path)

    def _download_if(self, file: FileObject, path: Path, confirmed: bool | None) -> None:
        if confirmed:
            self._download(file, path)

    @work(group="download", exclusive=False, exit_on_error=False, description="download a file")
    async def _download(self, file: FileObject, path: Path) -> None:
        session = self.app.session
        if session is None:
            return
        from batchtui.workflows.results import download

        def report(done_bytes: int, total_bytes: int) -> None:
            self.show_status(
                [
                    (
                        f"downloading {file.filename}  {size(done_bytes)} of {size(total_bytes)}",
                        "accent",
                    )
                ]
            )

        try:
            await download(session, file.id, to=path, on_progress=report)
        except (BatchtuiError, OSError) as error:
            self.update_status()
            self.app.tell(f"{path}: {error}", trouble=True)
            return
        self.update_status()
        self.app.tell(f"saved {path}")

    def action_delete(self) -> None:
        rows = self.table.chosen_rows
        if not rows:
            return
        what = (rows[0].filename or rows[0].id) if len(rows) == 1 else plural(len(rows), "file")
        running = sum(
            1
            for row in rows
            if any(not batch.is_terminal for batch in self.app.account.using(row.id))
        )
        warning = f" {plural(running, 'file')} in use by a running batch." if running else ""
        question = f"Delete {what} from the server?{warning} This cannot be undone."
        self.app.push_screen(ConfirmScreen(question), partial(self._delete_if, rows))

    def _delete_if(self, rows: Sequence[FileObject], confirmed: bool | None) -> None:
        if confirmed:
            self._delete(rows)

    @work(group="delete", exclusive=False, exit_on_error=False, description="delete files")
    async def _delete(self, rows: Sequence[FileObject]) -> None:
        session = self.app.session
        if session is None:
            return
        from batchtui.workflows import files

        gone = set()
        for row in rows:
            try:
                await files.delete(session, row.id)
                gone.add(row.id)
            except BatchtuiError as error:
                self.app.tell_error(error)
        self.table.set_rows([row for row in self.table.rows.all() if row.id not in gone])
        if gone:
            self.app.tell(f"deleted {plural(len(gone), 'file')}")
        self.action_refresh()


def _import_files() -> None:
    from batchtui.workflows import files  # noqa: F401


def _name(file: FileObject) -> Cell:
    return file.filename or file.id


def _safe_name(file: FileObject) -> str:
    """A name to save it under: no directory of the server's choice, nothing invisible."""
    return visible(Path(file.filename).name) or "download.jsonl"


def _expires_at(file: FileObject) -> int | None:
    return file.expires_at
