"""Rows of key and value that a person types, one more on demand."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input, Static

from batchtui.tui.widgets.field import Field
from batchtui.visible import visible


class PairRow(Horizontal):
    def __init__(self, key: str = "", value: str = "") -> None:
        super().__init__()
        self._key = key
        self._value = value

    def compose(self) -> ComposeResult:
        yield Field(self._key, placeholder="key", classes="key")
        yield Field(self._value, placeholder="value", classes="value")

    @property
    def pair(self) -> tuple[str, str]:
        return self.query_one(".key", Input).value, self.query_one(".value", Input).value


class Pairs(Vertical):
    """`pairs` is what is typed, empty rows included; `complain` says what is wrong with it."""

    class Changed(Message):
        """Another pair is typed."""

    DEFAULT_CSS = """
    Pairs { height: auto; max-height: 5; }
    Pairs VerticalScroll { height: auto; max-height: 4; scrollbar-size-vertical: 1; }
    Pairs PairRow { height: 1; }
    Pairs .key { width: 20; margin-right: 2; }
    Pairs .value { width: 1fr; }
    Pairs .last { height: 1; align-horizontal: right; }
    Pairs .wrong { width: 1fr; height: 1; color: $error; }
    Pairs Button { min-width: 7; }
    """

    def __init__(self, pairs: Sequence[tuple[str, str]], *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._given = list(pairs) or [("", "")]

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            for key, value in self._given:
                yield PairRow(key, value)
        with Horizontal(classes="last"):
            yield Static("", classes="wrong")
            yield Button("+ row", id="add-row", compact=True)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return [row.pair for row in self.query(PairRow)]

    def complain(self, text: str) -> None:
        """Under the rows; nothing when `text` is empty."""
        self.query_one(".wrong", Static).update(Content(visible(text)))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed())

    @on(Button.Pressed, "#add-row")
    async def add_row(self, event: Button.Pressed) -> None:
        event.stop()
        row = PairRow()
        scroll = self.query_one(VerticalScroll)
        await scroll.mount(row)
        row.query_one(".key").focus()
