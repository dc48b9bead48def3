"""What several screens do with a batch: open its results, ask before a cancel, copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from batchtui.models import status
from batchtui.tui import needs
from batchtui.tui.batch_offers import has_errors
from batchtui.tui.figures import plural
from batchtui.tui.pace import answered_of

if TYPE_CHECKING:
    from batchtui.models.batch import Batch
    from batchtui.tui.app import BatchtuiApp
    from batchtui.workflows.where import Where

CLIPBOARD_BYTES: Final = 54_000
"""More than this many terminals and multiplexers drop without a word (OSC 52, base64)."""


def open_results(app: BatchtuiApp, batch: Batch, where: Where | None = None) -> None:
    """The answers of `batch`, or those that `where` wants; its detail where there are none."""
    if batch.has_results:
        if why := needs.missing(app, "file_content"):
            app.tell(why, trouble=True)
            return
        from batchtui.tui.viewer.screen import ViewerScreen
        from batchtui.tui.viewer.target import BatchResults

        app.push_screen(ViewerScreen(BatchResults(batch, app.account.name(batch), where)))
        return
    if batch.status != status.FAILED:
        app.tell("No results: it is final without any" if batch.is_terminal else "No results yet")
    app.open_batch(batch.id)


def open_errors(app: BatchtuiApp, batch: Batch) -> None:
    """The results that are not ok; the errors of the batch itself, where it has no results."""
    if not has_errors(batch):
        app.tell("Nothing of it failed" if batch.is_terminal else "Nothing of it failed so far")
    elif not batch.has_results:
        app.open_batch(batch.id)
    else:
        from batchtui.jsonl.outcomes import Outcome
        from batchtui.workflows.where import Where

        open_results(app, batch, Where(outcomes=frozenset(Outcome) - {Outcome.OK}))


def open_file(app: BatchtuiApp, file_id: str, name: str, line: int | None = None) -> None:
    """A file of the server, at `line` (from 1) where one is given."""
    if why := needs.missing(app, "file_content"):
        app.tell(why, trouble=True)
        return
    from batchtui.tui.viewer.screen import ViewerScreen
    from batchtui.tui.viewer.target import RemoteFile

    app.push_screen(ViewerScreen(RemoteFile(file_id, name, line, as_lines=line is not None)))


def retry(app: BatchtuiApp, batch: Batch, numbers: Sequence[int] | None = None) -> None:
    """Send requests of `batch` again: those that one chooses by outcome, or those of `numbers`
    (from 0, in the order of the input), whatever became of them."""
    if app.session is None or app.profile is None:
        app.tell(needs.NOT_CONNECTED)
        return
    if why := needs.why_not(app, "batch.retry"):
        app.tell(why, trouble=True)
        return
    if not batch.is_terminal:
        app.tell("Its requests may still be answered: wait for it, or cancel it with x first")
        return
    from batchtui.tui.screens.retry import RetryScreen

    app.push_screen(RetryScreen(batch, numbers))


def cancel_question(app: BatchtuiApp, batches: Sequence[Batch]) -> str:
    open_requests = sum(
        max(batch.request_counts.total - answered_of(batch), 0)
        for batch in batches
        if batch.request_counts is not None
    )
    what = (
        app.account.name(batches[0])
        if len(batches) == 1
        else plural(len(batches), "batch", "batches")
    )
    have = "has" if open_requests == 1 else "have"
    unfinished = (
        f" {plural(open_requests, 'request')} {have} not finished." if open_requests else ""
    )
    return f"Cancel {what}?{unfinished} What is done is kept."


def copy_text(app: BatchtuiApp, text: str, what: str) -> None:
    """To the terminal's clipboard; whether it took it can not be known."""
    if len(text.encode(errors="replace")) > CLIPBOARD_BYTES:
        app.tell(f"{what}: too long for the terminal's clipboard", trouble=True)
        return
    app.copy_to_clipboard(text)
    app.tell(f"{what} sent to the terminal's clipboard")
