"""From what is listed in the viewer to a retry: the marked records, else the filtered ones.

Nothing is sent from here: the next screen asks what to change, and what it costs.
"""

from __future__ import annotations

from batchtui.tui.batch_actions import retry
from batchtui.tui.jobs.retrying import retry_job
from batchtui.tui.viewer.taking import Taking
from batchtui.tui.viewer.target import BatchResults, JobResults


class Again(Taking):
    def action_retry(self) -> None:
        target = self.target
        if isinstance(target, BatchResults):
            chosen = bool(self.marks) or (self.rows is not None and self.rows.selection is not None)
            if chosen and not self._numbers():
                self.tell("nothing is listed to retry")
                return
            retry(self.app, target.batch, self._numbers() if chosen else None)
        elif isinstance(target, JobResults):
            self._retry_job(target)
        else:
            self.tell("the results of a batch or of a job can be retried; this is a file")

    def _retry_job(self, target: JobResults) -> None:
        """A job retries by outcome: those that the filter names, else those without an answer."""
        view = self.app.desk.board.view(target.job_id)
        if view is None:
            self.tell("its job is not on the list any more")
            return
        where = self.filter_where
        outcomes = where.outcomes if where is not None and self.filter_words else None
        if self.marks:
            self.tell("a job is retried by outcome, not by mark")
        retry_job(self.app, view, outcomes)
