"""What of a batch to copy: one key for each of its ids, its metadata, or all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from batchtui.tui.widgets.lines import Lines
from batchtui.tui.widgets.spans import Cell, cut_in_the_middle
from batchtui.visible import visible

if TYPE_CHECKING:
    from batchtui.models.batch import Batch

BOX: Final = 70
BESIDE: Final = 26
"""Cells of the box that are not the text: its frame, the key and the name."""
LEAST: Final = 10

Choice = tuple[str, str, str]
"""Key, name, text."""


class CopyScreen(ModalScreen["tuple[str, str] | None"], inherit_bindings=False):
    """Answers with the name and the text of what was chosen."""

    BINDING_GROUP_TITLE = "Copy"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "take('y')", "Batch id", id="copy.batch", tooltip="The id of the batch"),
        Binding("i", "take('i')", "Input id", id="copy.input", tooltip="The id of the input file"),
        Binding("o", "take('o')", "Output id", id="copy.output", tooltip="That of the output"),
        Binding("e", "take('e')", "Errors id", id="copy.errors", tooltip="That of the errors"),
        Binding("m", "take('m')", "Metadata", id="copy.metadata", tooltip="The metadata as JSON"),
        Binding("j", "take('j')", "JSON", id="copy.json", tooltip="All of the batch as JSON"),
        Binding("escape,q", "dismiss", "Close", id="copy.close", tooltip="Copy nothing"),
    ]
    DEFAULT_CSS = """
    CopyScreen { align: center middle; }
    CopyScreen > Vertical {
        width: 70;
        max-width: 96%;
        height: auto;
        border: $frame $accent;
        padding: 0 1;
    }
    CopyScreen Lines { height: 6; }
    """

    def __init__(self, batch: Batch) -> None:
        super().__init__()
        self._choices = list(choices(batch))

    def compose(self) -> ComposeResult:
        with Vertical():
            lines = Lines(id="choices")
            lines.can_focus = False
            yield lines

    def on_mount(self) -> None:
        box = self.query_one(Vertical)
        box.border_title = "Copy"
        box.border_subtitle = "Esc closes"
        room = max(min(BOX, self.app.size.width * 96 // 100) - BESIDE, LEAST)
        self.query_one(Lines).show([_line(each, room) for each in self._choices])

    def action_take(self, key: str) -> None:
        for wanted, name, text in self._choices:
            if wanted == key:
                self.dismiss((name, text))


def choices(batch: Batch) -> list[Choice]:
    """Those that the batch has."""
    import json

    every = [
        ("y", "batch id", batch.id),
        ("i", "input file id", batch.input_file_id),
        ("o", "output file id", batch.output_file_id or ""),
        ("e", "error file id", batch.error_file_id or ""),
        ("m", "metadata", json.dumps(batch.metadata) if batch.metadata else ""),
        ("j", "JSON", batch.model_dump_json(indent=2)),
    ]
    return [each for each in every if each[2]]


def _line(choice: Choice, room: int) -> Cell:
    """In one line, whatever is copied: an id that is too long is cut in the middle."""
    key, name, text = choice
    shown = "the whole batch" if key == "j" else text
    pieces = cut_in_the_middle([(visible(shown), "muted")], room)
    return [(f"{key}  ", "accent"), (f"{name:<15} ", ""), *pieces]
