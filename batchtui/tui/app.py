"""The app: which screens there are, what they ask of it, and its beginning and end.

Owns also what happens when something fails that nobody foresaw. Nothing here waits for a network
before the first frame.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import events, work
from textual.actions import ActionParseResult
from textual.app import SystemCommand
from textual.binding import BindingType
from textual.dom import DOMNode
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from batchtui.config import AppSettings, Profile, side_by_side
from batchtui.errors import BatchtuiError
from batchtui.tui import attention, crash, memory, needs, theme
from batchtui.tui.app_keys import APP_KEYS
from batchtui.tui.garbage import keep_collections_short
from batchtui.tui.hang_up import (
    ignore_continue_when_gone,
    let_go_of_terminal,
    terminal_is_gone,
)
from batchtui.tui.modes import MODES, OF_AN_ACCOUNT, OPENED, first_mode, opened
from batchtui.tui.screens.frame import Frame
from batchtui.tui.screens.too_small import TooSmallScreen, is_too_small
from batchtui.tui.start import (
    AtBatch,
    AtBatches,
    AtFile,
    AtJob,
    AtPipe,
    Demo,
    StartAt,
    first_directory,
    with_whole_path,
)
from batchtui.tui.styles import Styles
from batchtui.tui.with_screens import AppWithScreens

if TYPE_CHECKING:
    from textual.command import Provider

    from batchtui.tui.form_values import Draft


TRANSFERS: Final = frozenset({"submit", "upload", "download"})
"""The groups of workers that a person would not want to end by mistake."""


AFTER_FIRST_FRAME_S: Final = 0.01


def _actions() -> type[Provider]:
    from batchtui.tui.commands import Actions

    return Actions


class BatchtuiApp(AppWithScreens, inherit_bindings=False):
    """`start_demo` starts a throwaway gateway and tells the way to it; called in a thread.

    `clock` gives epoch seconds. `browse_dir` is where Local begins, `downloads` where contents of
    the server's files are kept. `memory_file`: where the next run finds what this one looked at.
    `beside`: the accounts to show side by side, instead of that of `profile` alone.
    """

    TITLE = "batchtui"
    CSS_PATH = Path(__file__).with_name("app.tcss")
    MODES = MODES
    DEFAULT_MODE: str = "batches"  # type: ignore[misc]
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = {_actions}  # noqa: RUF012 - declared so in App
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
        start_demo: Callable[[], Demo] | None = None,
        settings: AppSettings | None = None,
        memory_file: Path | None = None,
        beside: Sequence[Profile] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._start = with_whole_path(start or AtBatches())
        self._beside = beside
        self.memory_file = memory_file
        self.memory = memory.load(memory_file) if memory_file else memory.Memory()
        self.DEFAULT_MODE = first_mode(self._start, profile, self.memory.tab)
        super().__init__(profile, settings=settings, downloads=downloads, clock=clock)
        if isinstance(self._start, AtFile | AtPipe):
            self.add_mode(OPENED, partial(opened, self._start))
        self.last_directory = self.memory.directory
        self.browse_dir = first_directory(self._start, browse_dir)
        self.file_to_select = self._start.path if isinstance(self._start, AtFile) else None
        self.start_demo = start_demo
        self.crash_text: str | None = None
        self._shows_batches = True
        self.drafts: dict[Path, Draft] = {}
        for each in theme.THEMES:
            self.register_theme(each)
        self.theme = self.settings.theme or theme.TERMINAL.name
        self.stylesheet = Styles(variables=self.get_css_variables())
        self.set_keymap(dict(self.settings.keys))
        self.animation_level = "none"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme.defaults()

    # from start to end

    async def on_mount(self) -> None:
        if not self.is_headless:
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGTERM, self.exit)
            loop.add_signal_handler(signal.SIGHUP, self._hang_up)
            ignore_continue_when_gone()
            keep_collections_short(self)
        self.write_terminal(attention.SAVE_TITLE)
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw())
        self._countdown = self.set_interval(1.0, self._count_down, pause=True)
        # Not "after the refresh" of a screen: one that is covered by another is not refreshed.
        self.set_timer(AFTER_FIRST_FRAME_S, partial(self._go_on, self._start))

    def _hang_up(self) -> None:
        if terminal_is_gone():
            let_go_of_terminal()
        self.exit()

    async def on_resize(self, event: events.Resize) -> None:
        small = is_too_small(event.size)
        if small and not isinstance(self.screen, TooSmallScreen):
            await self.push_screen(TooSmallScreen())
        elif not small and isinstance(self.screen, TooSmallScreen):
            await self.pop_screen()

    def _go_on(self, start: StartAt) -> None:
        if self.profile is not None:
            self.connect(*self._beside or [self.profile])
        if isinstance(start, AtBatch):
            self.open_batch(start.batch_id)
        if isinstance(start, AtJob):
            self.open_job(start.job_id)
        self.look_for_jobs()
        if self.settings.keys:
            self._check_keys()

    @work(group="keys", exit_on_error=False, description="check the user's keys")
    async def _check_keys(self) -> None:
        from batchtui.tui.keymap import problems

        for each in await asyncio.to_thread(problems, self.settings.keys):
            self.tell(each, trouble=True)

    async def follow(self, *profiles: Profile) -> None:
        """Leave the accounts for those of `profiles`; what is on its way keeps the app here."""
        if self.is_transferring:
            self.tell("A transfer is running: wait for it, or cancel it first", trouble=True)
            return
        left = [each.session for each in self.connections]
        await self.action_go("batches")
        await self.pop_to_root()
        await self._make_anew(OF_AN_ACCOUNT)
        self.connect(*profiles)
        self.account_changed.publish(None)
        for session in left:
            if session is not None:
                await session.aclose()
        self.tell(f"now at {', '.join(f'{each.name} @ {each.host}' for each in profiles)}")

    async def _make_anew(self, modes: Iterable[str]) -> None:
        for name in modes:
            await self.remove_mode(name)
            self.add_mode(name, MODES[name])

    async def enter_demo(self, demo: Demo) -> None:
        """Nothing that is done there is kept, nor remembered by the next run."""
        self.memory_file = None
        self.browse_dir, self.downloads = demo.browse_dir, demo.downloads
        self.use_jobs_file(demo.jobs_file)
        await self._make_anew(("local", "jobs"))
        self.connect(demo.profile)
        await self.action_go("batches")

    async def follow_named(self, names: Sequence[str]) -> None:
        """As `follow`, by the names in the configuration; `all` is every account."""
        try:
            found = await asyncio.to_thread(side_by_side, names)
        except BatchtuiError as error:
            self.tell_error(error)
            return
        if found:
            await self.follow(*found)

    async def on_unmount(self) -> None:
        self.write_terminal(attention.RESTORE_TITLE)
        if self.memory_file is not None:
            if self.current_mode in memory.TABS:
                self.memory.tab = self.current_mode
            memory.save(self.memory, self.memory_file)
        for each in self.connections:
            if each.session is not None:
                await each.session.aclose()

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """As Textual's; where the server or the profile does not allow it, say why instead."""
        self.note_action()
        if isinstance(action, str) and default_namespace is not None:
            why = needs.why_not(self, needs.binding_id(default_namespace, action))
            if why is not None:
                self.tell(why)
                return True
        return await super().run_action(action, default_namespace, namespaces)

    def trouble_began(self) -> None:
        self._countdown.resume()

    def trouble_is_over(self) -> None:
        self._countdown.pause()

    def _count_down(self) -> None:
        """While there is trouble, the banner tells how long until the next try."""
        if isinstance(self.screen, Frame):
            self.screen.show_trouble()

    def action_command_line(self) -> None:
        from batchtui.tui.screens.command_line import CommandLineScreen

        if not isinstance(self.screen, CommandLineScreen):
            self.action_drop_notes()
            self.push_screen(CommandLineScreen(self.screen, self))

    def action_redraw(self) -> None:
        self.refresh(layout=True)

    def action_help_quit(self) -> None:
        self.tell("ctrl+q quits from anywhere, q from the list")

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        yield SystemCommand("app: quit", "Quit batchtui", self.action_quit)

    @property
    def is_transferring(self) -> bool:
        return any(each.is_running for each in self.workers if each.group in TRANSFERS)

    async def action_quit(self) -> None:
        """Leave; while a file is on its way, or a job is driven, only after a question."""
        question = self.ask_to_leave_jobs()
        if self.is_transferring:
            question = "A transfer is running. Quit, and stop it?"
        from batchtui.tui.screens.confirm import ConfirmScreen

        if question and not isinstance(self.screen, ConfirmScreen):
            self.push_screen(ConfirmScreen(question), self._quit_if)
        else:
            self.exit()

    def _quit_if(self, confirmed: bool | None) -> None:
        if confirmed:
            self.exit()

    # who looks

    def on_app_blur(self) -> None:
        self.note_watched(watched=False)

    def on_app_focus(self) -> None:
        self.note_watched(watched=self._shows_batches)

    def shows(self, *, batches: bool) -> None:
        """The screen on top lives by the list of batches, or not."""
        self._shows_batches = batches
        self.note_watched(watched=batches and self.app_focus)

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
