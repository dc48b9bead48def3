"""From a file on disk to a batch: check, upload, create, each step an event with its figure.

Owns the order, and that neither a file with errors nor the same content twice is sent unless asked
for. Creating at most once is `once`'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from batchtui.errors import BatchtuiError, InputError, StatusError, UsageError
from batchtui.jsonl.progress import Progress
from batchtui.jsonl.statistics import Statistics
from batchtui.jsonl.validation import Validation
from batchtui.models.batch import Batch
from batchtui.models.file import FileObject
from batchtui.workflows import foreseen
from batchtui.workflows.background import Emit, events, in_thread
from batchtui.workflows.check import RefusedError, check, limits_of
from batchtui.workflows.fingerprint import fingerprint
from batchtui.workflows.ledger import Ledger
from batchtui.workflows.once import Create, Earlier, Looking, create, earlier, send
from batchtui.workflows.processed import processed
from batchtui.workflows.session import Session


@dataclass(frozen=True, slots=True)
class Submission:
    """What to submit. `endpoint` None: the one the file's lines name.

    `output_expires_after_s`: how long the server keeps the results, None for its own default.
    `anyway`: send the file though the check found errors. `again`: send it though this content
    already made a batch here; `adopt`: take that batch instead. `validation`: a check already
    made, of this very file, which is then not made again.
    """

    path: Path
    endpoint: str | None = None
    completion_window: str = "24h"
    metadata: Mapping[str, str] = field(default_factory=dict)
    output_expires_after_s: int | None = None
    anyway: bool = False
    again: bool = False
    adopt: bool = False
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
    """`reused`: it was there already, from an earlier try that came to no batch."""

    file: FileObject
    reused: bool = False


@dataclass(frozen=True, slots=True)
class Creating:
    endpoint: str


@dataclass(frozen=True, slots=True)
class Created:
    """`adopted`: it was there already, made by an earlier try with the same content."""

    batch: Batch
    adopted: bool = False


SubmitEvent = Checking | Checked | Uploading | Uploaded | Creating | Looking | Created


class AlreadySubmittedError(UsageError):
    """The same content made `batch` before, at `sent_at_s` (epoch seconds), at this server."""

    def __init__(self, what: str, earlier: Earlier) -> None:
        batch = earlier.batch
        super().__init__(
            f"{what}: the same content was submitted already: {batch.id} is {batch.word}",
            hint="submitting it again costs again; --again does",
        )
        self.batch = batch
        self.sent_at_s = earlier.sent_at_s


def submit(session: Session, submission: Submission) -> AsyncGenerator[SubmitEvent, None]:
    """The events of one submission; the last is `Created`.

    Raises RefusedError before anything is sent when the check finds errors;
    AlreadySubmittedError when this content made a batch here before; BeingSubmittedError when it is
    on its way just now; any ApiError of the upload or the create; NotKnownError when it could not
    be found out what came of the create. Closing the iterator before `Creating` leaves no batch
    behind.
    """

    async def produce(emit: Emit[SubmitEvent]) -> None:
        validation = submission.validation or await _check(session, submission, emit)
        if not validation.ok and not submission.anyway:
            emit(Checked(validation))
            raise RefusedError(submission.path, validation)
        endpoint = submission.endpoint or main_endpoint(validation, submission.path)
        content = ""
        if session.ledger is not None:
            content = await in_thread(
                fingerprint(submission.path), lambda progress: emit(Checking(progress))
            )
        emit(Checked(validation))
        with _alone(session, content, endpoint):
            if (
                session.ledger is not None
                and not submission.again
                and await _is_settled(session, session.ledger, submission, content, endpoint, emit)
            ):
                return
            file_id = await _file_at_server(session, submission.path, content, emit)
            wanted = Create(
                file_id=file_id,
                content=content,
                path=str(submission.path.absolute()),
                endpoint=endpoint,
                completion_window=submission.completion_window,
                metadata=submission.metadata,
                output_expires_after_s=submission.output_expires_after_s,
            )
            await _create(session, wanted, emit, validation.statistics)

    return events(produce)


def submit_file(
    session: Session,
    file_id: str,
    *,
    endpoint: str,
    completion_window: str = "24h",
    metadata: Mapping[str, str] | None = None,
    output_expires_after_s: int | None = None,
    again: bool = False,
) -> AsyncGenerator[SubmitEvent, None]:
    """The same for a file that is at the server; the same guards, with its id as the content."""

    async def produce(emit: Emit[SubmitEvent]) -> None:
        content = f"file {file_id}"
        with _alone(session, content, endpoint):
            if session.ledger is not None and not again:
                found = await earlier(session, session.ledger, content, endpoint, emit)
                if found is not None:
                    if not found.was_open:
                        raise AlreadySubmittedError(file_id, found)
                    emit(Created(found.batch, adopted=True))
                    return
            client = await session.client()
            if client.processes_uploads:
                await processed(session, await client.files.retrieve(file_id))
            wanted = Create(
                file_id,
                content,
                "",
                endpoint,
                completion_window,
                metadata or {},
                output_expires_after_s,
            )
            await _create(session, wanted, emit)

    return events(produce)


@contextmanager
def _alone(session: Session, content: str, endpoint: str) -> Iterator[None]:
    """As the ledger's; a server that costs nothing is no matter."""
    with ExitStack() as held:
        if session.ledger is not None:
            held.enter_context(session.ledger.alone(session.profile.account, content, endpoint))
        yield


async def _is_settled(
    session: Session,
    ledger: Ledger,
    submission: Submission,
    content: str,
    endpoint: str,
    emit: Emit[SubmitEvent],
) -> bool:
    """True when an earlier try made the batch and it may stand for this one."""
    found = await earlier(session, ledger, content, endpoint, emit)
    if found is None:
        return False
    if not found.was_open and not submission.adopt:
        raise AlreadySubmittedError(submission.path.name, found)
    emit(Created(found.batch, adopted=True))
    return True


async def _create(
    session: Session, wanted: Create, emit: Emit[SubmitEvent], known: Statistics | None = None
) -> None:
    emit(Creating(wanted.endpoint))
    if session.ledger is None:
        batch = await send(session, wanted, wanted.metadata)
    else:
        batch = await create(session, session.ledger, wanted, emit)
        if known is not None:
            with suppress(BatchtuiError):
                await asyncio.to_thread(
                    foreseen.record, session.ledger, session.profile.account, batch.id, known
                )
    emit(Created(batch))


async def _file_at_server(
    session: Session, path: Path, content: str, emit: Emit[SubmitEvent]
) -> str:
    """Upload, or take up the upload of an earlier try that came to no batch."""
    account, ledger = session.profile.account, session.ledger
    if ledger is not None:
        known = await asyncio.to_thread(ledger.uploaded, account, content)
        file = await _still_there(session, known, path) if known else None
        if file is not None:
            file = await processed(session, file)
            emit(Uploaded(file, reused=True))
            return file.id
    file = await upload(session, path, emit)
    if ledger is not None:
        await asyncio.to_thread(ledger.remember_upload, account, content, file.id)
    file = await processed(session, file)
    emit(Uploaded(file))
    return file.id


async def _still_there(session: Session, file_id: str, path: Path) -> FileObject | None:
    client = await session.client()
    try:
        file = await client.files.retrieve(file_id)
    except StatusError:
        return None
    return file if file.bytes == path.stat().st_size and file.status != "error" else None


def main_endpoint(validation: Validation, path: Path) -> str:
    """The endpoint most lines name; raises InputError when no line names one."""
    endpoints = validation.statistics.endpoints
    if not endpoints:
        raise InputError(
            f"{path.name}: no line names an endpoint", hint="give one, for example with --endpoint"
        )
    return max(endpoints, key=lambda each: endpoints[each])


async def upload(
    session: Session, path: Path, emit: Emit[Uploading], *, purpose: str = "batch"
) -> FileObject:
    client = await session.client_to_change()

    def report(sent_bytes: int, total_bytes: int) -> None:
        emit(Uploading(sent_bytes, total_bytes))

    return await client.files.create(file=path, purpose=purpose, on_progress=report)


async def _check(session: Session, submission: Submission, emit: Emit[Checking]) -> Validation:
    return await check(
        submission.path,
        endpoint=submission.endpoint,
        limits=limits_of(session.profile),
        on_progress=lambda progress: emit(Checking(progress)),
    )
