"""From the viewer's target to its records: a file at once, a server's files after a download."""

from __future__ import annotations

from batchtui.errors import BatchtuiError
from batchtui.tui import figures
from batchtui.tui.viewer.growth import OPEN, Growing
from batchtui.tui.viewer.jobs import Job
from batchtui.tui.viewer.opening import join_files, open_file
from batchtui.tui.viewer.target import BatchResults, RemoteFile

FETCH = "fetch"


class Fetching(Growing):
    def fetch(self) -> None:
        target = self.target
        if isinstance(target, RemoteFile | BatchResults):
            self.run_worker(
                self._download(target),
                name=FETCH,
                group=FETCH,
                description="downloading",
                exclusive=True,
                exit_on_error=False,
            )
            return
        path = target.path
        self.jobs.start(OPEN, "opening", lambda job: open_file(job, path))
        self.show_where()

    async def _download(self, target: RemoteFile | BatchResults) -> None:
        session = self.app.session
        if session is None:
            self.show_banner("no server is connected")
            return
        from batchtui.workflows import results

        job = Job(FETCH, "downloading", self.post_message)
        self.jobs.active[FETCH] = job

        def told(which: str, done_bytes: int, total_bytes: int) -> None:
            job.words = f"downloading {which} {figures.size(done_bytes)}"
            job.fraction = done_bytes / total_bytes if total_bytes else 0.0
            self.show_where()

        try:
            if isinstance(target, RemoteFile):
                path = await results.download(
                    session,
                    target.file_id,
                    on_progress=lambda done, total: told(target.name, done, total),
                )
                self.jobs.start(OPEN, "opening", lambda job: open_file(job, path))
                return
            files = await results.fetch(session, target.batch, on_progress=told)
            if files.input_trouble:
                self.show_banner(files.input_trouble)
            self.jobs.start(
                OPEN, "joining", lambda job: join_files(job, files.input, files.results)
            )
        except BatchtuiError as error:
            self.show_banner(error.message)
        finally:
            self.jobs.ended(job)
            self.show_where()
