"""The jobs: one input and any number of batches each, how far they are, and what they wait for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from batchtui.tui.figures import dollars, plural
from batchtui.tui.filters import Fields
from batchtui.tui.jobs import look
from batchtui.tui.jobs.acting import JOB_KEYS, RESULTS, JobActing
from batchtui.tui.jobs.board import is_final
from batchtui.tui.jobs.detail import detail_entries, queue_text
from batchtui.tui.jobs.rows import SERVER, Row, job_columns, rows, with_shards
from batchtui.tui.screens.listing import ListScreen
from batchtui.tui.widgets.columns import Column
from batchtui.tui.widgets.line import Line
from batchtui.tui.widgets.pane import Pane
from batchtui.tui.widgets.spans import Span
from batchtui.tui.widgets.table import RecordTable

if TYPE_CHECKING:
    from batchtui.workflows.jobs.view import JobView

LEAST_LINES: Final = 14
"""A lower screen has no line for the sums."""


class JobsScreen(JobActing, ListScreen[Row]):
    BINDING_GROUP_TITLE = "Jobs"
    BINDINGS: ClassVar[list[BindingType]] = [
        RESULTS,
        Binding("l", "unfold", "shards", id="job.shards", tooltip="Show or hide its shards"),
        *JOB_KEYS,
        Binding("i", "detail", "detail", show=False, id="job.detail", tooltip="All of one job"),
        Binding("h", "fold", "Fold", show=False, id="job.fold", tooltip="Hide the shards of it"),
        Binding(
            "c", "create", "New", show=False, id="job.create", tooltip="A job from a file in Local"
        ),
        Binding(
            "slash",
            "filter",
            "filter",
            show=False,
            id="list.filter",
            tooltip="Narrow: words, status:x failed:>0 total:>1k age:<2d",
        ),
    ]
    tab = "jobs"
    shows_batches = False
    filter_hint = "words, status:running,stopped  failed:>0  total:>1k  age:<2d"

    def __init__(self) -> None:
        super().__init__()
        self._unfolded: set[str] = set()
        self._sought = ""
        self._accounts: frozenset[str] = frozenset()

    def make_table(self) -> RecordTable[Row]:
        return RecordTable(job_columns(self.app.now), lambda row: row.key, id="jobs")

    def wanted_columns(self) -> list[Column[Row]]:
        """With the server, where there are jobs of several."""
        wanted = super().wanted_columns()
        if len(self._accounts) > 1 and not any(each.key == SERVER for each in wanted):
            wanted[2:2] = [each for each in self.all_columns if each.key == SERVER]
        return with_shards(wanted)

    def fields(self) -> Fields[Row]:
        return Fields(
            lambda row: f"{row.job.name} {row.job.id} {row.view.state} {_word(row)}",
            words={
                "status": lambda row: f"{row.view.state} {_word(row)}",
                "file": lambda row: row.job.input_path,
                "profile": lambda row: row.job.profile_name,
            },
            numbers={
                "failed": lambda row: row.view.failed + row.view.missing,
                "total": lambda row: row.view.total,
                "age": lambda row: self.app.now() - row.job.created_at,
            },
        )

    def compose_top(self) -> Iterable[Widget]:
        yield from super().compose_top()
        yield Line(id="summary")

    def compose_body(self) -> Iterable[Widget]:
        yield from super().compose_body()
        yield Pane(id="pane")

    def row_status(self, row: Row) -> list[Span]:
        view = row.view
        if row.shard is not None:
            number = row.shard.number
            model = row.shard.lane.model
            return [
                (f"{row.job.name} ", "strong"),
                (f" shard {number}", ""),
                (f"   {model}" if model else "", "muted"),
                (f"   {row.shard.why}" if row.shard.why else "", ""),
                ("   i shows the batch" if row.shard.batch_id else "", "muted"),
            ]
        doing = self.app.desk.doing.get(row.job.id, "")
        why = "" if row.is_driven_here and view.is_interrupted else view.why
        missing = (
            "" if row.is_driven_here or is_final(view) else self.app.desk.missing_way_to(row.job)
        )
        if missing:
            return [(row.job.name, "strong"), (f"   {missing}", "trouble")]
        return [
            (row.job.name, "strong"),
            (f"   {why}" if why else "", "trouble" if not row.is_driven_here else ""),
            (f"   {doing}" if doing else "", "accent"),
            ("   p takes it up" if view.is_interrupted and not row.is_driven_here else "", ""),
            (f"   {row.job.id}" if not why and not doing else "", "muted"),
        ]

    # what the desk tells

    def jobs_changed(self) -> None:
        desk = self.app.desk
        self.show_own_trouble(desk.trouble)
        if desk.is_loaded:
            self.table.empty = "No jobs yet. Press 3, c on a JSONL file, then J: as a job."
            self._show_rows()
        self.query_one("#summary", Line).show(self._summary(), self._spent())
        self.query_one("#tabs", Line).show(self._tabs(), self.tab_facts())
        self.update_status()

    def _show_rows(self) -> None:
        desk = self.app.desk
        accounts = frozenset(each.job.account for each in desk.board.views)
        if accounts != self._accounts:
            self._accounts = accounts
            self.table.set_columns(self.wanted_columns())
        self.table.set_rows(list(rows(desk.board, self._unfolded, desk.driven)))
        if self._sought and self.table.rows.has(self._sought):
            self.table.move_to_key(self._sought)
            self._sought = ""

    def tab_facts(self) -> list[Span]:
        board = self.app.desk.board
        facts: list[Span] = []
        if self.app.desk.is_loaded:
            facts.append((plural(len(board.views), "job"), "muted"))
        if board.active:
            facts.append((f"  {board.active} active", "accent"))
        return facts

    def _summary(self) -> list[Span]:
        """What waits at the servers, of how much there is room for; by model."""
        queues = [queue_text(each) for each in self.app.desk.board.queues[:3]]
        if not queues:
            return [("nothing queued", "muted")]
        return [("queued ", "muted"), (", ".join(queues), "")]

    def _spent(self) -> list[Span]:
        spent = self.app.desk.board.spent_usd
        return [] if spent is None else [("spent ", "muted"), (dollars(spent), "")]

    def update_status(self) -> None:
        super().update_status()
        row, desk = self.table.cursor_row, self.app.desk
        if row is not None:
            self._turn_to_account(row)
        pane = self.query_one(Pane)
        if not pane.display:
            return
        pane.fit_beside(self.table)
        if row is None:
            pane.show([])
            return
        job_id = row.job.id
        desk.want(job_id)
        entries = detail_entries(
            row.view,
            desk.board.details.get(job_id),
            desk.board.queues,
            is_driven_here=row.is_driven_here,
            doing=desk.doing.get(job_id, ""),
        )
        pane.show([each.cell for each in entries])

    def _turn_to_account(self, row: Row) -> None:
        """What is asked of a server from here goes to that of the job, where it is followed."""
        for each in self.app.connections:
            if each.profile is not None and each.profile.account == row.job.account:
                if each is not self.app.connection:
                    self.app.turn_to(each)
                    self.show_header()
                return

    def on_resize(self) -> None:
        """The pane may be new on the screen; on a very low one the list has the line."""
        self.query_one("#summary").display = self.size.height >= LEAST_LINES
        self.call_after_refresh(self.update_status)

    # keys

    @property
    def chosen_jobs(self) -> Sequence[JobView]:
        """Each once, though several of its rows are marked."""
        return list({row.job.id: row.view for row in self.table.chosen_rows}.values())

    @on(RecordTable.Chosen)
    def _clicked(self) -> None:
        self.action_open()

    def select(self, job_id: str) -> None:
        """Put the cursor on a job, though it came this moment."""
        self._sought = job_id
        self.app.desk.look_now()

    def action_unfold(self) -> None:
        row = self.table.cursor_row
        if row is None:
            return
        if row.job.id in self._unfolded:
            self.action_fold()
            return
        self._unfolded.add(row.job.id)
        self.app.desk.want(row.job.id)
        self._show_rows()

    def action_fold(self) -> None:
        row = self.table.cursor_row
        if row is not None and row.job.id in self._unfolded:
            self._unfolded.discard(row.job.id)
            self.table.move_to_key(row.job.id)
            self._show_rows()

    def action_detail(self) -> None:
        row = self.table.cursor_row
        if row is None:
            return
        if row.shard is not None and row.shard.batch_id:
            self.app.open_batch(row.shard.batch_id)
        else:
            self.app.open_job(row.job.id)

    def action_refresh(self) -> None:
        self.app.desk.look_now()

    def action_create(self) -> None:
        self.app.tell("Pick a JSONL file, press c on it, and then J: as a job")
        self.app.call_next(self.app.action_go, "local")


def _word(row: Row) -> str:
    return look.look(row.view, is_driven_here=row.is_driven_here)[1]
