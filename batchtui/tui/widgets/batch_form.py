"""The fields of a new batch, filled in from the file; `draft` is what is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from batchtui.tui.figures import plural, size
from batchtui.tui.form_values import Draft
from batchtui.tui.routing import Routing
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

    def __init__(self, name: str, draft: Draft, routing: Routing) -> None:
        super().__init__(id="form")
        self.file_name = name
        self._given = draft
        self._routing = routing
        self._from_file = ""

    def compose(self) -> ComposeResult:
        given = self._given
        yield _row("File", _text(self.file_name, id="file"))
        endpoint = Field(given.endpoint, placeholder="from the file", id="endpoint")
        yield _row("Endpoint", endpoint, Static("", id="endpoint-note", classes="note"))
        yield _row("Model", _text("", id="model"))
        how = Static(Content(self._routing.how), classes="note")
        yield _row(self._routing.label, _text(self._routing.to, id="provider"), how)
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
            self.typed_endpoint,
            self.query_one("#window", Input).value,
            self.query_one("#expiry", Input).value,
            tuple(pair for pair in self.query_one(Pairs).pairs if any(pair)),
        )

    @property
    def typed_endpoint(self) -> str:
        """What a person typed; empty while the field shows what the file says."""
        shown = self.query_one("#endpoint", Input).value.strip()
        return "" if shown == self._from_file else shown

    def fill(self, validation: Validation) -> None:
        """Show what the file holds, its endpoint too where nobody has typed another."""
        statistics = validation.statistics
        endpoint = self.query_one("#endpoint", Input)
        if not self.typed_endpoint:
            self._from_file = endpoint.value = visible(validation.endpoint or "")
        kinds = len(statistics.endpoints)
        note = "from the file" if kinds == 1 else plural(kinds, "endpoint") if kinds else "not told"
        requests = plural(statistics.requests, "request")
        self._tell("#endpoint-note", note)
        self._tell("#model", _models(statistics.models))
        self._tell("#file", f"{self.file_name}   {size(statistics.size_bytes)}   {requests}")

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
