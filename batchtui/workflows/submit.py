"""From a file on disk to a batch: check, upload, create, each step an event with its figure.

Owns the order, and that a file with errors is not sent unless asked for. It retries nothing: the
client core knows what may be repeated, and a create never is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from batchtui.errors import InputError
from batchtui.jsonl.progress import Progress
from batchtui.jsonl.validate import Validation
from batchtui.models.batch import Batch
from batchtui.models.file import FileObject
from batchtui.workflows.background import Emit, events
from batchtui.workflows.check import RefusedError, check, limits_for
from batchtui.workflows.session import Session


@dataclass(frozen=True, slots=True)
class Submission:
    """What to submit. `endpoint` None: the one the file's lines name.

    `output_expires_after_s`: how long the server keeps the results, None for its own default.
    `anyway`: send the file though the check found errors. `validation`: a check already made, of
    this very file, which is then not made again.
    """

    path: Path
    endpoint: str | None = None
    completion_window: str = "24h"
    metadata: Mapping[str, str] = field(default_factory=dict)
    output_expires_after_s: int | None = None
    anyway: bool = False
    validation: Validation | None = None


@dataclass(frozen=True, slots=True)
class Checking:
    progress: Progress


@dataclass(frozen=True, slots=True)
class Checked:
    validation: Validation


@dataclass(frozen=True, slots=True)
class Uploading:
    sent_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class Uploaded:
    file: FileObject


@dataclass(frozen=True, slots=True)
class Creating:
    endpoint: str


@dataclass(frozen=True, slots=True)
class Created:
    batch: Batch


SubmitEvent = Checking | Checked | Uploading | Uploaded | Creating | Created


def submit(session: Session, submission: Submission) -> AsyncIterator[SubmitEvent]:
    """The events of one submission; the last is `Created`.

    Raises RefusedError before anything is sent when the check finds errors; any ApiError of the
    upload or the create; NotKnownError when the answer to the create was lost. Closing the
    iterator before `Creating` leaves no batch behind.
    """

    async def produce(emit: Emit[SubmitEvent]) -> None:
        validation = submission.validation or await _check(session, submission, emit)
        emit(Checked(validation))
        if not validation.ok and not submission.anyway:
            raise RefusedError(submission.path, validation)
        endpoint = submission.endpoint or main_endpoint(validation, submission.path)
        file = await upload(session, submission.path, emit)
        emit(Uploaded(file))
        emit(Creating(endpoint))
        batch = await create(
            session,
            file.id,
            endpoint=endpoint,
            completion_window=submission.completion_window,
            metadata=submission.metadata,
            output_expires_after_s=submission.output_expires_after_s,
        )
        emit(Created(batch))

    return events(produce)


def main_endpoint(validation: Validation, path: Path) -> str:
    """The endpoint most lines name; raises InputError when no line names one."""
    endpoints = validation.statistics.endpoints
    if not endpoints:
        raise InputError(
            f"{path.name}: no line names an endpoint", hint="give one, for example with --endpoint"
        )
    return max(endpoints, key=lambda each: endpoints[each])


async def create(
    session: Session,
    file_id: str,
    *,
    endpoint: str,
    completion_window: str = "24h",
    metadata: Mapping[str, str] | None = None,
    output_expires_after_s: int | None = None,
) -> Batch:
    """One create, sent once."""
    client = await session.client()
    return await client.batches.create(
        input_file_id=file_id,
        endpoint=endpoint,
        completion_window=completion_window,
        metadata=dict(metadata) if metadata else None,
        output_expires_after_s=output_expires_after_s,
    )


async def upload(
    session: Session, path: Path, emit: Emit[Uploading], *, purpose: str = "batch"
) -> FileObject:
    client = await session.client()
    loop = asyncio.get_running_loop()

    def report(sent_bytes: int, total_bytes: int) -> None:
        loop.call_soon_threadsafe(emit, Uploading(sent_bytes, total_bytes))

    return await client.files.create(file=path, purpose=purpose, on_progress=report)


async def _check(session: Session, submission: Submission, emit: Emit[Checking]) -> Validation:
    return await check(
        submission.path,
        endpoint=submission.endpoint,
        limits=limits_for(session.profile.kind),
        on_progress=lambda progress: emit(Checking(progress)),
    )
