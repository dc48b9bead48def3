"""Tells a job's events on stderr: lines that stay, and one line of progress on a terminal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

from batchtui.cli.output import Progress, size
from batchtui.cli.sending import PROBLEMS_SHOWN
from batchtui.models import status
from batchtui.workflows.jobs import events
from batchtui.workflows.jobs.states import FINAL_JOBS, JobState, ShardState

if TYPE_CHECKING:
    from batchtui.jsonl.validation import Validation
    from batchtui.workflows.jobs.events import JobEvent
    from batchtui.workflows.jobs.records import Job, ShardRow

_SENT: Final = (ShardState.CREATING, ShardState.UPLOADED, ShardState.UPLOADING)


class JobTeller:
    """`name`: what the input is called; `retries`: how many are wanted.

    Keeps the last state of each shard to tell the whole by.
    """

    def __init__(self, name: str, *, retries: int = 0) -> None:
        self._retries = retries
        self.job: Job | None = None
        self.batch_ids: list[str] = []
        self._name = name
        self._progress = Progress()
        self._shards: dict[tuple[int, int], ShardRow] = {}
        self._in_attempt: dict[int, int] = {}

    def know(self, shards: list[ShardRow]) -> None:
        """What the job came to before it is driven here."""
        for shard in shards:
            self._shards[shard.attempt, shard.number] = shard
            self._in_attempt[shard.attempt] = self._in_attempt.get(shard.attempt, 0) + 1
            if shard.batch_id:
                self.batch_ids.append(shard.batch_id)

    async def tell(self, job_events: AsyncIterator[JobEvent]) -> None:
        try:
            async for event in job_events:
                self._tell(event)
        finally:
            self._progress.clear()

    def _tell(self, event: JobEvent) -> None:
        progress = self._progress
        match event:
            case events.Checking(at):
                progress.show(f"checking  {size(at.done_bytes)} of {size(at.total_bytes)}")
            case events.Checked(report):
                self._tell_check(report)
            case events.JobMade(job, taken_up):
                self.job = job
                if taken_up:
                    progress.done(self._taken_up(job))
            case events.Planning(at):
                progress.show(f"laying out  {size(at.done_bytes)} of {size(at.total_bytes)}")
            case events.Planned(attempt, lines, shards):
                self._in_attempt[attempt] = shards
                if attempt > 1:
                    progress.done(f"retry {attempt - 1}: {lines:,} requests")
                elif shards > 1:
                    progress.done(f"{lines:,} requests in {shards:,} batches")
            case events.JobMoved(job):
                self._tell_state(job)
            case events.ShardMoved(shard):
                self._tell_shard(shard)
            case events.Uploading(shard, sent_bytes, total_bytes):
                sent = f"{size(sent_bytes)} of {size(total_bytes)}"
                progress.show(f"{self._of(shard)}uploading  {sent}")
            case events.Looking(shard, number, of):
                progress.show(
                    f"{self._of(shard)}the answer was lost: looking for the batch, {number} of {of}"
                )
            case events.Collecting(shard, _, done_bytes, total_bytes):
                total = f" of {size(total_bytes)}" if total_bytes else ""
                progress.show(f"{self._of(shard)}downloading  {size(done_bytes)}{total}")
            case events.JobTrouble(error, retry_in_s):
                progress.done(f"{error}; asking again in {retry_in_s:.0f} s")
            case events.Auditing(at):
                progress.show(f"merging  {size(at.done_bytes)} of {size(at.total_bytes)}")
            case events.JobEnded(job):
                self.job = job

    def _taken_up(self, job: Job) -> str:
        will_retry = job.state is JobState.INCOMPLETE and job.attempt <= self._retries
        if job.state not in FINAL_JOBS or will_retry:
            return f"goes on with {job.id}"
        word = "is answered" if job.state is JobState.DONE else "has ended"
        return f"{job.id} {word} already; nothing is sent"

    def _tell_check(self, report: Validation) -> None:
        from batchtui.cli.validate import print_report, verdict

        self._progress.clear()
        if report.problems:
            print_report(self._name, report, err=True, at_most=PROBLEMS_SHOWN)
        else:
            self._progress.done(f"{self._name}: {verdict(report)}")

    def _tell_state(self, job: Job) -> None:
        self.job = job
        if job.state is JobState.WAITING and job.why:
            self._progress.show(job.why)

    def _tell_shard(self, shard: ShardRow) -> None:
        key = shard.attempt, shard.number
        before, self._shards[key] = self._shards.get(key), shard
        was = before.state if before is not None else ShardState.PLANNED
        of = self._of(shard)
        if shard.state is ShardState.UPLOADED and was is not ShardState.UPLOADED:
            self._progress.done(f"{of}{self._name} is uploaded as {shard.file_id}")
        elif shard.state is ShardState.RUNNING and was is not ShardState.RUNNING:
            self.batch_ids.append(shard.batch_id)
            verb = "created" if was in _SENT else "goes on with"
            of = f" ({of.strip(': ')})" if of else ""
            self._progress.done(f"{verb} {shard.batch_id}{of}")
        elif shard.state is ShardState.FINISHED or (
            shard.state is ShardState.WAITING and was is ShardState.RUNNING
        ):
            self._progress.done(batch_line(shard))
        elif shard.state is ShardState.SPLIT:
            self._in_attempt[shard.attempt] = self._in_attempt.get(shard.attempt, 1) + 1
            self._progress.done(f"{of}{shard.why}")
        else:
            self._progress.show(self._whole(shard))

    def _of(self, shard: ShardRow) -> str:
        """Which shard, where there are several."""
        count = self._in_attempt.get(shard.attempt, 1)
        if count == 1:
            return ""
        again = f"retry {shard.attempt - 1}, " if shard.attempt > 1 else ""
        return f"{again}shard {shard.number} of {count}: "

    def _whole(self, shard: ShardRow) -> str:
        """How far the attempt is that `shard` belongs to."""
        shards = [each for each in self._shards.values() if each.attempt == shard.attempt]
        if self._in_attempt.get(shard.attempt, 1) == 1:
            return batch_line(shard) if shard.batch_id else str(shard.state)
        answered = sum(each.completed for each in shards)
        failed = sum(each.failed for each in shards)
        done = sum(each.state is ShardState.COLLECTED for each in shards)
        return (
            f"{done} of {self._in_attempt[shard.attempt]} batches  {answered:,} answered"
            f"{f', {failed:,} failed' if failed else ''}"
        )


def batch_line(shard: ShardRow) -> str:
    """The batch of a shard as `batches watch` tells it."""
    text = f"{shard.batch_id}  {status.status_word(shard.batch_status or status.UNKNOWN)}"
    if shard.total:
        text += f"  {shard.completed + shard.failed:,} of {shard.total:,}"
    if shard.failed:
        text += f", {shard.failed:,} failed"
    return f"{text}  {shard.why}" if shard.why else text
