"""One shard from the input to a batch: upload, create, each step recorded before it is taken.

Owns that a shard makes one batch: whatever the last process came to is looked for first, by the
shard's own content key in the ledger. It decides nothing about when, and raises what goes wrong.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

from batchtui.errors import StatusError
from batchtui.jsonl.shards import SpanFile
from batchtui.models.batch import Batch
from batchtui.models.file import FileObject
from batchtui.models.limits import OPENAI
from batchtui.workflows import once
from batchtui.workflows.jobs.course import Course
from batchtui.workflows.jobs.events import Looking, Uploading
from batchtui.workflows.jobs.records import Attempt, Job, ShardRow
from batchtui.workflows.jobs.states import UNSENT, ShardState
from batchtui.workflows.ledger import Ledger
from batchtui.workflows.processed import processed
from batchtui.workflows.session import Session

JOB_KEY: Final = "batchtui_job"
"""The metadata key that tells at the server which job, attempt and shard a batch is."""
_OWN_PAIRS: Final = 2


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends shards of `attempt`. `endpoint`: for lines that name none. `is_sole`: the attempt has
    one shard, which then stands for the whole input."""

    course: Course
    attempt: Attempt
    endpoint: str
    is_sole: bool

    @property
    def session(self) -> Session:
        return self.course.session

    @property
    def ledger(self) -> Ledger:
        return self.course.ledger

    @property
    def job(self) -> Job:
        return self.course.job

    async def send(self, shard: ShardRow) -> ShardRow:
        """The shard with a batch, running. Closing it at any point leaves what can be resumed.

        Raises BeingSubmittedError while somebody submits the whole input by itself.
        """
        with ExitStack() as held:
            if self._is_whole(shard):
                account, content = self.session.profile.account, self.job.input_hash
                held.enter_context(self.ledger.alone(account, content, self.endpoint_of(shard)))
            batch = await self.earlier(shard)
            if batch is None:
                if shard.state is not ShardState.CREATING:
                    shard = await self._uploaded(shard)
                batch = await self._create(shard)
            return await self.made(shard, batch)

    async def made(self, shard: ShardRow, batch: Batch) -> ShardRow:
        """The shard, running as `batch`."""
        return await self.course.move_shard(
            shard,
            ShardState.RUNNING,
            batch_id=batch.id,
            batch_status=batch.status,
            created_at=batch.created_at,
        )

    async def earlier(self, shard: ShardRow) -> Batch | None:
        """The batch that this shard made already, if anybody's create came through."""
        account = self.session.profile.account
        endpoint = self.endpoint_of(shard)

        def look(event: once.Looking) -> None:
            self.course.emit(Looking(shard, event.number, event.of))

        listed = await asyncio.to_thread(self.course.store.batches, shard.job_id)
        known = {each.batch_id for each in listed}
        found = await once.earlier(
            self.session,
            self.ledger,
            shard.content,
            endpoint,
            look,
            # A batch that failed is no news, unless nobody saw it fail: it is listed then, too.
            matters=lambda batch: once.costs(batch) or batch.id not in known,
        )
        if found is None and self._is_whole(shard):
            content = self.job.input_hash
            if self.job.options.adopt and shard.state in UNSENT:
                found = await once.earlier(self.session, self.ledger, content, endpoint, look)
            await asyncio.to_thread(self.ledger.let_stand_in, account, content, shard.content)
        return found.batch if found else None

    def _is_whole(self, shard: ShardRow) -> bool:
        """The batch of this shard is the one that the input by itself would make."""
        return self.is_sole and shard.attempt == 1

    def endpoint_of(self, shard: ShardRow) -> str:
        return self.job.options.endpoint or shard.lane.endpoint or self.endpoint

    async def _uploaded(self, shard: ShardRow) -> ShardRow:
        """Its file is at the server, ready for a create."""
        shard = await self.course.move_shard(shard, ShardState.UPLOADING)
        account = self.session.profile.account
        file = await self._still_there(shard)
        if file is None:
            file = await self._upload(shard)
            await asyncio.to_thread(self.ledger.remember_upload, account, shard.content, file.id)
        file = await processed(self.session, file)
        return await self.course.move_shard(shard, ShardState.UPLOADED, file_id=file.id)

    async def _still_there(self, shard: ShardRow) -> FileObject | None:
        """What was uploaded before: by a try that came to no batch, or to one without room."""
        known = await asyncio.to_thread(
            self.ledger.uploaded, self.session.profile.account, shard.content
        )
        if known is None and self._has_token:
            known = shard.file_id or None
        if known is None:
            return None
        client = await self.session.client()
        try:
            file = await client.files.retrieve(known)
        except StatusError:
            return None
        return file if file.bytes == shard.size_bytes and file.status != "error" else None

    async def _upload(self, shard: ShardRow) -> FileObject:
        client = await self.session.client_to_change()
        spans = await asyncio.to_thread(self.course.store.spans, shard)
        path = Path(self.attempt.path)
        with await asyncio.to_thread(SpanFile.open, path, spans) as file:
            return await client.files.create(
                file=cast(BinaryIO, file),
                filename=self._filename(shard),
                on_progress=lambda sent, total: self.course.emit(Uploading(shard, sent, total)),
            )

    def _filename(self, shard: ShardRow) -> str:
        stem = Path(self.job.name).stem
        again = f"-retry{shard.attempt - 1}" if shard.attempt > 1 else ""
        number = "" if self.is_sole else f"-{shard.number:03d}"
        return f"{stem}{again}{number}.jsonl"

    async def _create(self, shard: ShardRow) -> Batch:
        options = self.job.options
        metadata = dict(options.metadata)
        if self._has_token:
            metadata[JOB_KEY] = shard.content
        shard = await self.course.move_shard(shard, ShardState.CREATING)
        wanted = once.Create(
            file_id=shard.file_id,
            content=shard.content,
            path=self.job.input_path,
            endpoint=self.endpoint_of(shard),
            completion_window=options.completion_window,
            metadata=metadata,
            output_expires_after_s=options.output_expires_after_s,
        )
        return await once.create(
            self.session,
            self.ledger,
            wanted,
            lambda event: self.course.emit(Looking(shard, event.number, event.of)),
        )

    @property
    def _has_token(self) -> bool:
        """The metadata has room for our own pairs, by which a batch is known again."""
        return len(self.job.options.metadata) + _OWN_PAIRS <= OPENAI.metadata_pairs


def usual_endpoint(shards: list[ShardRow]) -> str:
    """What most lines name: for those that name none."""
    lines: Counter[str] = Counter()
    for shard in shards:
        lines[shard.lane.endpoint] += shard.lines if shard.lane.endpoint else 0
    return max(lines, key=lambda each: lines[each], default="")
