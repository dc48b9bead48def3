"""Several files, one batch each: all are checked, then submitted one after the other.

The first that fails stops the row and is named; what was created stays, and going on begins with
the one that failed. A create whose answer was lost is never sent again from here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.worker import Worker

from batchtui.errors import BatchtuiError, NotKnownError
from batchtui.tui import cost_text, form_values
from batchtui.tui.figures import moment, plural
from batchtui.tui.form_values import EMPTY, FormError
from batchtui.tui.glyphs import glyphs
from batchtui.tui.not_requests import sentence
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.frame import Frame
from batchtui.tui.several_files import CHECKED, CREATED, FAILED, LOST, MOVING, Item, columns
from batchtui.tui.submit_steps import Steps
from batchtui.tui.widgets.line import Line
from batchtui.tui.widgets.paragraph import Paragraph
from batchtui.tui.widgets.spans import Cell, Span
from batchtui.tui.widgets.table import RecordTable

if TYPE_CHECKING:
    from batchtui.models.batch import Batch
    from batchtui.models.limits import Limits
    from batchtui.workflows.cost import Cost
    from batchtui.workflows.session import Session
    from batchtui.workflows.submit import Submission


class SeveralScreen(Frame[None]):
    BINDING_GROUP_TITLE = "New batches"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "problems", id="several.open", tooltip="What is wrong with it"),
        Binding("x", "leave_out", "leave out", id="several.drop", tooltip="Take it off this list"),
        Binding("v", "check", "check again", id="several.check", tooltip="Check all files again"),
        Binding("S,f2", "submit", "submit", id="several.go", tooltip="Create the batches"),
    ]
    back_to = "Local"
    CSS = """
    SeveralScreen { #verdict { max-height: 30%; } #status { max-height: 30%; } }
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__()
        self._items = {str(path): Item(path) for path in paths}
        self._submitting: Worker[None] | None = None
        self._is_creating = False

    def compose_body(self) -> Iterable[Widget]:
        yield Paragraph(id="verdict")
        self.table: RecordTable[Item] = RecordTable(columns(), lambda item: item.key, id="several")
        yield self.table

    def compose_bottom(self) -> Iterable[Widget]:
        yield Paragraph(id="status")

    def offered(self, binding: Binding) -> str | None:
        has_row = self.table.cursor_row is not None
        is_free = self._submitting is None
        acts = {
            "several.open": has_row,
            "several.drop": has_row and is_free,
            "several.check": is_free,
            "several.go": is_free and all(each.is_checked for each in self._items.values()),
        }
        return binding.description if acts.get(binding.id or "", True) else None

    def on_mount(self) -> None:
        self._show()
        self.action_check()

    def _show(self) -> None:
        self.show_title([("New batches", "strong"), (f"  {plural(len(self._items), 'file')}", "")])
        self.table.set_rows(self._items.values())
        self.table.repaint_changed()
        self._show_row()

    def _put(self, item: Item) -> None:
        self._items[item.key] = item
        self._show()

    @on(RecordTable.Moved)
    def _show_row(self) -> None:
        row = self.table.cursor_row
        self.show_status("" if row is None else [(row.says, "muted")])
        self.show_keys()

    def _say(self, text: Cell, right: Cell = "") -> None:
        self.query_one("#verdict", Line).show(text, right)

    # the check

    @work(group="check", exclusive=True, exit_on_error=False, description="check several files")
    async def action_check(self) -> None:
        if self._submitting is not None:
            return
        await asyncio.to_thread(_import_workflows)
        from batchtui.workflows.check import check

        for item in list(self._items.values()):
            if item.state in (CREATED, LOST):
                continue
            self._say([(f"{glyphs().moving} checking {item.path.name}", "accent")])
            try:
                draft = self.app.drafts.get(item.path, EMPTY)
                endpoint = draft.endpoint or None
                validation = await check(item.path, endpoint=endpoint, limits=self._limits())
                said = [] if validation.ok else await asyncio.to_thread(_not_requests, item.path)
            except BatchtuiError as error:
                self._put(item.at(FAILED, error.message))
            else:
                checked = item.checked(validation)
                if said and not validation.statistics.endpoints:
                    checked = checked.at(FAILED, said[0][0])
                self._put(checked)
        self._say_checked()

    def _limits(self) -> Limits:
        from batchtui.models.limits import OPENAI
        from batchtui.workflows.check import limits_of

        return limits_of(self.app.profile) if self.app.profile else OPENAI

    def _say_checked(self) -> None:
        bad = [item for item in self._items.values() if item.state == FAILED]
        requests = sum(item.requests or 0 for item in self._items.values())
        if bad:
            said = f"{glyphs().failed} {plural(len(bad), 'file')} would not get through: "
            way = "Enter shows why, x leaves out"
            self._say([(f"{said}{bad[0].path.name}", "trouble")], [(way, "muted")])
        else:
            files = plural(len(self._items), "file")
            said = f"{glyphs().done} {plural(requests, 'request')} in {files}"
            self._say([(said, "success"), ("   S submits them one after the other", "muted")])

    def action_leave_out(self) -> None:
        row = self.table.cursor_row
        if row is not None and self._submitting is None:
            del self._items[row.key]
            self._show()
            self._say_checked()

    @on(RecordTable.Chosen)
    def action_open(self) -> None:
        row = self.table.cursor_row
        if row is not None:
            from batchtui.tui.screens.problems import ProblemsScreen

            self.app.push_screen(ProblemsScreen(row.path))

    # the way to the server

    def action_submit(self) -> None:
        if self._submitting is not None or not all(i.is_checked for i in self._items.values()):
            return
        if self.app.session is None:
            self.app.tell("Not connected yet")
        else:
            self._submitting = self._submit_all(self.app.session)

    @work(group="submit", exclusive=True, exit_on_error=False, description="submit batches")
    async def _submit_all(self, session: Session) -> None:
        try:
            waiting = [item for item in self._items.values() if item.state not in (CREATED, LOST)]
            if not waiting or not await self._may_cost_that(waiting):
                return
            last: Batch | None = None
            for item in waiting:
                last = await self._submit_one(session, item)
                if last is None:
                    self._say_stopped(self._items[item.key])
                    return
            lost = [each for each in self._items.values() if each.state == LOST]
            if lost:
                self._say([(f"{lost[0].path.name}: look for its batch in the list", "trouble")])
            elif last is not None:
                self.app.tell(f"created {plural(len(self._items), 'batch', 'batches')}")
                self.app.call_later(self.app.show_created, last, session)
        finally:
            self._submitting = None
            self._is_creating = False

    async def _may_cost_that(self, items: Sequence[Item]) -> bool:
        profile = self.app.profile
        costs = await asyncio.to_thread(_estimates, items, profile.provider if profile else None)
        limit_usd = profile.confirm_above_usd if profile else 0.0
        if costs is None or costs.most_usd <= limit_usd:
            return True
        requests = sum(item.requests or 0 for item in items)
        question = cost_text.question(plural(len(items), "file"), costs, requests, limit_usd)
        return await self.app.push_screen_wait(ConfirmScreen(question))

    async def _submit_one(self, session: Session, item: Item) -> Batch | None:
        """The batch; None when it came to none, and the row says why."""
        from batchtui.workflows.submit import AlreadySubmittedError

        try:
            submission = self._submission(item)
            try:
                return await self._follow(session, item, submission)
            except AlreadySubmittedError as error:
                question = (
                    f"{item.path.name} was submitted on {moment(error.sent_at_s)} already: "
                    f"{error.batch.id} is {error.batch.word}. Submit it again? It costs again."
                )
                if await self.app.push_screen_wait(ConfirmScreen(question)):
                    again = self._submission(item, again=True)
                    return await self._follow(session, item, again)
                self._put(item.at(FAILED, "submitted before; x leaves it out"))
        except NotKnownError as error:
            self._put(item.at(LOST, f"it may exist: {error.message}"))
        except (BatchtuiError, FormError) as error:
            self._put(item.at(FAILED, str(error).removeprefix(f"{item.path.name}: ")))
        return None

    def _submission(self, item: Item, *, again: bool = False) -> Submission:
        from batchtui.workflows.submit import Submission

        draft = self.app.drafts.get(item.path, EMPTY)
        return Submission(
            item.path,
            endpoint=draft.endpoint or None,
            completion_window=form_values.window(draft.window),
            metadata=form_values.metadata(draft.metadata, self._limits()),
            output_expires_after_s=form_values.expiry_seconds(draft.expiry),
            again=again,
        )

    async def _follow(self, session: Session, item: Item, submission: Submission) -> Batch | None:
        from batchtui.workflows import submit

        steps = Steps()
        async with aclosing(submit.submit(session, submission)) as events:
            async for event in events:
                steps.take(event, self.app.now())
                self._is_creating = steps.is_creating
                if isinstance(event, submit.Created):
                    self._put(item.at(CREATED, event.batch.id))
                    self.app.drafts.pop(item.path, None)
                    return event.batch
                self._put(item.at(MOVING, steps.now))
        return None

    def _say_stopped(self, item: Item) -> None:
        done = sum(each.state == CREATED for each in self._items.values())
        rest = sum(each.state in (CHECKED, FAILED) for each in self._items.values())
        said = f"{glyphs().failed} stopped at {item.path.name}: {item.note}"
        counts = f"{done:,} created, {rest:,} not; S goes on"
        self._say([(said, "trouble")], [(counts, "muted")])
        self.table.move_to_key(item.key)
        if done:
            self.app.hurry()

    def action_back(self) -> None:
        if self._submitting is None:
            super().action_back()
        elif self._is_creating:
            self.app.tell("A batch is being created; that can not be stopped")
        else:
            self._submitting.cancel()
            self._submitting = None
            for item in self._items.values():
                if item.state == MOVING:
                    self._put(item.at(CHECKED, "stopped; no batch was created"))
                    break
            self._say([("stopped; what was created stays", "trouble")])


def _not_requests(path: Path) -> list[Span]:
    from batchtui.jsonl.facts import peek

    return sentence(peek(path), path)


def _estimates(items: Sequence[Item], provider: str | None) -> Cost | None:
    from batchtui.workflows.cost import estimate, total

    found = [
        estimate(item.statistics, provider=provider)
        for item in items
        if item.statistics is not None
    ]
    return total(found)


def _import_workflows() -> None:
    from batchtui.workflows import check, submit  # noqa: F401
