"""The account's batches: what moves, what is done, what failed, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from operator import attrgetter
from typing import ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget

from batchtui.errors import BatchtuiError
from batchtui.models import status
from batchtui.tui.batch_actions import (
    cancel_question,
    copy_text,
    open_errors,
    open_results,
    retry,
)
from batchtui.tui.batch_cells import age_s, failed_of, look, total_of
from batchtui.tui.batch_columns import PROFILE, batch_columns
from batchtui.tui.batch_offers import offered
from batchtui.tui.connection import Connection, Listed, listed, rows_of
from batchtui.tui.figures import plural, rate, span
from batchtui.tui.filters import Fields
from batchtui.tui.plain_ids import plain_id
from batchtui.tui.screens.further_pages import FurtherPages
from batchtui.tui.trouble import nothing_loaded, troubles
from batchtui.tui.widgets.columns import Column
from batchtui.tui.widgets.pane import Pane
from batchtui.tui.widgets.spans import Span
from batchtui.tui.widgets.table import RecordTable
from batchtui.visible import id_tail

LOAD_S: Final = 0.2
"""The first frame is there by then, and no answer yet."""
NO_BATCHES: Final = "No batches yet. Press 3 to pick a JSONL file, or c to create one."


class BatchesScreen(FurtherPages):
    BINDING_GROUP_TITLE = "Batches"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "results", id="batch.open", tooltip="Read the results"),
        Binding("c", "create", "new", id="batch.create", tooltip="Create a batch from a file"),
        Binding(
            "x", "cancel", "cancel", id="batch.cancel", tooltip="Cancel the marked, or this one"
        ),
        Binding("t", "retry", "retry", id="batch.retry", tooltip="Send again what came to nothing"),
        Binding(
            "e", "errors", "errors", id="batch.errors", tooltip="What failed, or the errors of it"
        ),
        Binding("i", "detail", "detail", id="batch.detail", tooltip="All that is known of it"),
        Binding(
            "y", "copy", "copy id", show=False, id="batch.copy", tooltip="Copy the id of the batch"
        ),
        Binding(
            "slash",
            "filter",
            "filter",
            id="list.filter",
            tooltip="Narrow: words, status:x failed:>0 total:>1k age:<2d",
        ),
    ]
    tab = "batches"
    filter_hint = "words, status:failed  failed:>0  age:<2d  model:gpt  tag.team:ads"

    def __init__(self) -> None:
        super().__init__()
        self._versions: dict[Connection, int] = {}

    def make_table(self) -> RecordTable[Listed]:
        table = RecordTable(batch_columns(self.app.now), attrgetter("key"), id="batches")
        table.newest_first_by = "age"
        return table

    def wanted_columns(self) -> list[Column[Listed]]:
        """With the profile, where there are several."""
        wanted = super().wanted_columns()
        if len(self.app.connections) > 1 and not any(each.key == PROFILE for each in wanted):
            wanted[1:1] = [each for each in self.all_columns if each.key == PROFILE]
        return wanted

    def fields(self) -> Fields[Listed]:
        return Fields(
            lambda row: " ".join(
                (
                    row.name,
                    row.batch.id,
                    look(row.batch)[1],
                    row.batch.model or "",
                    row.batch.endpoint,
                )
            ),
            words={
                "status": lambda row: f"{row.batch.status} {look(row.batch)[1]}",
                "model": lambda row: row.batch.model or "",
                "file": lambda row: row.name,
                "endpoint": lambda row: row.batch.endpoint,
                "profile": lambda row: row.connection.name,
            },
            numbers={
                "failed": lambda row: failed_of(row.batch),
                "total": lambda row: total_of(row.batch),
                "age": lambda row: age_s(row.batch, self.app.now()),
            },
            tags=lambda row: row.batch.metadata or {},
        )

    def on_mount(self) -> None:
        super().on_mount()
        self.set_timer(LOAD_S, self._load_detail)

    @work(thread=True, group="imports", exit_on_error=False, description="load the detail's code")
    def _load_detail(self) -> None:
        """While the list is on its way: else the first row would wait for it."""
        from batchtui.tui import batch_detail, summaries  # noqa: F401

    def compose_body(self) -> Iterable[Widget]:
        yield from super().compose_body()
        yield Pane(id="pane")

    def row_status(self, row: Listed) -> list[Span]:
        batch, paces = row.batch, row.connection.account.paces
        per_second = paces.per_second(batch) if batch.status == status.IN_PROGRESS else None
        still_s = paces.still_s(batch, self.app.now())
        pace = f"   {rate(per_second)}" if per_second else ""
        retried = row.retried
        whose = f"   {row.connection.name}" if len(self.app.connections) > 1 else ""
        return [
            (row.name, "strong"),
            (whose, "accent"),
            (f"   {retried.said}", retried.tone_for(batch)) if retried else ("", ""),
            (f"   {id_tail(plain_id(batch.id))}", "muted"),
            (f"   {batch.model}" if batch.model else "", ""),
            (pace, ""),
            (f"   no movement for {span(still_s)}" if still_s else "", "trouble"),
            (f"   expires in {span(batch.expires_at - self.app.now())}", "muted")
            if batch.expires_at and not batch.is_terminal
            else ("", ""),
        ]

    # what the accounts tell

    def account_changed(self) -> None:
        super().account_changed()
        connections = self.app.connections
        if not any(each.is_waiting for each in connections):
            self.table.empty = nothing_loaded(connections) or NO_BATCHES
        self._show_rows(connections)
        self.update_status()

    def _show_rows(self, connections: Sequence[Connection]) -> None:
        """Only what is new since the last time, where the accounts can tell that."""
        before, self._versions = (
            self._versions,
            {each: each.account.version for each in connections},
        )
        if list(before) != list(connections):
            self.table.set_columns(self.wanted_columns())
            self.table.set_rows(rows_of(connections))
            return
        moved = [each for each in connections if each.account.version != before[each]]
        changed: list[Listed] = []
        for each in moved:
            account = each.account
            if account.changed is None or account.version != before[each] + 1:
                self.table.set_rows(rows_of(connections))
                return
            changed += [listed(account.batches[key], each) for key in account.changed]
        self.table.update_rows(changed)

    def accounts_to_mean(self) -> list[Connection]:
        """The row under the cursor says which is meant: one without rows can not be."""
        shown = {row.connection for row in self.table.rows.shown} | {self.app.connection}
        return [each for each in self.app.connections if each in shown]

    def mean(self, connection: Connection) -> None:
        """By its first row: the cursor there is what means it."""
        first = next((row for row in self.table.rows.shown if row.connection is connection), None)
        if first is not None:
            self.table.move_to_key(first.key)

    def show_trouble(self) -> None:
        self.show_banner(*troubles(self.app.connections, self.app.now(), self.size.width))

    def tab_facts(self) -> list[Span]:
        accounts = [each.account for each in self.app.connections if each.account.is_loaded]
        if not accounts:
            return []
        more = "+" if any(each.has_more for each in accounts) else ""
        loaded = sum(len(each.batches) for each in accounts)
        running = sum(each.running for each in accounts)
        failed = sum(each.statuses[status.FAILED] for each in accounts)
        return [
            (f"{loaded:,}{more} loaded", "muted"),
            (f"  {running:,} running", "accent" if running else "muted"),
            (f"  {failed:,} failed", "trouble" if failed else "muted"),
        ]

    def update_status(self) -> None:
        row = self.table.cursor_row
        if row is not None and row.connection is not self.app.connection:
            self._turn_to(row.connection)
        super().update_status()
        waiting = [
            each.profile.host for each in self.app.connections if each.profile and each.is_waiting
        ]
        if waiting:
            self.show_status([(f"loading from {', '.join(waiting)}", "muted")])
        pane = self.query_one(Pane)
        if pane.display:
            pane.fit_beside(self.table)
            self._show_detail(pane, row)

    def _show_detail(self, pane: Pane, row: Listed | None) -> None:
        if row is None:
            pane.show([])
            return
        from batchtui.tui import summaries
        from batchtui.tui.batch_detail import detail_lines

        pane.show(detail_lines(row.batch, row.connection.account, self.app.now()))
        self.app.learn_facts(row.batch)
        summaries.learn(self.app, row.batch)

    def _turn_to(self, connection: Connection) -> None:
        if connection in self.app.connections:
            self.app.turn_to(connection)
            self.show_header()

    def on_resize(self) -> None:
        """The pane may be new on the screen."""
        self.call_after_refresh(self.update_status)

    def select(self, row: Listed) -> None:
        """Put the cursor on a batch, though it came this very moment."""
        self.account_changed()
        self.table.move_to_key(row.key)

    # what one does with a batch

    def offered(self, binding: Binding) -> str | None:
        row = self.table.cursor_row
        batch = row.batch if row is not None else None
        if binding.id in ("batch.open", "batch.detail") and batch and not batch.has_results:
            # Enter shows the detail then.
            return "detail" if binding.id == "batch.open" else None
        chosen = self.table.chosen_rows if binding.id == "batch.cancel" else []
        return offered(binding.id, binding.description, batch, [each.batch for each in chosen])

    @on(RecordTable.Chosen)
    def action_open(self) -> None:
        row = self.row_or_tell()
        if row is not None:
            self.app.turn_to(row.connection)
            open_results(self.app, row.batch)

    def action_detail(self) -> None:
        row = self.row_or_tell()
        if row is not None:
            self.app.turn_to(row.connection)
            self.app.open_batch(row.batch.id)

    def action_errors(self) -> None:
        row = self.table.cursor_row
        if row is not None:
            self.app.turn_to(row.connection)
            open_errors(self.app, row.batch)

    def action_retry(self) -> None:
        row = self.row_or_tell()
        if row is not None:
            self.app.turn_to(row.connection)
            retry(self.app, row.batch)

    def action_create(self) -> None:
        self.app.tell("Pick a JSONL file and press c on it")
        self.app.call_next(self.app.action_go, "local")

    def action_copy(self) -> None:
        rows = self.table.chosen_rows
        if rows or self.row_or_tell():
            ids = "\n".join(row.batch.id for row in rows)
            copy_text(self.app, ids, plural(len(rows), "id"))

    def action_cancel(self) -> None:
        chosen = self.table.chosen_rows
        rows = [row for row in chosen if not row.batch.is_terminal]
        if not rows:
            if chosen or self.row_or_tell():
                self.app.tell("Nothing to cancel: what is chosen is final already")
            return
        from batchtui.tui.screens.confirm import ConfirmScreen

        question = cancel_question(self.app, [row.batch for row in rows])
        self.app.push_screen(ConfirmScreen(question), partial(self._cancel_if, rows))

    def _cancel_if(self, rows: list[Listed], confirmed: bool | None) -> None:
        if confirmed:
            self._cancel(rows)

    @work(group="cancel", exclusive=False, exit_on_error=False, description="cancel batches")
    async def _cancel(self, rows: list[Listed]) -> None:
        """Each at the server that it is of."""
        from batchtui.workflows import batches

        for batch, connection, _ in rows:
            if connection.session is None:
                continue
            try:
                connection.account.put(await batches.cancel(connection.session, batch.id))
            except BatchtuiError as error:
                self.app.tell_error(error)
        self.table.clear_marks()
        self.app.account_changed.publish(None)
        self.app.hurry()
