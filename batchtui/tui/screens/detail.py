"""One batch: state, phases, counts, metadata, ids, every error."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.widget import Widget

from batchtui.errors import BatchtuiError
from batchtui.tui.batch_actions import cancel_question, copy_text, open_results
from batchtui.tui.batch_detail import detail_lines
from batchtui.tui.glyphs import glyphs
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.copy import CopyScreen
from batchtui.tui.screens.frame import Frame
from batchtui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from batchtui.models.batch import Batch


class DetailScreen(Frame[None]):
    """The batch may be one that the list has not loaded: then it is asked for by its id."""

    BINDING_GROUP_TITLE = "Batch"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "results", id="batch.open", tooltip="Read the results"),
        Binding("x", "cancel", "cancel", id="batch.cancel", tooltip="Cancel this batch"),
        Binding("y", "copy", "copy", id="batch.copy", tooltip="Copy an id, the metadata, or all"),
        Binding("f", "open_input", "input", id="batch.input", tooltip="Read the input file"),
        Binding("r", "refresh", "refresh", id="batch.refresh", tooltip="Ask the server now"),
    ]
    back_to = "Batches"

    def __init__(self, batch_id: str) -> None:
        super().__init__()
        self._batch_id = batch_id

    @property
    def shown_batch(self) -> Batch | None:
        return self.app.account.batches.get(self._batch_id)

    def compose_body(self) -> Iterable[Widget]:
        yield Lines(id="detail")

    def on_mount(self) -> None:
        if self.shown_batch is None:
            self.action_refresh()

    def account_changed(self) -> None:
        batch, account = self.shown_batch, self.app.account
        if batch is None:
            self.show_title([(self._batch_id, "strong")])
            return
        self.show_title([(account.name(batch), "strong")])
        self.query_one(Lines).show(detail_lines(batch, account, self.app.now()))
        self.app.learn_facts(batch)
        self.show_trouble()

    def action_open(self) -> None:
        batch = self.shown_batch
        if batch is None:
            return
        if batch.output_file_id or batch.error_file_id:
            open_results(self.app, batch)
        else:
            self.app.tell("It has no results" if batch.is_terminal else "No results yet")

    def action_copy(self) -> None:
        batch = self.shown_batch
        if batch is None:
            copy_text(self.app, self._batch_id, "batch id")
        else:
            self.app.push_screen(CopyScreen(batch), self._copy)

    def _copy(self, chosen: tuple[str, str] | None) -> None:
        if chosen is not None:
            name, text = chosen
            copy_text(self.app, text, name)

    def action_open_input(self) -> None:
        batch = self.shown_batch
        if batch is None or not batch.input_file_id:
            self.app.tell("The server does not tell its input file")
            return
        from batchtui.tui.viewer.screen import ViewerScreen
        from batchtui.tui.viewer.target import RemoteFile

        name = self.app.account.name(batch)
        self.app.push_screen(ViewerScreen(RemoteFile(batch.input_file_id, name)))

    @work(group="batch", exclusive=True, exit_on_error=False, description="ask for a batch")
    async def action_refresh(self) -> None:
        session = self.app.session
        if session is None:
            return
        self.show_status([("asking the server", "muted")])
        await asyncio.to_thread(_import_batches)
        from batchtui.workflows import batches

        try:
            self.app.account.put(await batches.retrieve(session, self._batch_id))
        except BatchtuiError as error:
            self.show_status([(f"{glyphs().failed} {error.message}", "trouble")])
            return
        self.show_status()
        self.app.account_changed.publish(None)

    def action_cancel(self) -> None:
        batch = self.shown_batch
        if batch is None or batch.is_terminal:
            self.app.tell("Nothing to cancel: it is final already")
            return
        question = cancel_question(self.app, [batch])
        self.app.push_screen(ConfirmScreen(question), self._cancel_if)

    def _cancel_if(self, confirmed: bool | None) -> None:
        if confirmed:
            self._cancel()

    @work(group="batch", exclusive=True, exit_on_error=False, description="cancel a batch")
    async def _cancel(self) -> None:
        session = self.app.session
        if session is None:
            return
        from batchtui.workflows import batches

        try:
            self.app.account.put(await batches.cancel(session, self._batch_id))
        except BatchtuiError as error:
            self.show_status([(f"{glyphs().failed} {error.message}", "trouble")])
            return
        self.app.account_changed.publish(None)
        self.app.hurry()


def _import_batches() -> None:
    from batchtui.workflows import batches  # noqa: F401
