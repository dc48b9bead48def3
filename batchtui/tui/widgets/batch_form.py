"""The fields of a new batch, filled in from the file; `draft` is what is typed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from batchtui.tui.figures import plural, size
from batchtui.tui.form_values import Draft
from batchtui.tui.widgets.field import Field
from batchtui.tui.widgets.pairs import Pairs
from batchtui.visible import visible

if TYPE_CHECKING:
    from batchtui.jsonl.validation import Validation


class BatchForm(Vertical):
    DEFAULT_CSS = """
    BatchForm {
        height: auto;
        padding: 0 1;
        .field { height: 1; }
        .tall { height: auto; }
        Static { width: auto; }
        .label { width: 13; text-style: dim; }
        .note { margin: 0 2; text-style: dim; }
        #endpoint { width: 34; }
        #window { width: 12; }
        #expiry { width: 20; }
        #metadata { width: 1fr; }
    }
    """

    def __init__(self, path: Path, draft: Draft, provider: str) -> None:
        super().__init__(id="form")
        self._path = path
        self._given = draft
        self._provider = provider

    def compose(self) -> ComposeResult:
        given = self._given
        yield _row("File", _text(self._path.name, id="file"))
        endpoint = Field(given.endpoint, placeholder="from the file", id="endpoint")
        yield _row("Endpoint", endpoint, Static("", id="endpoint-note", classes="note"))
        yield _row("Model", _text("", id="model"))
        yield _row("Provider", _text(self._provider, id="provider"))
        yield _row(
            "Window",
            Field(given.window, id="window"),
            Static("Results expire after", classes="note"),
            Field(given.expiry, placeholder="server's default", id="expiry"),
        )
        pairs = Pairs(given.metadata, id="metadata")
        yield Horizontal(Static("Metadata", classes="label"), pairs, classes="field tall")

    @property
    def draft(self) -> Draft:
        return Draft(
            self.query_one("#endpoint", Input).value,
            self.query_one("#window", Input).value,
            self.query_one("#expiry", Input).value,
            tuple(pair for pair in self.query_one(Pairs).pairs if any(pair)),
        )

    def fill(self, validation: Validation) -> bool:
        """Show what the file holds; True when it gave the endpoint, which nobody had typed."""
        statistics = validation.statistics
        endpoint = self.query_one("#endpoint", Input)
        given = not endpoint.value and bool(validation.endpoint)
        if given:
            endpoint.value = visible(validation.endpoint or "")
        kinds = len(statistics.endpoints)
        note = "from the file" if kinds == 1 else plural(kinds, "endpoint") if kinds else "not told"
        requests = plural(statistics.requests, "request")
        self._tell("#endpoint-note", note)
        self._tell("#model", _models(statistics.models))
        self._tell("#file", f"{self._path.name}   {size(statistics.size_bytes)}   {requests}")
        return given

    def _tell(self, selector: str, text: str) -> None:
        self.query_one(selector, Static).update(Content(visible(text)))


def _text(text: str, *, id: str) -> Static:  # noqa: A002
    return Static(Content(visible(text)), id=id)


def _row(label: str, *widgets: Widget) -> Horizontal:
    return Horizontal(Static(label, classes="label"), *widgets, classes="field")


def _models(models: dict[str, int]) -> str:
    names = list(models)
    if not names:
        return "not told"
    if len(names) == 1:
        return f"{names[0]}   on every line"
    return f"{names[0]} and {plural(len(names) - 1, 'other')}"
