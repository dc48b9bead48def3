"""What a retry asks: which outcomes to send again, and what to change in the requests."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from batchtui.errors import UsageError
from batchtui.jsonl.outcomes import NOT_ANSWERED, Outcome
from batchtui.tui.outcome_look import TONES, glyph
from batchtui.tui.widgets.choosable import ChoosableLines
from batchtui.tui.widgets.field import Field
from batchtui.tui.widgets.spans import Cell

NAME_CELLS: Final = 16
_BETWEEN: Final = re.compile(r"[,\s]\s*(?=\w+=)")
"""Parts `a=1, b=[1, 2] c=x`: what is before another FIELD=."""


class OutcomeChoice(ChoosableLines):
    """The outcomes there are, those without an answer first; `taken` are the chosen ones."""

    BINDING_GROUP_TITLE = "Outcomes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,x", "choose", "choose", id="retry.choose", tooltip="Take these too, or not"),
    ]

    class Changed(Message):
        """Another choice."""

    def __init__(self, taken: Collection[Outcome] = NOT_ANSWERED) -> None:
        super().__init__(id="outcomes")
        self.taken = set(taken)
        self._counts: Mapping[Outcome, int] = {}
        self._offered: list[Outcome] = []
        self._note = ""

    def offer(self, counts: Mapping[Outcome, int], note: str = "") -> None:
        """`note`: what else there is to know of them, below."""
        self._counts, self._note = counts, note
        self._offered = sorted(counts, key=lambda each: (each not in NOT_ANSWERED, -counts[each]))
        self._draw()

    @property
    def requests(self) -> int:
        """How many requests have a chosen outcome."""
        return sum(self._counts[each] for each in self._offered if each in self.taken)

    @on(ChoosableLines.Opened)
    def action_choose(self) -> None:
        if self.chosen < len(self._offered):
            self.taken ^= {self._offered[self.chosen]}
            self._draw()
            self.post_message(self.Changed())

    def _draw(self) -> None:
        note: list[Cell] = ["", [(self._note, "muted")]] if self._note else []
        self.show_at([*(self._line(each) for each in self._offered), *note], self.chosen)

    def _line(self, outcome: Outcome) -> Cell:
        mark = "x" if outcome in self.taken else " "
        number, total = self._counts[outcome], max(sum(self._counts.values()), 1)
        return [
            (f"[{mark}] ", "accent"),
            (f"{glyph(outcome)} {outcome}".ljust(NAME_CELLS), TONES.get(outcome, "accent")),
            (f"{number:>9,}", ""),
            (f" {100 * number / total:5.1f}%", "muted"),
        ]


class RetryFields(Vertical):
    DEFAULT_CSS = """
    RetryFields {
        height: auto;
        padding: 0 1;
        .field { height: 1; }
        .label { width: 13; text-style: dim; }
        .note { width: auto; margin: 0 2; text-style: dim; }
        #model { width: 34; }
        #max-tokens { width: 12; }
        #others { width: 1fr; }
    }
    """

    def compose(self) -> ComposeResult:
        note = Static("of each answer", classes="note")
        yield _row("Model", [Field(placeholder="as it was", id="model")])
        yield _row("max_tokens", [Field(placeholder="as it was", id="max-tokens"), note])
        yield _row("Other fields", [Field(placeholder="for example temperature=0.2", id="others")])

    @property
    def changes(self) -> dict[str, str]:
        """What is typed, as in `jsonl.rewrite`. Raises UsageError."""
        from batchtui.jsonl.rewrite import parse_changes

        words = _BETWEEN.split(self._typed("others"))
        changes = parse_changes(word.strip() for word in words if word.strip())
        if model := self._typed("model"):
            changes["model"] = json.dumps(model)
        if most := self._typed("max-tokens"):
            if not most.isdecimal():
                raise UsageError(f"max_tokens: {most} is no number")
            changes["max_tokens"] = most
        return changes

    def _typed(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()


def _row(label: str, widgets: Iterable[Widget]) -> Horizontal:
    return Horizontal(Static(Content(label), classes="label"), *widgets, classes="field")
