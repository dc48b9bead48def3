"""From a finished batch to readable answers: download its files, join them, account for each id.

Owns what is downloaded and what is not: the files of a server never change, so what is on disk is
not fetched again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from batchtui import paths
from batchtui.errors import ApiError, InputError, NotFoundError
from batchtui.jsonl.join import join
from batchtui.jsonl.joined import Audit, Joined
from batchtui.jsonl.outcomes import without_line
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.write import merge_in_input_order
from batchtui.models.batch import Batch
from batchtui.workflows import saved
from batchtui.workflows.background import in_thread
from batchtui.workflows.session import Session

OnTransfer = Callable[[str, int, int], None]
"""Told, on the loop: which file ("input", "output", "errors", and "results" while those are
written), bytes so far, bytes in all."""


Write = Callable[[Joined, Path], Steps[int]]
"""Writes joined results to a file, and returns how many lines or rows."""


@dataclass(frozen=True, slots=True)
class ResultFiles:
    """Local copies of a batch's files. None: the batch has no such file, or it is not readable.

    `input_trouble` says why the input is not there, when it should be.
    """

    input: Path | None
    output: Path | None
    errors: Path | None
    input_trouble: str | None = None

    @property
    def results(self) -> tuple[Path, ...]:
        return tuple(each for each in (self.output, self.errors) if each is not None)


@dataclass(frozen=True, slots=True)
class Collected:
    """`lines`: how many were written, in input order: result lines, or rows of an export."""

    lines: int
    audit: Audit
    files: ResultFiles


async def download(
    session: Session,
    file_id: str,
    *,
    to: Path | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Path:
    """The content of `file_id` on disk: at `to`, or kept by id and fetched once.

    Raises InputError when it cannot be kept there, ApiError.
    """
    target = to or session.download_path(file_id)
    if to is None:
        try:
            if target.exists():
                return target
            paths.private(target.parent)
        except OSError as error:
            raise InputError(f"cannot write {target}: {error.strerror or error}") from None
    client = await session.client()
    await client.files.content(file_id, to=target, on_progress=on_progress)
    if to is not None:
        await asyncio.to_thread(saved.note, session, [file_id])
    return target


async def fetch(
    session: Session,
    batch: Batch,
    *,
    input_path: Path | None = None,
    on_progress: OnTransfer | None = None,
) -> ResultFiles:
    """Local copies of the batch's output, error and input file.

    `input_path`: a local copy of the input, which then is not downloaded. An input that the
    server does not give back is no error; an output or error file is.
    """

    async def one(which: str, file_id: str | None) -> Path | None:
        if file_id is None:
            return None
        return await download(
            session,
            file_id,
            on_progress=lambda done, total: (
                on_progress(which, done, total) if on_progress else None
            ),
        )

    output = await one("output", batch.output_file_id)
    errors = await one("errors", batch.error_file_id)
    trouble = None
    if input_path is None:
        try:
            input_path = await one("input", batch.input_file_id or None)
        except NotFoundError:
            trouble = "the server no longer has the input file"
        except ApiError as error:
            trouble = f"the input file cannot be read: {error}"
    return ResultFiles(input_path, output, errors, trouble)


async def joined(files: ResultFiles, batch: Batch) -> Joined:
    """Input, output and error lines of `batch`, joined by custom_id in input order."""
    steps = join(files.input, files.results, without_line=without_line(batch.status))
    return await in_thread(steps)


async def written(steps: Steps[int], on_progress: OnTransfer | None) -> int:
    """Run what writes the results, and tell how far it is."""

    def tell(at: Progress) -> None:
        if on_progress is not None:
            on_progress("results", at.done_bytes, at.total_bytes)

    return await in_thread(steps, tell)


async def collect(
    session: Session,
    batch: Batch,
    out: Path,
    *,
    input_path: Path | None = None,
    on_progress: OnTransfer | None = None,
    write: Write = merge_in_input_order,
) -> Collected:
    """Write all result lines of `batch` to `out`, in input order, atomically.

    Output and error lines come together; an id with no result has no line and is in the audit.
    `write`: another form, as one of `export`.
    """
    files = await fetch(session, batch, input_path=input_path, on_progress=on_progress)
    records = await joined(files, batch)
    try:
        lines = await written(write(records, out), on_progress)
        results = [each for each in (batch.output_file_id, batch.error_file_id) if each]
        await asyncio.to_thread(saved.note, session, results)
        return Collected(lines, records.audit, files)
    finally:
        records.close()
