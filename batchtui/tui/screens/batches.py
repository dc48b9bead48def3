"""The account's batches: what moves, what is done, what failed, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget

from batchtui.errors import BatchtuiError
from batchtui.models import status
from batchtui.tui.batch_actions import cancel_question, copy_text, open_results
from batchtui.tui.batch_cells import age_s, batch_columns, look
from batchtui.tui.batch_detail import detail_lines
from batchtui.tui.figures import plural, span
from batchtui.tui.filters import Fields
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.listing import ListScreen
from batchtui.tui.widgets.lines import Lines
from batchtui.tui.widgets.spans import Span
from batchtui.tui.widgets.table import RecordTable
from batchtui.visible import id_tail

if TYPE_CHECKING:
    from batchtui.models.batch import Batch

NEAR_END = 20


class BatchesScreen(ListScreen["Batch"]):
    BINDING_GROUP_TITLE = "Batches"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "results", id="batch.open", tooltip="Read the results"),
        Binding("c", "create", "new", id="batch.create", tooltip="Create a batch from a file"),
        Binding(
            "x", "cancel", "cancel", id="batch.cancel", tooltip="Cancel the marked, or this one"
        ),
        Binding("i", "detail", "detail", id="batch.detail", tooltip="All that is known of it"),
        Binding(
            "y", "copy", "copy id", show=False, id="batch.copy", tooltip="Copy the id of the batch"
        ),
        Binding("slash", "filter", "filter", id="list.filter", tooltip="Narrow the list"),
    ]
    tab = "batches"
    filter_hint = "words, status:failed,expired  model:gpt  age:<2d  tag.team:ads"

    def make_table(self) -> RecordTable[Batch]:
        return RecordTable(batch_columns(self.app), lambda batch: batch.id, id="batches")

    def fields(self) -> Fields[Batch]:
        account = self.app.account
        return Fields(
            lambda batch: " ".join(
                (account.name(batch), batch.id, look(batch)[1], batch.model or "", batch.endpoint)
            ),
            words={
                "status": lambda batch: f"{batch.status} {look(batch)[1]}",
                "model": lambda batch: batch.model or "",
                "file": account.name,
                "endpoint": lambda batch: batch.endpoint,
            },
            numbers={"age": lambda batch: age_s(batch, self.app.now())},
            tags=lambda batch: batch.metadata or {},
        )

    def compose_body(self) -> Iterable[Widget]:
        yield from super().compose_body()
        detail = Lines(id="pane")
        detail.can_focus = False
        yield detail

    def row_status(self, row: Batch) -> list[Span]:
        account = self.app.account
        rate = account.paces.per_second(row)
        still_s = account.paces.still_s(row, self.app.now())
        pace = f"   {rate:.1f}/s" if rate and row.status == status.IN_PROGRESS else ""
        return [
            (account.name(row), "strong"),
            (f"   {id_tail(row.id)}", "muted"),
            (f"   {row.model}" if row.model else "", ""),
            (pace, ""),
            (f"   no movement for {span(still_s)}" if still_s else "", "trouble"),
            (f"   expires in {span(row.expires_at - self.app.now())}", "muted")
            if row.expires_at and not row.is_terminal
            else ("", ""),
        ]

    def account_changed(self) -> None:
        super().account_changed()
        account = self.app.account
        if account.is_loaded:
            self.table.empty = "No batches yet. Press 3 to pick a JSONL file, or c to create one."
        self.table.set_rows(account.batches.values())
        self.update_status()

    def tab_facts(self) -> list[Span]:
        account = self.app.account
        if not account.is_loaded:
            return []
        more = "+" if account.has_more else ""
        running = account.running
        failed = account.statuses[status.FAILED]
        return [
            (f"{len(account.batches):,}{more} loaded", "muted"),
            (f"  {running:,} running", "accent" if running else "muted"),
            (f"  {failed:,} failed", "trouble" if failed else "muted"),
        ]

    def update_status(self) -> None:
        super().update_status()
        row = self.table.cursor_row
        account = self.app.account
        if self.app.profile is not None and not account.is_loaded and account.trouble is None:
            self.show_status([(f"loading from {self.app.profile.host}", "muted")])
        pane = self.query_one("#pane", Lines)
        if pane.display:
            pane.show(detail_lines(row, account, self.app.now()) if row else [])
            if row is not None:
                self.app.learn_facts(row)

    def on_resize(self) -> None:
        """The pane may be new on the screen."""
        self.call_after_refresh(self.update_status)

    def select(self, batch_id: str) -> None:
        """Put the cursor on a batch, though it came this very moment."""
        self.table.set_rows(self.app.account.batches.values())
        self.table.move_to_key(batch_id)

    @on(RecordTable.Scrolled)
    def _load_more_near_end(self) -> None:
        if self.table.shows_end and len(self.table.rows) > NEAR_END:
            self.app.load_more()

    @on(RecordTable.Chosen)
    def action_open(self) -> None:
        row = self.table.cursor_row
        if row is not None:
            open_results(self.app, row)

    def action_detail(self) -> None:
        row = self.table.cursor_row
        if row is not None:
            self.app.open_batch(row.id)

    def action_create(self) -> None:
        self.app.tell("Pick a JSONL file and press c on it")
        self.app.call_next(self.app.action_go, "local")

    def action_copy(self) -> None:
        rows = self.table.chosen_rows
        if rows:
            copy_text(self.app, "\n".join(row.id for row in rows), plural(len(rows), "id"))

    def action_cancel(self) -> None:
        rows = [row for row in self.table.chosen_rows if not row.is_terminal]
        if not rows:
            self.app.tell("Nothing to cancel: what is chosen is final already")
            return
        question = cancel_question(self.app, rows)
        self.app.push_screen(ConfirmScreen(question), partial(self._cancel_if, rows))

    def _cancel_if(self, rows: list[Batch], confirmed: bool | None) -> None:
        if confirmed:
            self._cancel(rows)

    @work(group="cancel", exclusive=False, exit_on_error=False, description="cancel batches")
    async def _cancel(self, rows: list[Batch]) -> None:
        session = self.app.session
        if session is None:
            return
        from batchtui.workflows import batches

        for row in rows:
            try:
                self.app.account.put(await batches.cancel(session, row.id))
            except BatchtuiError as error:
                self.app.tell_error(error)
        self.table.clear_marks()
        self.app.account_changed.publish(None)
        self.app.hurry()
