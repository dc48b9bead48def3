"""The steps of a submission as lines, each with its figure. Knows events, no widgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from batchtui.tui.batch_cells import bar
from batchtui.tui.figures import plural, size
from batchtui.tui.glyphs import glyphs
from batchtui.tui.widgets.spans import Cell, Span, Tone

if TYPE_CHECKING:
    from batchtui.workflows.submit import SubmitEvent

State = Literal["waits", "moving", "lost", "done", "failed", "stopped", "unknown", "never"]
_TONES: Final[dict[State, Tone]] = {
    "waits": "muted",
    "moving": "accent",
    "lost": "trouble",
    "done": "success",
    "failed": "trouble",
    "stopped": "trouble",
    "unknown": "trouble",
    "never": "muted",
}
_ENDS: Final[dict[State, str]] = {
    "failed": ": failed here",
    "stopped": ": stopped here",
    "unknown": ": its answer was lost",
    "never": ": not begun",
}


@dataclass(frozen=True, slots=True)
class Step:
    """`more` stands behind the text: a bar, a pace, an id. `lost`: the answer is looked for."""

    text: str
    state: State = "waits"
    more: tuple[Span, ...] = ()

    @property
    def line(self) -> list[Span]:
        signs = glyphs()
        sign = {
            "moving": signs.moving,
            "lost": signs.moving,
            "done": signs.done,
            "failed": signs.failed,
            "stopped": signs.cancelled,
            "unknown": signs.missing,
        }.get(self.state, " ")
        text = f"{sign} {self.text}{_ENDS.get(self.state, '')}"
        return [(text, _TONES[self.state]), *self.more]

    def ended(self, how: State) -> Step:
        if self.state in ("moving", "lost"):
            return Step(self.text, how)
        return Step(self.text, "never") if self.state == "waits" else self


class Steps:
    """`lines` after each `take`. `is_creating`: the create is on its way and cannot be stopped."""

    def __init__(self) -> None:
        self.is_creating = False
        self._check = Step("check the file")
        self._upload = Step("upload")
        self._create = Step("create the batch")
        self._started_s: float | None = None

    def skip_to_create(self, requests: int | None, file_id: str) -> None:
        """The file is at the server already; None: its content could not be checked."""
        checked = "not checked" if requests is None else f"checked {plural(requests, 'request')}"
        self._check = Step(checked, "done")
        self._upload = Step("at the server", "done", ((f"   {file_id}", "muted"),))

    @property
    def now(self) -> str:
        """The latest step that has begun, in a line."""
        begun = [step for step in self._all if step.state != "waits"]
        return "".join(text for text, _ in begun[-1].line)[2:] if begun else ""

    @property
    def lines(self) -> list[Cell]:
        return ["", *(step.line for step in self._all)]

    @property
    def _all(self) -> tuple[Step, Step, Step]:
        return self._check, self._upload, self._create

    def end(self, how: State) -> None:
        """It is over: `failed`, `stopped` or `unknown` where it was; what follows was not begun."""
        self._check, self._upload, self._create = (step.ended(how) for step in self._all)

    def take(self, event: SubmitEvent, now_s: float) -> None:
        from batchtui.workflows import submit
        from batchtui.workflows.once import Looking

        if isinstance(event, submit.Checking):
            here, total = event.progress.done_bytes, event.progress.total_bytes
            if self._check.state == "done":
                # Once more, for the hash by which the content is known again.
                self._upload = Step(f"reading {size(here)} of {size(total)}", "moving")
            else:
                self._check = Step(f"checking {size(here)} of {size(total)}", "moving")
        elif isinstance(event, submit.Checked):
            requests = plural(event.validation.statistics.requests, "request")
            self._check = Step(f"checked {requests}", "done")
            self._upload = Step("upload", "moving")
        elif isinstance(event, submit.Uploading):
            self._upload = self._progress(event.sent_bytes, event.total_bytes, now_s)
        elif isinstance(event, submit.Uploaded):
            word = "was uploaded before" if event.reused else "uploaded"
            text = f"{word} {size(event.file.bytes)}"
            self._upload = Step(text, "done", ((f"   {event.file.id}", "muted"),))
        elif isinstance(event, submit.Creating):
            self.is_creating = True
            self._create = Step(f"creating the batch on {event.endpoint}", "moving")
        elif isinstance(event, Looking):
            text = f"the answer was lost: looking for the batch, {event.number} of {event.of}"
            self._create = Step(text, "lost")
        else:
            word = "goes on with" if event.adopted else "created"
            self._create = Step(f"{word} {event.batch.id}", "done")

    def _progress(self, sent: int, total: int, now_s: float) -> Step:
        if self._started_s is None:
            self._started_s = now_s
        elapsed_s = now_s - self._started_s
        pace = f"  {size(int(sent / elapsed_s))}/s" if elapsed_s > 0.5 else ""
        text = f"uploading {size(sent)} of {size(total)}"
        drawn: Span = (f"  {bar(sent, total)}", "accent")
        return Step(text, "moving", (drawn, (pace, "muted")))
