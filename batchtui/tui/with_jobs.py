"""The app's ways to its jobs: the desk that knows and drives them, and the screens that show them.

Owns when jobs that were left are looked for at the beginning, and what is asked at the end while
some are still driven.
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Final

from batchtui import paths
from batchtui.tui.connected import ConnectedApp
from batchtui.tui.figures import plural
from batchtui.tui.jobs.desk import JobDesk

GLANCE_S: Final = 1.0
"""So long after the first frame: nobody waits for it."""


class AppWithJobs(ConnectedApp, inherit_bindings=False):
    jobs_file: Path | None = None
    """Where the record of jobs is; None: the user's."""

    @cached_property
    def desk(self) -> JobDesk:
        return JobDesk(self, self.jobs_file)

    def use_jobs_file(self, path: Path) -> None:
        """Another record from now on. To be called while nothing of the one before is driven."""
        self.workers.cancel_group(self, "jobs")
        self.jobs_file = path
        self.__dict__.pop("desk", None)

    def look_for_jobs(self) -> None:
        """Jobs that nobody drives are told of; who never had a job pays nothing for it."""
        file = self.jobs_file or paths.state_dir() / "jobs.db"
        if os.path.exists(file):  # noqa: PTH110 - it never raises
            self.set_timer(GLANCE_S, self.desk.look_now)

    def open_job(self, job_id: str) -> None:
        """`job_id` may be the beginning of one."""
        from batchtui.tui.screens.job import JobScreen

        self.push_screen(JobScreen(job_id))

    def ask_to_leave_jobs(self) -> str:
        """What to ask before the app ends; "" where it drives no job."""
        count = len(self.desk.driven)
        if not count:
            return ""
        jobs = "1 job is" if count == 1 else f"{plural(count, 'job')} are"
        return (
            f"{jobs} driven by this app. Quit? Open batches go on at the server, and nothing is "
            "lost: p in Jobs, or batchtui jobs resume, takes up what is left."
        )
