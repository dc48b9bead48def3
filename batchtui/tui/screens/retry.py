"""Which requests of a batch to send again, and what to change in them; the form of a batch follows.

Nothing is sent from here. What was answered before, by the batch or by a retry of it, is not
offered unless somebody chooses it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Button

from batchtui.errors import BatchtuiError, UsageError
from batchtui.tui.figures import plural, size
from batchtui.tui.glyphs import glyphs
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.frame import Frame
from batchtui.tui.screens.prompt import PromptScreen
from batchtui.tui.typed_paths import file_at
from batchtui.tui.widgets.line import Line, Rule
from batchtui.tui.widgets.retry_form import OutcomeChoice, RetryFields
from batchtui.tui.widgets.spans import Cell

if TYPE_CHECKING:
    from batchtui.jsonl.progress import Progress
    from batchtui.models.batch import Batch
    from batchtui.workflows.retrying import Retriable
    from batchtui.workflows.session import Session


class RetryScreen(Frame[None]):
    """`numbers`: the requests (from 0) that were chosen elsewhere; None: they are chosen here."""

    BINDING_GROUP_TITLE = "Retry"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "S,f2", "go_on", "review", id="retry.go", tooltip="See the batch before it is sent"
        ),
    ]
    DEFAULT_CSS = """
    RetryScreen {
        #outcomes { height: 1fr; }
        #buttons { height: 1; align-horizontal: right; padding-right: 1; }
        #buttons Button { margin-left: 2; }
    }
    """
    AUTO_FOCUS = "#outcomes"

    def __init__(self, batch: Batch, numbers: Sequence[int] | None = None) -> None:
        super().__init__()
        self._batch = batch
        self._numbers = numbers
        self._found: Retriable | None = None
        self._is_writing = False
        self._input_path: Path | None = None
        """Where the input is on this machine, when the server does not give it back."""

    def compose_body(self) -> Iterable[Widget]:
        yield OutcomeChoice()
        yield Rule()
        yield RetryFields()

    def compose_bottom(self) -> Iterable[Widget]:
        yield Line(id="status")
        yield Horizontal(
            Button("Back", id="back", compact=True),
            Button("Review", id="go", compact=True, disabled=True),
            id="buttons",
        )

    def on_mount(self) -> None:
        name = self.app.account.name(self._batch)
        self.show_title([("Retry", "strong"), (f"  of {name}", "muted")])
        self._start()

    def on_unmount(self) -> None:
        if not self._is_writing:
            self._close()

    def _close(self) -> None:
        found, self._found = self._found, None
        if found is not None:
            found.close()

    # what became of the requests

    def _start(self, *, again: bool = False) -> None:
        if self.app.session is not None:
            self._look(self.app.session, self._input_path, again=again)

    @work(group="retry", exclusive=True, exit_on_error=False, description="look at the results")
    async def _look(self, session: Session, input_path: Path | None, *, again: bool) -> None:
        await asyncio.to_thread(_import_workflows)
        from batchtui.workflows import retrying

        try:
            self._found = await retrying.look(
                session,
                self._batch,
                input_path=input_path,
                again=again,
                on_transfer=self._show_transfer,
                on_progress=self._show_progress,
            )
        except retrying.BeingRetriedError as error:
            self._say([(f"{glyphs().failed} {error.message}", "trouble")])
            question = f"{error.message}. Send its requests again? That may cost twice."
            self.app.push_screen(ConfirmScreen(question), self._look_again_if)
            return
        except retrying.NoInputError as error:
            self._say([(f"{glyphs().failed} {error.message}", "trouble")])
            question = f"{error.message}. Where on this machine is a copy of its input?"
            then = partial(self._look_with, again)
            self.app.push_screen(PromptScreen(question, f"{self.app.browse_dir}/"), then)
            return
        except UsageError as error:
            self.app.tell_error(error)
            self.action_back()
            return
        except BatchtuiError as error:
            self._say_trouble(error)
            return
        if self._numbers is None:
            self._choice.offer(self._found.counts, self._answered_since(self._found))
        else:
            said: Cell = [("The requests that were chosen, whatever became of them.", "muted")]
            self._choice.show([said])
        self._show()

    def _look_again_if(self, confirmed: bool | None) -> None:
        if confirmed:
            self._start(again=True)

    def _look_with(self, again: bool, answer: str | None) -> None:
        if not answer or not answer.strip():
            return
        try:
            self._input_path = file_at(answer)
        except UsageError as error:
            self._say_trouble(error)
        else:
            self._start(again=again)

    def _show_transfer(self, which: str, done_bytes: int, total_bytes: int) -> None:
        done, total = size(done_bytes), size(total_bytes)
        self._say([(f"{glyphs().moving} reading {which}, {done} of {total}", "accent")])

    def _show_progress(self, progress: Progress) -> None:
        self._say([(f"{glyphs().moving} comparing, {progress.fraction:.0%}", "accent")])

    def _say(self, text: Cell) -> None:
        self.show_status(text)

    def _say_trouble(self, error: BatchtuiError) -> None:
        self._say([(f"{glyphs().failed} {error.sentences}", "trouble")])

    # the choice

    @property
    def _choice(self) -> OutcomeChoice:
        return self.query_one(OutcomeChoice)

    @on(OutcomeChoice.Changed)
    def _show(self) -> None:
        found = self._found
        if found is None:
            return
        count = len(self._requests)
        retries = len(found.retries)
        past = f", with {plural(retries, 'retry', 'retries')} counted in" if retries else ""
        said = f"{plural(count, 'request')} of {len(found.records):,} for a new batch{past}"
        nothing = (
            found.nothing_left
            and "Nothing is left to retry. Space chooses what to send all the same"
        )
        self._say(said if count else [(nothing or "Nothing is chosen: space chooses", "muted")])
        self.query_one("#go", Button).disabled = not count

    def _answered_since(self, found: Retriable) -> str:
        """Those that the list says have failed, and are not among the failed ones here."""
        answered, names = found.answered_since, map(self.app.account.name, found.retries)
        if not answered:
            return ""
        what = "1 request that" if answered == 1 else f"{answered:,} requests that"
        by = "a retry" if len(found.retries) == 1 else f"{len(found.retries)} retries"
        return f"{what} had no answer: answered since by {by}, {', '.join(names)}."

    @property
    def _requests(self) -> Sequence[int]:
        assert self._found is not None
        return self._found.chosen(self._choice.taken, self._numbers)

    # on to the form

    @on(Button.Pressed, "#back")
    def _back_pressed(self) -> None:
        self.action_back()

    @on(Button.Pressed, "#go")
    def action_go_on(self) -> None:
        if self._found is None or self._is_writing or not self._requests:
            return
        try:
            changes = self.query_one(RetryFields).changes
        except UsageError as error:
            self._say_trouble(error)
            return
        if self.app.session is not None:
            self._is_writing = True
            self._write(self.app.session, self._found, changes)

    @work(group="retry", exclusive=True, exit_on_error=False, description="write the new input")
    async def _write(self, session: Session, found: Retriable, changes: dict[str, str]) -> None:
        from batchtui.tui.screens.create import CreateScreen
        from batchtui.workflows import retrying

        try:
            new_input = await retrying.write(
                found,
                await retrying.place_of(session, found),
                outcomes=self._choice.taken,
                numbers=self._numbers,
                changes=changes,
                on_progress=self._show_progress,
            )
        except BatchtuiError as error:
            self._say_trouble(error)
            return
        finally:
            self._is_writing = False
            if not self.is_attached:
                self._close()
        self._show()
        self.app.push_screen(CreateScreen(new_input.path, retry=new_input))


def _import_workflows() -> None:
    from batchtui.workflows import retrying  # noqa: F401
