"""What one does with the server's files: save them here, send one there, delete those not needed.

Nothing here overwrites without a question. A delete of several keeps those that a running batch
needs and results that nobody has saved, and says which; one alone can be deleted after a question
that says why it should stay.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual import work

from batchtui.errors import BatchtuiError, UsageError
from batchtui.tui.figures import plural, size
from batchtui.tui.protection import why_keep
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.listing import ListScreen
from batchtui.tui.screens.prompt import PromptScreen
from batchtui.tui.typed_paths import exists, file_at, here, is_folder, place_for, typed_path
from batchtui.visible import visible

if TYPE_CHECKING:
    from batchtui.models.file import FileObject

NAMED: Final = 3
"""So many files are named where several are kept."""


class Transfers(ListScreen["FileObject"]):
    def forget(self, file_ids: set[str]) -> None:
        """These files are no longer at the server."""

    # save

    def action_download(self) -> None:
        rows = self.table.chosen_rows
        if not rows:
            self.row_or_tell()
        total = size(sum(row.bytes for row in rows))
        if len(rows) > 1:
            question = f"Save {plural(len(rows), 'file')} ({total}) into the folder"
            self.app.push_screen(
                PromptScreen(question, str(here())), partial(self._download_into, rows)
            )
        elif rows:
            question = f"Save {name_of(rows[0])} ({total}) as"
            self.app.push_screen(
                PromptScreen(question, str(here() / safe_name(rows[0]))),
                partial(self._download_to, rows[0]),
            )

    def _download_to(self, file: FileObject, answer: str | None) -> None:
        if not answer or not answer.strip():
            return
        try:
            place = place_for(answer, name=safe_name(file))
        except UsageError as error:
            self.app.tell_error(error)
            return
        then = partial(self._download_if, file, place.path)
        if place.question:
            self.app.push_screen(ConfirmScreen(place.question), then)
        else:
            then(True)

    def _download_if(self, file: FileObject, path: Path, confirmed: bool | None) -> None:
        if confirmed:
            self._download([(file, path)])

    def _download_into(self, files: Sequence[FileObject], answer: str | None) -> None:
        if not answer or not answer.strip():
            return
        try:
            folder = typed_path(answer)
            if not exists(folder) and is_folder(folder.parent):
                question = f"There is no folder {folder}. Make it?"
                made = partial(self._make_and_download, files, folder)
                self.app.push_screen(ConfirmScreen(question), made)
            elif not is_folder(folder):
                self.app.tell(f"{folder} is no folder", trouble=True)
            else:
                self._download(list(zip(files, places(files, folder), strict=True)))
        except UsageError as error:
            self.app.tell_error(error)

    def _make_and_download(
        self, files: Sequence[FileObject], folder: Path, confirmed: bool | None
    ) -> None:
        if not confirmed:
            return
        try:
            folder.mkdir()
            wanted = list(zip(files, places(files, folder), strict=True))
        except OSError as error:
            self.app.tell(f"{folder}: {error.strerror}", trouble=True)
            return
        except UsageError as error:
            self.app.tell_error(error)
            return
        self._download(wanted)

    @work(group="download", exclusive=False, exit_on_error=False, description="save files")
    async def _download(self, wanted: Sequence[tuple[FileObject, Path]]) -> None:
        session = self.app.session
        if session is None:
            return
        from batchtui.workflows.results import download

        for number, (file, path) in enumerate(wanted, start=1):
            of = f"  file {number} of {len(wanted)}" if len(wanted) > 1 else ""
            report = partial(self._show_download, name_of(file), of)
            try:
                await download(session, file.id, to=path, on_progress=report)
            except (BatchtuiError, OSError) as error:
                self.update_status()
                self.app.tell(f"{path}: {error}", trouble=True)
                return
        self.update_status()
        first = wanted[0][1]
        self.app.tell(
            f"saved {first}"
            if len(wanted) == 1
            else f"saved {plural(len(wanted), 'file')} in {first.parent}"
        )

    def _show_download(self, name: str, of: str, done_bytes: int, total_bytes: int) -> None:
        text = f"downloading {name}  {size(done_bytes)} of {size(total_bytes)}{of}"
        self.show_status([(text, "accent")])

    # send

    def action_upload(self) -> None:
        question = "Upload which file of this machine? (3 shows them)"
        self.app.push_screen(PromptScreen(question, f"{self.app.browse_dir}/"), self._upload_if)

    def _upload_if(self, answer: str | None) -> None:
        if not answer or not answer.strip():
            return
        try:
            self._upload(file_at(answer))
        except UsageError as error:
            self.app.tell_error(error)

    @work(group="upload", exclusive=True, exit_on_error=False, description="upload a file")
    async def _upload(self, path: Path) -> None:
        session = self.app.session
        if session is None:
            return
        from batchtui.workflows import files
        from batchtui.workflows.submit import Uploaded

        try:
            async for event in files.upload(session, path):
                if isinstance(event, Uploaded):
                    self.app.tell(f"uploaded {path.name} as {event.file.id}")
                else:
                    sent, total = size(event.sent_bytes), size(event.total_bytes)
                    text = f"uploading {path.name}  {sent} of {total}"
                    self.show_status([(text, "accent")])
        except BatchtuiError as error:
            self.app.tell_error(error)
        self.update_status()
        self.action_refresh()

    # delete

    @work(group="protect", exclusive=True, exit_on_error=False, description="ask before a delete")
    async def action_delete(self) -> None:
        session, rows = self.app.session, self.table.chosen_rows
        if session is None or not (rows or self.row_or_tell()):
            return
        from batchtui.workflows import saved

        known = await asyncio.to_thread(saved.among, session, [row.id for row in rows])
        reasons = {row.id: why_keep(row, self.app.account, known) for row in rows}
        kept = [(name_of(row), reason) for row in rows if (reason := reasons[row.id])]
        if len(rows) == 1:
            free = rows
            why = f" It {kept[0][1]}." if kept else ""
            question = f"Delete {name_of(rows[0])} from the server?{why} This cannot be undone."
        else:
            free = [row for row in rows if not reasons[row.id]]
            if not free:
                self.app.tell(f"Nothing deleted. {_kept(kept)}", trouble=True)
                return
            total = size(sum(row.bytes for row in free))
            of = f" of {len(rows):,}" if kept else ""
            question = (
                f"Delete {len(free):,}{of} files ({total}) from the server? "
                f"This cannot be undone. {_kept(kept)}"
            ).strip()
        if await self.app.push_screen_wait(ConfirmScreen(question)):
            await self._delete(free)

    async def _delete(self, rows: Sequence[FileObject]) -> None:
        session = self.app.session
        if session is None:
            return
        from batchtui.workflows import files

        gone = set()
        for number, row in enumerate(rows, start=1):
            self.show_status([(f"deleting {number:,} of {len(rows):,}", "accent")])
            try:
                await files.delete(session, row.id)
                gone.add(row.id)
            except BatchtuiError as error:
                self.app.tell_error(error)
        self.forget(gone)
        if gone:
            self.app.tell(f"deleted {plural(len(gone), 'file')}")
        self.action_refresh()


def name_of(file: FileObject) -> str:
    return file.filename or file.id


def safe_name(file: FileObject) -> str:
    """A name to save it under: no directory of the server's choice, nothing invisible."""
    return visible(Path(file.filename).name) or "download.jsonl"


def places(files: Sequence[FileObject], folder: Path) -> list[Path]:
    """Where each is saved in `folder`: under its name, or with a number where that is taken.

    Raises UsageError where the disk does not tell what is there.
    """
    found: list[Path] = []
    for file in files:
        name = Path(safe_name(file))
        place, number = folder / name, 2
        while place in found or exists(place) or place.is_symlink():
            place = folder / f"{name.stem}-{number}{name.suffix}"
            number += 1
        found.append(place)
    return found


def _kept(kept: Sequence[tuple[str, str]]) -> str:
    if not kept:
        return ""
    named = "; ".join(f"{name} {reason}" for name, reason in kept[:NAMED])
    more = f"; and {len(kept) - NAMED:,} more" if len(kept) > NAMED else ""
    return f"Kept: {named}{more}."
