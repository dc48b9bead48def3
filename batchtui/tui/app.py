"""The app: which account it shows, which screens there are, and what they share.

Owns the session, the one feed of batches and the state made from it, and what happens when
something fails that nobody foresaw. Nothing here waits for a network before the first frame.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import work
from textual.actions import ActionParseResult
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.dom import DOMNode
from textual.screen import Screen
from textual.signal import Signal
from textual.worker import Worker, WorkerState

from batchtui.config import Profile
from batchtui.errors import BatchtuiError
from batchtui.tui import crash, needs, theme
from batchtui.tui.account import Account
from batchtui.tui.app_keys import APP_KEYS
from batchtui.tui.commands import Actions
from batchtui.tui.figures import count
from batchtui.tui.form_values import Draft
from batchtui.tui.modes import MODES
from batchtui.tui.screens.batches import BatchesScreen
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.frame import Frame
from batchtui.tui.start import AtBatch, AtBatches, AtDirectory, AtFile, AtPipe, StartAt
from batchtui.visible import visible
from batchtui.workflows.session import Session

if TYPE_CHECKING:
    from batchtui.models.batch import Batch
    from batchtui.workflows.feed import BatchFeed


TRANSFERS: Final = frozenset({"submit", "upload", "download"})
"""The groups of workers that a person would not want to end by mistake."""


class BatchtuiApp(App[None], inherit_bindings=False):
    """`start_demo` starts a throwaway gateway and returns the way to it; called in a thread.

    `clock` gives epoch seconds. `browse_dir` is where Local begins, `downloads` where contents of
    the server's files are kept.
    """

    TITLE = "batchtui"
    CSS_PATH = Path(__file__).with_name("app.tcss")
    MODES = MODES
    DEFAULT_MODE = "batches"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = {Actions}  # noqa: RUF012 - declared so in App
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - declared so in App
        (0, "-narrow"),
        (100, "-wide"),
        (120, "-full"),
    ]
    BINDING_GROUP_TITLE = "Everywhere"
    BINDINGS: ClassVar[list[BindingType]] = APP_KEYS

    def __init__(
        self,
        profile: Profile | None,
        *,
        start: StartAt | None = None,
        browse_dir: Path | None = None,
        downloads: Path | None = None,
        start_demo: Callable[[], Profile] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        # Without colours the terminal's palette must be chosen before the filters are.
        super().__init__(ansi_color=True if os.environ.get("NO_COLOR") else None)
        self.profile = profile
        self.session: Session | None = None
        self.account = Account()
        self.account_changed: Signal[None] = Signal(self, "account_changed")
        self.browse_dir = browse_dir or Path.cwd()
        self.downloads = downloads
        self.start_demo = start_demo
        self.clock = clock
        self.is_paused = False
        self.crash_text: str | None = None
        self.drafts: dict[Path, Draft] = {}
        self._start = start or AtBatches()
        self._feed: BatchFeed | None = None
        self._feed_worker: Worker[None] | None = None
        self.register_theme(theme.TERMINAL)
        self.theme = theme.TERMINAL.name
        self.animation_level = "none"

    @property
    def interval_s(self) -> float:
        return self.profile.refresh_s if self.profile else 10.0

    def now(self) -> float:
        """Epoch seconds."""
        return self.clock()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"row-cursor": "ansi_default"}

    # from start to end

    async def on_mount(self) -> None:
        if not self.is_headless:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, self.exit)
        self._countdown = self.set_interval(1.0, self._count_down, pause=True)
        start = self._start
        if isinstance(start, AtDirectory):
            self.browse_dir = start.path
        elif isinstance(start, AtFile):
            self.browse_dir = start.path.parent
        if isinstance(start, AtDirectory | AtFile | AtPipe):
            await self.action_go("local")
        elif self.profile is None:
            await self.action_go("welcome")
        self.call_after_refresh(self._go_on, start)

    def _go_on(self, start: StartAt) -> None:
        if self.profile is not None:
            self.connect(self.profile)
        if isinstance(start, AtFile):
            self.open_local_file(start.path, start.line)
        elif isinstance(start, AtPipe):
            self._open_pipe(start.path)
        elif isinstance(start, AtBatch):
            self.open_batch(start.batch_id)

    def connect(self, profile: Profile) -> None:
        """Follow the account of `profile` from now on."""
        self.profile = profile
        self.session = Session(profile, downloads=self.downloads)
        self.account = Account()
        self._follow(self.session)

    async def on_unmount(self) -> None:
        if self.session is not None:
            await self.session.aclose()

    # the feed

    @work(
        group="feed",
        exclusive=True,
        exit_on_error=False,
        description="keep the list of batches fresh",
    )
    async def _follow(self, session: Session) -> None:
        feed = await asyncio.to_thread(_feed_of, session, self.interval_s)
        feed.paused = self.is_paused
        self._feed = feed
        from batchtui.workflows.feed import Named, Refreshed

        async for event in feed.updates():
            if isinstance(event, Refreshed):
                if not self.account.is_loaded:
                    self._ask_capabilities(session)
                self.announce(self.account.refresh(event))
                self._countdown.pause()
            elif isinstance(event, Named):
                self.account.names.update(event.names)
            else:
                self.account.trouble = event
                self.account.trouble_at_s = self.now()
                self._countdown.resume()
            self.account_changed.publish(None)

    @work(
        group="capabilities",
        exclusive=True,
        exit_on_error=False,
        description="find out what the server can do",
    )
    async def _ask_capabilities(self, session: Session) -> None:
        await self.learn_capabilities(session)

    async def learn_capabilities(self, session: Session) -> None:
        """What the server can do, from what is kept or by asking it; our own can do all."""
        if session.profile.kind == "local":
            return
        capabilities = await asyncio.to_thread(_capabilities)
        with suppress(BatchtuiError):
            found = await capabilities.known(session) or await capabilities.probe(session)
            if session is self.session:
                self.account.capabilities = found
                self.account_changed.publish(None)
                self.screen.refresh_bindings()

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """As Textual's; where the server or the profile does not allow it, say why instead."""
        if isinstance(action, str) and default_namespace is not None:
            why = needs.why_not(self, needs.binding_id(default_namespace, action))
            if why is not None:
                self.tell(why)
                return True
        return await super().run_action(action, default_namespace, namespaces)

    def announce(self, finished: Iterable[Batch]) -> None:
        """Ring once for all that have just become final, and say which."""
        told = list(finished)
        if not told:
            return
        self.bell()
        for batch in told[:3]:
            counts = batch.request_counts
            failed = f", {count(counts.failed)} failed" if counts and counts.failed else ""
            self.tell(f"{self.account.name(batch)}: {batch.status}{failed}")
        if len(told) > 3:
            self.tell(f"and {len(told) - 3} more are final")

    def refresh_now(self) -> None:
        if self._feed is not None:
            self._feed.refresh_now()

    def hurry(self) -> None:
        """Something was just sent that will move."""
        if self._feed is not None:
            self._feed.hurry()

    def load_more(self) -> None:
        if self._feed is not None and self.account.has_more:
            self._feed.load_more()

    def action_toggle_auto(self) -> None:
        self.is_paused = not self.is_paused
        if self._feed is not None:
            self._feed.paused = self.is_paused
            if not self.is_paused:
                self._feed.refresh_now()
        self.account_changed.publish(None)

    def _count_down(self) -> None:
        """While there is trouble, the banner tells how long until the next try."""
        if isinstance(self.screen, Frame):
            self.screen.show_trouble()

    # what screens ask for

    def tell(self, text: str, *, trouble: bool = False) -> None:
        """A short note that goes away by itself; `text` may be anybody's."""
        self.notify(visible(text), severity="error" if trouble else "information", markup=False)

    def tell_error(self, error: BatchtuiError) -> None:
        self.tell(f"{error.message}. {error.hint}" if error.hint else error.message, trouble=True)

    async def action_go(self, mode: str) -> None:
        if self.profile is None and mode != "local":
            mode = "welcome"
        if mode != self.current_mode:
            await self.switch_mode(mode)

    async def show_created(self, batch: Batch) -> None:
        """Land on the list with the new batch selected."""
        self.account.put(batch)
        await self.action_go("batches")
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        screen = self.screen
        if isinstance(screen, BatchesScreen):
            screen.select(batch.id)
        self.hurry()

    def open_local_file(
        self, path: Path, line: int | None = None, *, as_lines: bool = False
    ) -> None:
        from batchtui.tui.viewer.screen import ViewerScreen
        from batchtui.tui.viewer.target import LocalFile

        self.push_screen(ViewerScreen(LocalFile(path, line, as_lines)))

    def _open_pipe(self, path: Path) -> None:
        from batchtui.tui.viewer.screen import ViewerScreen
        from batchtui.tui.viewer.target import StandardInput

        self.push_screen(ViewerScreen(StandardInput(path)))

    def open_batch(self, batch_id: str) -> None:
        from batchtui.tui.screens.detail import DetailScreen

        self.push_screen(DetailScreen(batch_id))

    def action_doctor(self) -> None:
        from batchtui.tui.screens.doctor import DoctorScreen

        if not isinstance(self.screen, DoctorScreen):
            self.push_screen(DoctorScreen())

    def action_help(self) -> None:
        from batchtui.tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    def action_redraw(self) -> None:
        self.refresh(layout=True)

    def action_help_quit(self) -> None:
        self.tell("ctrl+q quits from anywhere, q from the list")

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        yield SystemCommand("app: theme", "Change the look", self.action_change_theme)
        yield SystemCommand("app: doctor", "Examine server, key, terminal", self.action_doctor)
        yield SystemCommand("app: quit", "Quit batchtui", self.action_quit)

    async def action_quit(self) -> None:
        """Leave; while a file is on its way, only after a question."""
        moving = [worker for worker in self.workers if worker.group in TRANSFERS]
        if any(worker.is_running for worker in moving) and not isinstance(
            self.screen, ConfirmScreen
        ):
            question = "A transfer is running. Quit, and stop it?"
            self.push_screen(ConfirmScreen(question), self._quit_if)
        else:
            self.exit()

    def _quit_if(self, confirmed: bool | None) -> None:
        if confirmed:
            self.exit()

    # what nobody foresaw

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        error = event.worker.error
        if event.state is WorkerState.ERROR and error is not None:
            if isinstance(error, BatchtuiError):
                self.tell_error(error)
                return
            where = crash.record(error)
            self.tell(f"unexpected error, see {where}", trouble=True)

    def _fatal_error(self) -> None:
        """Leave, with the traceback in the log and never, with its values, on the screen."""
        if self._exception is not None:
            self.crash_text = crash.text_for(self._exception, crash.record(self._exception))
        self._close_messages_no_wait()


def _feed_of(session: Session, interval_s: float) -> BatchFeed:
    """Called in a thread: the first import of the wire types takes a quarter of a second."""
    from batchtui.workflows.feed import BatchFeed

    return BatchFeed(session, interval_s=interval_s)


def _capabilities() -> ModuleType:
    from batchtui.workflows import capabilities

    return capabilities
