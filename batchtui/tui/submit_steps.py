"""The steps of a submission as lines, each with its figure. Knows events, no widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchtui.tui.batch_cells import bar
from batchtui.tui.figures import plural, size
from batchtui.tui.glyphs import glyphs
from batchtui.tui.widgets.spans import Cell, spans

if TYPE_CHECKING:
    from batchtui.workflows.submit import SubmitEvent


class Steps:
    """`lines` after each `take`. `is_creating`: the create is on its way and cannot be stopped."""

    def __init__(self) -> None:
        self.is_creating = False
        self._check: Cell = [("  check the file", "muted")]
        self._upload: Cell = [("  upload", "muted")]
        self._create: Cell = [("  create the batch", "muted")]
        self._started_s: float | None = None

    def skip_to_create(self, requests: int | None, file_id: str) -> None:
        """The file is at the server already; None: its content could not be checked."""
        checked = "not checked" if requests is None else f"checked {plural(requests, 'request')}"
        self._check = [(f"{glyphs().done} {checked}", "success" if requests else "muted")]
        self._upload = [(f"{glyphs().done} at the server", "success"), (f"   {file_id}", "muted")]

    @property
    def now(self) -> str:
        """The latest step that has begun, in a line."""
        begun = [step for step in (self._check, self._upload, self._create) if not _waits(step)]
        return "".join(text for text, _ in spans(begun[-1]))[2:] if begun else ""

    @property
    def lines(self) -> list[Cell]:
        return ["", self._check, self._upload, self._create]

    def take(self, event: SubmitEvent, now_s: float) -> None:
        from batchtui.workflows import submit
        from batchtui.workflows.once import Looking

        moving, done = glyphs().moving, glyphs().done
        if isinstance(event, submit.Checking):
            here, total = event.progress.done_bytes, event.progress.total_bytes
            text = f"{moving} checking {size(here)} of {size(total)}"
            self._check = [(text, "accent")]
        elif isinstance(event, submit.Checked):
            requests = plural(event.validation.statistics.requests, "request")
            self._check = [(f"{done} checked {requests}", "success")]
            self._upload = [(f"{moving} uploading", "accent")]
        elif isinstance(event, submit.Uploading):
            self._upload = self._progress(event.sent_bytes, event.total_bytes, now_s)
        elif isinstance(event, submit.Uploaded):
            word = "was uploaded before" if event.reused else "uploaded"
            self._upload = [
                (f"{done} {word} {size(event.file.bytes)}", "success"),
                (f"   {event.file.id}", "muted"),
            ]
        elif isinstance(event, submit.Creating):
            self.is_creating = True
            self._create = [(f"{moving} creating the batch on {event.endpoint}", "accent")]
        elif isinstance(event, Looking):
            text = f"the answer was lost: looking for the batch, {event.number} of {event.of}"
            self._create = [(f"{moving} {text}", "trouble")]
        else:
            word = "goes on with" if event.adopted else "created"
            self._create = [(f"{done} {word} {event.batch.id}", "success")]

    def _progress(self, sent: int, total: int, now_s: float) -> Cell:
        if self._started_s is None:
            self._started_s = now_s
        elapsed_s = now_s - self._started_s
        pace = f"  {size(int(sent / elapsed_s))}/s" if elapsed_s > 0.5 else ""
        text = f"{glyphs().moving} uploading {size(sent)} of {size(total)}  "
        return [(text, "accent"), (bar(sent, total), "accent"), (pace, "muted")]


def _waits(step: Cell) -> bool:
    return spans(step)[0][1] == "muted"
