"""One job: its state, queue, money, attempts, files, and every shard with its batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from batchtui.tui.jobs.acting import JOB_KEYS, JobActing
from batchtui.tui.jobs.detail import detail_entries
from batchtui.tui.opens import Entry, ToBatch, called, does
from batchtui.tui.widgets.choosable import ChoosableLines

if TYPE_CHECKING:
    from batchtui.workflows.jobs.view import JobView


class JobScreen(JobActing):
    BINDING_GROUP_TITLE = "Job"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "open", "open", id="job.open", tooltip="The batch of the line, else results"
        ),
        *JOB_KEYS,
        Binding("r", "refresh", "refresh", show=False, id="job.refresh", tooltip="Read it again"),
    ]
    back_to = "Jobs"

    def __init__(self, job_id: str) -> None:
        super().__init__()
        self._job_id = job_id
        self._entries: list[Entry] = []

    def compose_body(self) -> Iterable[Widget]:
        yield ChoosableLines(id="detail")

    @property
    def view(self) -> JobView | None:
        return self.app.desk.board.view(self._job_id)

    @property
    def chosen_jobs(self) -> Sequence[JobView]:
        return [] if self.view is None else [self.view]

    def jobs_changed(self) -> None:
        desk, view = self.app.desk, self.view
        if view is None:
            self.show_title([(self._job_id, "strong")])
            self.show_status([("there is no such job" if desk.is_loaded else "reading", "muted")])
            return
        self._job_id = view.job.id
        desk.want(self._job_id)
        self.show_title([(view.job.name, "strong"), ("  job", "muted")])
        entries = detail_entries(
            view,
            desk.board.details.get(self._job_id),
            desk.board.queues,
            is_driven_here=self._job_id in desk.driven,
            doing=desk.doing.get(self._job_id, ""),
        )
        lines = self.query_one(ChoosableLines)
        self._entries = entries
        lines.show_at([each.cell for each in entries], lines.chosen)
        self._tell_what_enter_does()

    @property
    def _entry(self) -> Entry | None:
        chosen = self.query_one(ChoosableLines).chosen
        return self._entries[chosen] if chosen < len(self._entries) else None

    @on(ChoosableLines.Moved)
    def _tell_what_enter_does(self) -> None:
        entry = self._entry
        what = does(entry.opens) if entry else ""
        if not what and self.view is not None and self.view.shards_done:
            what = "Enter reads the results"
        self.show_status(self.app.desk.trouble, [(what, "muted")])

    @on(ChoosableLines.Opened)
    def action_open(self) -> None:
        entry = self._entry
        if entry is not None and isinstance(entry.opens, ToBatch):
            self.app.open_batch(entry.opens.batch_id)
        elif self.view is not None and self.view.shards_done:
            super().action_open()
        else:
            self.app.tell("No results yet: none of its shards is done")

    def offered(self, binding: Binding) -> str | None:
        """Enter goes where the line leads, else to the results, where there are some."""
        entry, view = self._entry, self.view
        if binding.id == "job.open" and view is not None:
            words = called(entry.opens) if entry is not None else ""
            return words or ("results" if view.shards_done else None)
        return super().offered(binding)

    def action_refresh(self) -> None:
        self.app.desk.look_now()
