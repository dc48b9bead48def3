"""The line after `:`. Commands by name with what fits above it; a number goes to that row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import events, getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from batchtui.tui.commands import Command, commands, matching, with_names
from batchtui.tui.glyphs import glyphs
from batchtui.tui.widgets.field import Field
from batchtui.tui.widgets.keys_in_order import in_order, passed_on
from batchtui.tui.widgets.lines import Lines
from batchtui.tui.widgets.spans import Cell, Span, Tone, fitted
from batchtui.tui.widgets.table import RecordTable

if TYPE_CHECKING:
    from batchtui.tui.app import BatchtuiApp

ROWS: Final = 8
MARGIN_CELLS: Final = 2
OWN_KEYS: Final = frozenset({"enter", "escape", "up", "down", "tab"})


class CommandField(Field):
    async def on_key(self, event: events.Key) -> None:
        await in_order(self, event, only=OWN_KEYS)


class CommandLineScreen(ModalScreen[None], inherit_bindings=False):
    """`about` is the screen that the commands are for."""

    BINDING_GROUP_TITLE = "Command"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close", id="command.close", tooltip="Back, do nothing"),
        Binding("down", "choose(1)", "Next", id="command.next", tooltip="The next command"),
        Binding("up", "choose(-1)", "Before", id="command.before", tooltip="The command above"),
        Binding("tab", "complete", "Complete", id="command.complete", tooltip="Write it out"),
    ]
    DEFAULT_CSS = """
    CommandLineScreen { align: left bottom; }
    CommandLineScreen > Vertical {
        height: auto;
        background: $background;
        border-top: $edge $foreground 50%;
    }
    CommandLineScreen Lines { height: 8; }
    CommandLineScreen Horizontal { height: 1; }
    CommandLineScreen Static { width: 2; color: $accent; padding-left: 1; }
    CommandLineScreen Input { width: 1fr; }
    """
    if TYPE_CHECKING:
        app = getters.app(BatchtuiApp)

    def __init__(self, about: Screen[Any], app: BatchtuiApp) -> None:
        super().__init__()
        self._about = about
        self._all = list(commands(app, about))
        self._fits: list[Command] = []
        self._chosen = 0

    def compose(self) -> ComposeResult:
        with Vertical():
            lines = Lines(id="commands")
            lines.can_focus = False
            yield lines
            with Horizontal():
                yield Static(":", markup=False)
                yield CommandField()

    def on_mount(self) -> None:
        self.set_focus(self.query_one(Field))
        self._narrow("")

    def on_key(self, event: events.Key) -> None:
        """What was typed before there was a field to type into; the field lets no such key by."""
        if event.is_printable or event.key in OWN_KEYS:
            passed_on(self, event)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._narrow(event.value)

    def _narrow(self, typed: str) -> None:
        self._fits = matching(self._all, typed)
        self._chosen = 0
        self._draw()

    def _draw(self) -> None:
        first = max(self._chosen - ROWS + 1, 0)
        shown = self._fits[first : first + ROWS]
        lines: list[Cell] = []
        for place, each in enumerate(shown, start=first):
            here = place == self._chosen
            sign = glyphs().cursor if here else " "
            name = each.name.ljust(28)
            tone: Tone = "strong" if here else ""
            line: list[Span] = [(f"{sign} ", "accent"), (f"{name} ", tone), (each.tip, "muted")]
            # One that wrapped would push the chosen one out of view.
            lines.append(fitted(line, self.app.size.width - MARGIN_CELLS))
        if not shown:
            lines = [[(self._nothing(), "muted")]]
        self.query_one(Lines).show(["" for _ in range(ROWS - len(lines))] + lines)

    def _nothing(self) -> str:
        typed = self.query_one(Field).value.strip()
        if typed.isdecimal():
            return f"Enter goes to row {int(typed):,}"
        if typed and (named := with_names(self.app, self._about, typed)):
            return named.tip
        return "No such command here"

    def action_choose(self, by: int) -> None:
        if self._fits:
            self._chosen = (self._chosen + by) % len(self._fits)
            self._draw()

    def action_complete(self) -> None:
        if self._fits:
            field = self.query_one(Field)
            field.value = self._fits[self._chosen].name
            field.cursor_position = len(field.value)

    @on(Input.Submitted)
    def _run(self, event: Input.Submitted) -> None:
        typed = event.value.strip()
        if typed.isdecimal():
            self.dismiss()
            for table in self._about.query(RecordTable).results():
                table.move_to_row(int(typed))
        elif typed and (named := with_names(self.app, self._about, typed)):
            self.dismiss()
            self.app.call_later(named.run)
        else:
            # The field tells of a change a moment after the key that made it.
            fits = matching(self._all, typed)
            if self._fits and fits == self._fits:
                fits = [self._fits[self._chosen]]
            if fits:
                self.dismiss()
                self.app.call_later(fits[0].run)
