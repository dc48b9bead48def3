"""One batch: state, phases, counts, metadata, ids, every error."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget

from batchtui.errors import BatchtuiError, NotFoundError
from batchtui.tui import summaries
from batchtui.tui.batch_actions import (
    cancel_question,
    copy_text,
    open_errors,
    open_file,
    open_results,
    retry,
)
from batchtui.tui.batch_detail import detail_entries, first_error
from batchtui.tui.batch_offers import offered
from batchtui.tui.glyphs import glyphs
from batchtui.tui.opens import Entry, ToBatch, ToFile, ToResults, ToSummary, called, does
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.copy import CopyScreen
from batchtui.tui.screens.saving import Saving
from batchtui.tui.widgets.choosable import ChoosableLines
from batchtui.tui.widgets.spans import Cell

if TYPE_CHECKING:
    from batchtui.models.batch import Batch
    from batchtui.models.file import FileObject
    from batchtui.workflows.session import Session


OF_A_BATCH: Final = frozenset({"open", "retry", "save", "cancel", "open_input"})


class DetailScreen(Saving):
    """The batch may be one that the list has not loaded: then it is asked for by its id."""

    BINDING_GROUP_TITLE = "Batch"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "open", "open", id="batch.open", tooltip="What the line names, else results"
        ),
        Binding("t", "retry", "retry", id="batch.retry", tooltip="Send again what came to nothing"),
        Binding("e", "errors", "errors", id="batch.errors", tooltip="What failed of it, and why"),
        Binding("d", "save", "save", id="batch.save", tooltip="Save all results in one file"),
        Binding("x", "cancel", "cancel", id="batch.cancel", tooltip="Cancel this batch"),
        Binding("y", "copy", "copy", id="batch.copy", tooltip="Copy an id, the metadata, or all"),
        Binding("f", "open_input", "input", id="batch.input", tooltip="Read the input file"),
        Binding(
            "r",
            "refresh",
            "refresh",
            show=False,
            id="batch.refresh",
            tooltip="Ask the server now",
        ),
    ]
    back_to = "Batches"

    def __init__(self, batch_id: str) -> None:
        super().__init__()
        self._batch_id = batch_id
        self._entries: list[Entry] = []
        self._is_seen = False

    @property
    def shown_batch(self) -> Batch | None:
        return self.app.account.batches.get(self._batch_id)

    def compose_body(self) -> Iterable[Widget]:
        yield ChoosableLines(id="detail")

    def on_mount(self) -> None:
        if isinstance(self.app.screen_stack[-2], DetailScreen):
            self.back_to = "the other batch"
        if self.shown_batch is None:
            self.action_refresh()

    def account_changed(self) -> None:
        batch, account = self.shown_batch, self.app.account
        if batch is None:
            self.show_title([(self._batch_id, "strong")])
            return
        if not self._is_seen:
            self._is_seen = True
            self.refresh_bindings()
        self.show_title([(account.name(batch), "strong")])
        self._show(detail_entries(batch, account, self.app.now()))
        self.app.learn_facts(batch)
        summaries.learn(self.app, batch)
        self._learn_files(batch)
        self.show_trouble()

    def _show(self, entries: list[Entry]) -> None:
        """The cursor stays on what it was on, though lines come and go above it."""
        lines = self.query_one(ChoosableLines)
        chosen, before = lines.chosen, self._entry
        if not self._entries:
            chosen = first_error(entries) or 0
        elif before is not None and before.opens is not None:
            places = [n for n, each in enumerate(entries) if each.opens == before.opens]
            chosen = min(places, key=lambda place: abs(place - chosen), default=chosen)
        self._entries = entries
        lines.show_at([each.cell for each in entries], chosen)
        self._tell_what_enter_does()

    @property
    def _entry(self) -> Entry | None:
        chosen = self.query_one(ChoosableLines).chosen
        return self._entries[chosen] if chosen < len(self._entries) else None

    @on(ChoosableLines.Moved)
    def _tell_what_enter_does(self) -> None:
        entry = self._entry
        batch = self.shown_batch
        can_read = batch is not None and batch.has_results
        words = does(entry.opens) if entry else ""
        self.show_status("", [(words or ("Enter reads the results" if can_read else ""), "muted")])

    def offered(self, binding: Binding) -> str | None:
        batch, entry = self.shown_batch, self._entry
        if binding.id == "batch.open" and batch is not None:
            words = called(entry.opens) if entry is not None else ""
            return words or ("results" if batch.has_results else None)
        return offered(binding.id, binding.description, batch)

    @on(ChoosableLines.Opened)
    def action_open(self) -> None:
        batch, entry = self.shown_batch, self._entry
        if batch is None:
            return
        opens = entry.opens if entry is not None else None
        if isinstance(opens, ToBatch):
            self.app.open_batch(opens.batch_id)
        elif isinstance(opens, ToFile):
            open_file(self.app, opens.file_id, opens.name, opens.line)
        elif isinstance(opens, ToSummary):
            summaries.learn(self.app, batch, insist=True)
        elif batch.has_results:
            open_results(self.app, batch, opens.where if isinstance(opens, ToResults) else None)
        else:
            self.app.tell("It has no results" if batch.is_terminal else "No results yet")

    def action_errors(self) -> None:
        """Those of the batch itself are on this screen; of its requests there are results."""
        batch = self.shown_batch
        if batch is None:
            return
        place = first_error(self._entries)
        if place is not None:
            self.query_one(ChoosableLines).choose(place)
        else:
            open_errors(self.app, batch)

    def action_retry(self) -> None:
        batch = self.shown_batch
        if batch is not None:
            retry(self.app, batch)

    def action_save(self) -> None:
        batch = self.shown_batch
        if batch is not None:
            self.ask_where_to_save(batch)

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
        open_file(self.app, batch.input_file_id, self.app.account.name(batch))

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
            self._say_trouble(error)
            return
        self.app.account.forget_trouble_with(self._batch_id)
        self.app.account_changed.publish(None)

    def _say_trouble(self, error: BatchtuiError) -> None:
        """In the place of a batch that was never seen; else under it."""
        sign = glyphs().failed
        if self.shown_batch is not None:
            self.show_status([(f"{sign} {error.message}", "trouble")])
            return
        way_on: Cell = [("r asks again, Esc goes back", "muted")]
        self._show([Entry([(f"{sign} {error.sentences}", "trouble")]), Entry(way_on)])
        self.show_status()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is done with a batch, only where there is one."""
        if self.shown_batch is None and action in OF_A_BATCH:
            return False
        return super().check_action(action, parameters)

    def _learn_files(self, batch: Batch) -> None:
        """Names and sizes of the linked files, asked for once."""
        known = self.app.account.files
        ids = (batch.input_file_id, batch.output_file_id, batch.error_file_id)
        wanted = [each for each in ids if each and each not in known]
        if wanted and self.app.session is not None and not self._asks_files:
            self._asks_files = True
            self._ask_files(self.app.session, known, wanted)

    _asks_files = False

    @work(group="batch files", exit_on_error=False, description="ask for the files of a batch")
    async def _ask_files(
        self, session: Session, known: dict[str, FileObject | None], wanted: list[str]
    ) -> None:
        await asyncio.to_thread(_import_batches)
        from batchtui.workflows import files

        for file_id in wanted:
            try:
                known[file_id] = await files.retrieve(session, file_id)
            except NotFoundError:
                known[file_id] = None
            except BatchtuiError:
                return  # the next look at this batch asks again
        self._asks_files = False
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
    from batchtui.workflows import batches, files  # noqa: F401
