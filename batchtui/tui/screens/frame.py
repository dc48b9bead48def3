"""What all full screens share: title, banner, status line, key line, and the way back.

Owns the frame of a screen, not what is in it. A root screen shows where the app is connected and
the tabs; a screen on top of it shows its title and where Esc goes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import events, getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widget import Widget

from batchtui.tui.glyphs import glyphs
from batchtui.tui.header import header
from batchtui.tui.modes import OPENED
from batchtui.tui.slow_line import is_behind
from batchtui.tui.tabs import TABS
from batchtui.tui.trouble import troubles
from batchtui.tui.widgets.keyline import KeyLine
from batchtui.tui.widgets.line import Line, Rule, TabLine
from batchtui.tui.widgets.spans import Cell, Span

if TYPE_CHECKING:
    from batchtui.tui.app import BatchtuiApp
    from batchtui.tui.connection import Connection

T = TypeVar("T")


class Frame(Screen[T], inherit_bindings=False):
    """A screen on top of another. `back_to` is the name of the one below.

    It is about one account, that of the row it was opened on, as long as it is there.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape,q",
            "back",
            "Back",
            show=False,
            id="screen.back",
            tooltip="Back to where you came from",
        ),
    ]
    DEFAULT_CSS = """
    Frame {
        layout: vertical;
        overflow: hidden;
    }
    Frame #banner { display: none; color: $error; }
    Frame #banner.-shown { display: block; }
    """
    back_to: str = ""
    shows_batches: ClassVar[bool] = False
    """It lives by the list of batches, which is asked for less often under any other screen."""
    home: Connection | None = None
    if TYPE_CHECKING:
        app = getters.app(BatchtuiApp)

    def compose(self) -> ComposeResult:
        yield from self.compose_top()
        yield Rule()
        yield from self.compose_middle()
        keys = KeyLine(id="keys")
        # Shown with the screen: what appears in a layout is drawn with it, not a frame later.
        keys.display = False
        yield keys

    def compose_top(self) -> Iterable[Widget]:
        yield Line(id="title")
        yield Line(id="banner")

    def compose_middle(self) -> Iterable[Widget]:
        """All between the title and the key line."""
        yield from self.compose_body()
        yield Rule()
        yield from self.compose_bottom()

    def compose_body(self) -> Iterable[Widget]:
        return ()

    def compose_bottom(self) -> Iterable[Widget]:
        yield Line(id="status")

    def show_title(self, left: Cell, middle: str = "") -> None:
        way = f"Esc back to {self.back_to}" if self.back_to else "Esc back"
        end: list[Span] = [(f"{middle}   " if middle else "", "muted"), (way, "muted")]
        self.query_one("#title", Line).show(left, end)

    def show_status(self, left: Cell = "", right: Cell = "") -> None:
        """What is under the cursor; the keys that do something with it follow."""
        self.query_one("#status", Line).show(left, right)
        self.show_keys()

    def offered(self, binding: Binding) -> str | None:
        """What the key line says of a key now; None: not there, since it would do nothing."""
        return binding.description

    def show_keys(self) -> None:
        """What the keys can do may have changed."""
        self.query_one(KeyLine).repaint()

    def show_trouble(self) -> None:
        """What is wrong with the account's list, as of now."""
        self.show_banner(*troubles([self.app.connection], self.app.now(), self.size.width))

    def show_banner(self, text: Cell = "", then: Cell = "") -> None:
        """What is wrong, in one line; empty hides it."""
        banner = self.query_one("#banner", Line)
        banner.set_class(bool(text), "-shown")
        banner.show(text, then)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        self.app.drop_earlier_notes(self)
        self.come_home()
        self.app.shows(batches=self.shows_batches)
        self.app.account_changed.subscribe(self, self._on_account_changed)
        self.account_changed()
        self.query_one("#keys").display = True

    def come_home(self) -> None:
        """What is asked and sent from here goes to the account that this screen is about."""
        if self.home is None or self.home not in self.app.connections:
            self.home = self.app.connection
        self.app.turn_to(self.home)

    def on_screen_suspend(self, event: events.ScreenSuspend) -> None:
        self.app.account_changed.unsubscribe(self)

    def _on_account_changed(self, _: None) -> None:
        self.account_changed()

    def account_changed(self) -> None:
        """The account's list, or what is wrong with it, is not what it was."""

    def _on_timer_update(self) -> None:
        if not is_behind(self.app):
            super()._on_timer_update()

    def action_back(self) -> None:
        if len(self.app.screen_stack) > 1:
            self.app.pop_screen()
        elif self.app.current_mode == OPENED:
            self.app.call_next(self.app.leave_opened)


class Root(Frame[None]):
    """One of the tabs: at the bottom of its stack, with the connection and the tabs on top."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape", "clear", "Clear", show=False, id="root.clear", tooltip="Clear filter or marks"
        ),
        Binding("q", "app.quit", "Quit", show=False, id="root.quit", tooltip="Quit batchtui"),
        *(
            Binding(
                f"{number}",
                f"app.go('{name}')",
                word,
                show=False,
                id=f"go.{name}",
                tooltip=f"The tab {word}",
            )
            for number, (name, word) in enumerate(TABS, start=1)
        ),
        Binding(
            "r", "refresh", "refresh", show=False, id="root.refresh", tooltip="Ask the server now"
        ),
        Binding(
            "R",
            "app.toggle_auto",
            "auto",
            show=False,
            id="root.auto",
            tooltip="Refresh by itself, or only on r",
        ),
        Binding(
            "P",
            "next_profile",
            "next profile",
            show=False,
            id="root.profile",
            tooltip="Go to the next of the accounts side by side",
        ),
    ]
    tab: ClassVar[str]
    shows_batches = True
    own_trouble: str = ""

    def come_home(self) -> None:
        """A tab follows: it is about the account that was meant last."""

    def compose_top(self) -> Iterable[Widget]:
        yield Line(id="header")
        yield TabLine(id="tabs")
        yield Line(id="banner")

    def account_changed(self) -> None:
        self.show_header()
        self.query_one("#tabs", Line).show(self._tabs(), self.tab_facts())
        self.show_trouble()

    def tab_facts(self) -> Cell:
        """What the tab line says at its right end."""
        return ""

    def action_clear(self) -> None:
        """Esc on a root screen never leaves it."""

    def action_refresh(self) -> None:
        self.app.refresh_now()

    def action_next_profile(self) -> None:
        """Of accounts side by side, mean the next one: what is new is sent there."""
        if len(self.app.connections) == 1:
            self.app.tell("There is one account only; `:profile all` shows them all")
            return
        here = self.app.connection
        there = self.accounts_to_mean()
        if there == [here]:
            self.app.tell("No other account has a row here; on Files P goes to each")
            return
        self.mean(there[(there.index(here) + 1) % len(there)])

    def accounts_to_mean(self) -> list[Connection]:
        """Those that P goes through; the one that is meant now is among them."""
        return self.app.connections

    def mean(self, connection: Connection) -> None:
        self.app.turn_to(connection)
        self.account_meant_changed()

    def account_meant_changed(self) -> None:
        """Another of the accounts side by side is meant."""
        self.account_changed()

    def show_header(self) -> None:
        app = self.app
        choices = header(app.connection, len(app.connections), is_paused=app.is_paused)
        self.query_one("#header", Line).show_first_that_fits(choices)

    def _tabs(self) -> list[Span]:
        tabs: list[Span] = []
        for number, (name, word) in enumerate(TABS, start=1):
            here, title = name == self.tab, f"{number} {word}"
            tabs.append((f"[{title}]" if here else f" {title} ", "accent" if here else "muted"))
        return tabs

    def show_trouble(self) -> None:
        if self.own_trouble:
            self.show_banner(self.own_trouble)
        else:
            super().show_trouble()

    def show_own_trouble(self, text: str) -> None:
        """Trouble of this screen alone; "" when it is over."""
        self.own_trouble = f"{glyphs().failed} {text}" if text else ""
        self.show_trouble()
