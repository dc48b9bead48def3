"""The app's ways to its screens: each is imported when it is first opened.

Owns how one lands where something new is to be seen. What the screens show is theirs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from batchtui.tui.connection import listed
from batchtui.tui.modes import OPENED
from batchtui.tui.with_jobs import AppWithJobs

if TYPE_CHECKING:
    from batchtui.models.batch import Batch
    from batchtui.workflows.session import Session


class AppWithScreens(AppWithJobs, inherit_bindings=False):
    async def pop_to_root(self) -> None:
        while len(self.screen_stack) > 1:
            await self.pop_screen()

    async def action_go(self, mode: str) -> None:
        if self.profile is None and mode == "batches":
            mode = "welcome"
        if mode != self.current_mode:
            await self.switch_mode(mode)

    async def show_job(self, job_id: str) -> None:
        """Land on the list of jobs with this one selected."""
        await self.pop_to_root()
        await self.action_go("jobs")
        await self.pop_to_root()
        from batchtui.tui.screens.jobs import JobsScreen

        screen = self.screen
        if isinstance(screen, JobsScreen):
            screen.select(job_id)

    async def leave_opened(self) -> None:
        """From the file that the app was opened with to the directory it lies in."""
        await self.action_go("local")
        await self.remove_mode(OPENED)

    async def show_created(self, batch: Batch, session: Session | None = None) -> None:
        """Land on the list with the new batch selected. `session`: by which it was created."""
        connection = (self.of_session(session) if session else None) or self.connection
        connection.account.put(batch)
        await self.pop_to_root()
        await self.action_go("batches")
        await self.pop_to_root()
        from batchtui.tui.screens.batches import BatchesScreen

        screen = self.screen
        if isinstance(screen, BatchesScreen):
            screen.select(listed(batch, connection))
        if connection.feed is not None:
            connection.feed.hurry()

    def open_local_file(
        self, path: Path, line: int | None = None, *, as_lines: bool = False
    ) -> None:
        from batchtui.tui.viewer.screen import ViewerScreen
        from batchtui.tui.viewer.target import LocalFile

        self.push_screen(ViewerScreen(LocalFile(path, line, as_lines)))

    def open_batch(self, batch_id: str) -> None:
        from batchtui.tui.screens.detail import DetailScreen

        self.push_screen(DetailScreen(batch_id))

    def action_doctor(self) -> None:
        from batchtui.tui.screens.doctor import DoctorScreen

        if not isinstance(self.screen, DoctorScreen):
            self.push_screen(DoctorScreen())

    def action_command_palette(self) -> None:
        from batchtui.tui.screens.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def action_messages(self) -> None:
        from batchtui.tui.screens.messages import MessagesScreen

        if not isinstance(self.screen, MessagesScreen):
            self.push_screen(MessagesScreen())

    def action_help(self) -> None:
        from batchtui.tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.action_drop_notes()
            self.push_screen(HelpScreen(self.screen))
