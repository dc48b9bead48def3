"""The line where a filter is typed: live while typing, Enter keeps it, Esc drops it."""

from __future__ import annotations

from typing import ClassVar, Final

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from batchtui.tui.widgets.field import Field
from batchtui.tui.widgets.keys_in_order import in_order
from batchtui.tui.widgets.spans import fitted, spans, width_of

AROUND: Final = 8
"""Cells beside what is typed and what is told: the slash, the cursor, and what keeps them apart."""
LEAST_TOLD: Final = 12


class FilterField(Field):
    BINDING_GROUP_TITLE = "Filter"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "keep",
            "keep filter",
            id="filter.keep",
            tooltip="Keep the filter, back to the list",
        ),
    ]

    async def on_key(self, event: events.Key) -> None:
        """What follows the key that closes the line waits its turn behind what was typed."""
        if self.query_ancestor(FilterBar).display:
            await in_order(self, event, only={"enter", "escape"})
        else:
            event.stop()
            event.prevent_default()
            self.post_message(FilterBar.Late(event.key, event.character))

    def action_keep(self) -> None:
        self.query_ancestor(FilterBar).action_keep()


class FilterBar(Horizontal):
    """Its field is made when it is first opened: no first frame waits for it."""

    BINDING_GROUP_TITLE = "Filter"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "drop", "show all", id="filter.drop", tooltip="Show all rows again"),
    ]
    DEFAULT_CSS = """
    FilterBar { height: 1; }
    FilterBar #slash { width: 3; color: $accent; }
    FilterBar #told { width: auto; padding: 0 1; text-style: dim; }
    FilterBar #told.-trouble { color: $error; text-style: not dim; }
    FilterBar Input { width: 1fr; }
    """

    class Changed(Message):
        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Late(Message):
        """A key that was meant for the list; comes after `Closed`."""

        def __init__(self, key: str, character: str | None) -> None:
            super().__init__()
            self.key = key
            self.character = character

    class Closed(Message):
        """The list should have the focus again."""

    def __init__(self, hint: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.display = False
        self._hint = hint
        self._field: FilterField | None = None
        self._unopened_text = ""
        self._told = ""

    @property
    def text(self) -> str:
        return self._unopened_text if self._field is None else self._field.value

    async def open(self) -> None:
        self.display = True
        if self._field is None:
            self._field = FilterField(self._unopened_text, placeholder=self._hint)
            await self.mount(
                Static(" /", markup=False, id="slash"),
                self._field,
                Static("", markup=False, id="told"),
            )
        self.screen.set_focus(self._field)
        # What is typed takes the place of a filter that is there already.
        self._field.select_all()

    def tell(self, text: str, *, trouble: bool = False) -> None:
        """How much is left, or what is not understood, at the right of what is typed.

        What finds no room beside that ends in an ellipsis.
        """
        pieces, room = spans(text), self.size.width - cell_len(self.text) - AROUND
        if width_of(pieces) > room:
            pieces = fitted(pieces, max(room, LEAST_TOLD))
        for told in self.query("#told").results(Static):
            told.set_class(trouble, "-trouble")
            told.update(Content("".join(piece for piece, _ in pieces)))

    def show(self, text: str) -> None:
        if self._field is None:
            self._unopened_text = text
            self._tell_text()
        else:
            self._field.value = text

    def clear(self) -> None:
        self.show("")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._tell_text()

    def _tell_text(self) -> None:
        """Once for each text: a field tells of what is typed a moment later."""
        if self.text != self._told:
            self._told = self.text
            self.post_message(self.Changed(self.text))

    def action_keep(self) -> None:
        self.display = False
        self._tell_text()
        self.post_message(self.Closed())

    def action_drop(self) -> None:
        self.clear()
        self.action_keep()
