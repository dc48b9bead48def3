"""The fields of a new batch, filled in from the file; `draft` is what is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
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
    """`complain` says what is wrong with what is typed. Enter goes from field to field."""

    class Changed(Message):
        """Something else is typed in a field."""

    class EndpointLeft(Message):
        """The field of the endpoint was left."""

    class Done(Message):
        """Enter in the last field."""

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
        self.file_endpoint = ""
        """What the file's first line names; empty while nothing is known, or where none does."""
        self._endpoints: int | None = None

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
        return "" if shown == visible(self.file_endpoint) else shown

    @property
    def is_endpoint_typed_at(self) -> bool:
        return self.query_one("#endpoint", Input).has_focus

    def fill(self, validation: Validation, *, has_requests: bool) -> None:
        """Show what the file holds, its endpoint too where nobody has typed another."""
        statistics = validation.statistics
        endpoint, typed = self.query_one("#endpoint", Input), self.typed_endpoint
        self.file_endpoint = next(iter(statistics.endpoints), "")
        self._endpoints = len(statistics.endpoints)
        endpoint.placeholder = visible(self.file_endpoint) or "the file names none"
        if not typed and not (endpoint.has_focus and not endpoint.value):
            endpoint.value = visible(self.file_endpoint)
        self._tell_endpoint()
        requests = plural(statistics.requests, "request") if has_requests else ""
        self._tell("#model", _models(statistics.models))
        self._tell("#file", f"{self.file_name}   {size(statistics.size_bytes)}   {requests}")

    def complain(self, text: str) -> None:
        """What cannot be sent as it is typed; nothing when `text` is empty."""
        self.query_one(Pairs).complain(text)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._tell_endpoint()
        self.post_message(self.Changed())

    @on(Pairs.Changed)
    def _pairs_changed(self, event: Pairs.Changed) -> None:
        event.stop()
        self.post_message(self.Changed())

    @on(Input.Blurred, "#endpoint")
    def _endpoint_left(self) -> None:
        if not self.query_one("#endpoint", Input).value.strip():
            self.query_one("#endpoint", Input).value = visible(self.file_endpoint)
        self.post_message(self.EndpointLeft())

    @on(Input.Submitted)
    def _go_on(self, event: Input.Submitted) -> None:
        event.stop()
        fields = list(self.query(Input))
        place = fields.index(event.input) + 1
        if place < len(fields):
            fields[place].focus()
        else:
            self.post_message(self.Done())

    def _tell_endpoint(self) -> None:
        """Whose endpoint it is that the field shows."""
        if self.typed_endpoint:
            note = "typed, not the file's" if self.file_endpoint else "typed"
        elif self._endpoints is None:
            note = ""
        elif self._endpoints > 1:
            note = f"the first of {self._endpoints:,} in the file"
        else:
            note = "from the file" if self._endpoints else "write one"
        self._tell("#endpoint-note", note)

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
