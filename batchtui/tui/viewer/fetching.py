"""From the viewer's target to its records: a file at once, a server's files by a download.

A server's file is shown while it arrives: the download's partial file is opened as a file that
grows, and the whole one when it is there.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from batchtui import paths
from batchtui.errors import BatchtuiError
from batchtui.tui import figures
from batchtui.tui.viewer.growth import Growing
from batchtui.tui.viewer.job_results import fetched, join_job
from batchtui.tui.viewer.jobs import FETCH, OPEN, Job
from batchtui.tui.viewer.opening import join_files, open_file
from batchtui.tui.viewer.target import BatchResults, JobResults, RemoteFile

if TYPE_CHECKING:
    from batchtui.workflows.session import Session

LOOK_INTERVAL_S: Final = 0.1


class Fetching(Growing):
    def fetch(self) -> None:
        target = self.target
        if isinstance(target, RemoteFile | BatchResults | JobResults):
            self.run_worker(
                self._download(target),
                name=FETCH,
                group=FETCH,
                description="downloading",
                exclusive=True,
                exit_on_error=False,
            )
        else:
            self._open(target.path)

    def _open(self, path: Path) -> None:
        self.jobs.start(OPEN, "opening", lambda job: open_file(job, path))
        self.show_where()

    async def _download(self, target: RemoteFile | BatchResults | JobResults) -> None:
        session = self.app.session
        if session is None:
            self.show_trouble_of("no server is connected")
            return
        job = Job(FETCH, "downloading", self.post_message)
        self.jobs.active[FETCH] = job
        try:
            if isinstance(target, JobResults):
                store, row = await fetched(self.app.desk, target.job_id)
                self.jobs.start(OPEN, "joining", lambda job: join_job(job, store, row))
            elif isinstance(target, RemoteFile):
                await self._download_file(session, target.file_id, job)
            else:
                await self._download_batch(session, target, job)
        except BatchtuiError as error:
            self.show_trouble_of(error.message, error.hint)
        except OSError as error:
            self.show_banner(f"cannot keep what the server sends: {error}")
        finally:
            self.jobs.ended(job)
            self.show_where()

    async def _download_batch(self, session: Session, target: BatchResults, job: Job) -> None:
        from batchtui.workflows import results

        def told(which: str, done_bytes: int, total_bytes: int) -> None:
            self._report(job, which, done_bytes, total_bytes)

        files = await results.fetch(session, target.batch, on_progress=told)
        if files.input_trouble:
            self.show_banner(files.input_trouble)
        status = target.batch.status
        self.jobs.start(
            OPEN, "joining", lambda job: join_files(job, files.input, files.results, status)
        )

    async def _download_file(self, session: Session, file_id: str, job: Job) -> None:
        from batchtui.workflows import results

        place = session.download_path(file_id)
        if not place.exists():
            parent = paths.private(place.parent)
            arriving = Path(tempfile.mkdtemp(prefix=".arriving-", dir=parent))
            transfer = asyncio.ensure_future(
                results.download(
                    session,
                    file_id,
                    to=arriving / "content",
                    on_progress=lambda done, total: self._report(job, "", done, total),
                )
            )
            try:
                await self._show_arriving(arriving, transfer)
                (await transfer).replace(place)
            finally:
                transfer.cancel()
                shutil.rmtree(arriving, ignore_errors=True)
        self._open(place)

    async def _show_arriving(self, directory: Path, transfer: asyncio.Future[Path]) -> None:
        """Open what has arrived as soon as something has; returns when all has."""
        is_open = False
        while not transfer.done():
            await asyncio.wait({transfer}, timeout=LOOK_INTERVAL_S)
            part = next(directory.glob(".*.part"), None)
            if part is not None and not is_open and not transfer.done() and part.stat().st_size:
                is_open = True
                self._open(part)

    def _report(self, job: Job, which: str, done_bytes: int, total_bytes: int) -> None:
        job.words = f"downloading {which} {figures.size(done_bytes)}".replace("  ", " ")
        job.fraction = done_bytes / total_bytes if total_bytes else 0.0
        self.show_where()
