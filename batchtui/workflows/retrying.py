"""From a batch to a new one for the requests that came to nothing: which they are, their file.

Owns the choice, and that nothing is sent twice that may still be answered. The new file is
submitted as any other; where a batch was retried before, the best answers so far count.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from batchtui import paths
from batchtui.errors import ApiError, InputError, UsageError
from batchtui.jsonl.answers import check_json_answers
from batchtui.jsonl.join import join
from batchtui.jsonl.joined import Joined
from batchtui.jsonl.outcomes import NOT_ANSWERED, Outcome, without_line
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.rewrite import rewrite
from batchtui.jsonl.write import extract, merge_in_input_order
from batchtui.models.batch import Batch
from batchtui.workflows import lineage, results, saved
from batchtui.workflows.background import in_thread
from batchtui.workflows.check import limits_of
from batchtui.workflows.fingerprint import fingerprint
from batchtui.workflows.lineage import Retry
from batchtui.workflows.results import OnTransfer
from batchtui.workflows.session import Session

RETRIED: Final = NOT_ANSWERED
"""The outcomes that a retry is for unless others are chosen."""
_STEM_CHARS: Final = 60


class BeingRetriedError(UsageError):
    """A retry of the batch may still answer."""

    def __init__(self, batch: Batch, retry: Batch) -> None:
        super().__init__(
            f"{batch.id} is being retried: {retry.id} is {retry.word}",
            hint="wait for it; --again retries all the same, and may cost twice",
        )


class NoInputError(InputError):
    """The requests of the batch are nowhere to be had; a copy of its input would do."""

    def __init__(self, batch: Batch, why: str) -> None:
        super().__init__(
            f"{batch.id} cannot be retried: {why}",
            hint="give a copy of the input with --input FILE",
        )


@dataclass(slots=True)
class Retriable:
    """A batch with its requests beside the best answers so far. Use as a context manager.

    `retries`: the batches that retried it, and those that retried them, oldest first.
    """

    batch: Batch
    records: Joined
    retries: Sequence[Batch] = ()

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many requests have each outcome."""
        return self.records.counts

    @property
    def answered_since(self) -> int:
        """How many requests have an answer of a retry, and had none of the batch itself."""
        counts = self.batch.request_counts
        if counts is None or not self.retries:
            return 0
        left = sum(n for outcome, n in self.counts.items() if outcome in RETRIED)
        return max(counts.total - counts.completed - left, 0)

    @property
    def nothing_left(self) -> str:
        """Why there is nothing to retry, in words; empty where there is something."""
        if any(outcome in RETRIED for outcome in self.counts):
            return ""
        if not self.answered_since:
            return "every request has an answer"
        had = "it was" if self.answered_since == 1 else "they were"
        words = f"{self.answered_since:,} had no answer, and {had} answered by "
        few = len(self.retries) == 1
        return words + (f"a retry, {self.retries[0].id}" if few else f"{len(self.retries)} retries")

    def chosen(
        self, outcomes: Collection[Outcome], numbers: Iterable[int] | None = None
    ) -> Sequence[int]:
        """The requests with one of `outcomes`, or those of `numbers` (from 0), as they are."""
        if numbers is None:
            return self.records.indices(outcomes)
        return sorted({number for number in numbers if 0 <= number < len(self.records)})

    def close(self) -> None:
        self.records.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class NewInput:
    """The input of a retry. `counts`: how many of its requests had which outcome, as word."""

    path: Path
    of_batch: Batch
    counts: Mapping[str, int]
    changes: Mapping[str, str] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        return sum(self.counts.values())


async def look(
    session: Session,
    batch: Batch,
    *,
    input_path: Path | None = None,
    again: bool = False,
    on_transfer: OnTransfer | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Retriable:
    """What became of each request of `batch`, its retries counted in. The caller closes it.

    `input_path`: a copy of the input, for a server that does not give it back. Raises UsageError
    while the batch, or (but for `again`) a retry of it, may still answer, and for an input that was
    refused; NoInputError without the input; InputError when a file cannot be read; ApiError.
    """
    _check_is_worth_it(batch)
    retries = await lineage.descendants(session, batch)
    running = [each for each in retries if not each.is_terminal]
    if running and not again:
        raise BeingRetriedError(batch, running[0])
    if input_path is None:
        input_path = await asyncio.to_thread(_own_copy, session, batch)
    files = await results.fetch(session, batch, input_path=input_path, on_progress=on_transfer)
    if files.input is None:
        raise NoInputError(batch, files.input_trouble or "it names no input file")
    records = await best(session, files.input, batch, retries, on_transfer, on_progress)
    try:
        await in_thread(check_json_answers(records), on_progress)
    except BaseException:
        records.close()
        raise
    return Retriable(batch, records, retries)


async def best(
    session: Session,
    input_path: Path | None,
    batch: Batch,
    retries: Iterable[Batch],
    on_transfer: OnTransfer | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Joined:
    """The input joined with all results of `batch` and its retries: the best of each request.

    Of equally good ones the latest is taken. The caller closes the Joined.
    """
    found: list[Path] = []
    attempts: list[int] = []
    for attempt, each in enumerate((batch, *retries), 1):
        without_input = each.model_copy(update={"input_file_id": ""})
        files = await results.fetch(session, without_input, on_progress=on_transfer)
        found += files.results
        attempts += [attempt] * len(files.results)
    steps = join(input_path, found, attempts=attempts, without_line=without_line(batch.status))
    return await in_thread(steps, on_progress)


async def write(
    retriable: Retriable,
    out: Path,
    *,
    outcomes: Collection[Outcome] = RETRIED,
    numbers: Iterable[int] | None = None,
    changes: Mapping[str, str] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> NewInput:
    """Write the chosen requests to `out`, atomically, with `changes` (see `jsonl.rewrite`).

    `numbers`: these requests (from 0), whatever became of them. Raises UsageError when there is
    none, InputError when a file cannot be read, changed or written.
    """
    records, batch = retriable.records, retriable.batch
    chosen = retriable.chosen(outcomes, numbers)
    if not chosen:
        why = retriable.nothing_left if frozenset(outcomes) >= RETRIED else ""
        there = ", ".join(f"{n:,} {outcome}" for outcome, n in retriable.counts.items())
        raise UsageError(
            f"{batch.id}: nothing to retry: {why}"
            if why
            else f"{batch.id}: no request is {' or '.join(sorted(outcomes))}: {there}",
            hint="--only ok sends answered ones again" if why else "choose others with --only",
        )
    steps: Steps[int] = (
        rewrite(records, chosen, changes, out) if changes else extract(records, chosen, out)
    )
    await in_thread(steps, on_progress)
    counts = Counter(str(records.outcome(number)) for number in chosen)
    return NewInput(out, batch, dict(counts.most_common()), dict(changes or {}))


async def collect_best(
    session: Session,
    batch: Batch,
    out: Path,
    *,
    input_path: Path | None = None,
    on_progress: OnTransfer | None = None,
    write: results.Write = merge_in_input_order,
) -> results.Collected:
    """As `results.collect`, with the best result of each request over all retries of `batch`."""
    retries = await lineage.descendants(session, batch)
    files = await results.fetch(session, batch, input_path=input_path, on_progress=on_progress)
    records = await best(session, files.input, batch, retries, on_progress)
    try:
        lines = await results.written(write(records, out), on_progress)
        of_all = [(each.output_file_id, each.error_file_id) for each in (batch, *retries)]
        await asyncio.to_thread(
            saved.note, session, [one for pair in of_all for one in pair if one]
        )
        return results.Collected(lines, records.audit, files)
    finally:
        records.close()


def metadata_of(session: Session, batch: Batch) -> dict[str, str]:
    """The metadata of a retry of `batch`: the same, and whose retry it is."""
    limits = limits_of(session.profile)
    return lineage.metadata_of_retry(batch.metadata or {}, batch.id, limits)


async def remember(session: Session, made: Batch, new_input: NewInput) -> None:
    """Keep that `made` retries requests of another batch. Raises BatchtuiError.

    The metadata of `made` tells it too, where there was room.
    """
    if session.ledger is None:
        return
    retry = Retry(made.id, new_input.of_batch.id, new_input.counts, new_input.changes)
    await asyncio.to_thread(lineage.record, session.ledger, session.profile.account, retry)


async def place_of(session: Session, retriable: Retriable) -> Path:
    """Where the input of the next retry is kept until it is submitted; see `discard`."""
    client = await session.client()
    name = ""
    with suppress(ApiError):
        name = (await client.files.retrieve(retriable.batch.input_file_id)).filename
    return place_for(session, retriable.batch, name, len(retriable.retries) + 1)


def place_for(session: Session, batch: Batch, name: str, number: int) -> Path:
    """That of retry `number` (from 1), the same every time. `name`: of the batch's input."""
    key = f"{session.profile.account}\n{batch.id}".encode()
    directory = _directory() / hashlib.sha256(key).hexdigest()[:16]
    stem = Path(name or "input").name.removesuffix(".gz").removesuffix(".jsonl")[:_STEM_CHARS]
    suffix = ".retry" if number < 2 else f".retry-{number}"
    return paths.private(directory) / f"{stem}{suffix}.jsonl"


def discard(new_input: NewInput) -> None:
    """Take away the file, once it is submitted; one that a person named is theirs, and stays."""
    if new_input.path.is_relative_to(_directory()):
        new_input.path.unlink(missing_ok=True)
        with suppress(OSError):
            new_input.path.parent.rmdir()


def _directory() -> Path:
    return paths.state_dir() / "retries"


def _check_is_worth_it(batch: Batch) -> None:
    if not batch.is_terminal:
        raise UsageError(
            f"{batch.id} is {batch.word}: its requests may still be answered",
            hint=f"wait for it, or cancel it first: batchtui batches cancel {batch.id}",
        )
    refused = [error for error in batch.errors.data if error.line] if batch.errors else []
    if refused and not batch.has_results:
        raise UsageError(
            f"{batch.id} ran no request: the server refused line {refused[0].line} of its input",
            hint="correct the file and create a batch from it: a retry would be refused again",
        )


def _own_copy(session: Session, batch: Batch) -> Path | None:
    """The file on this machine that the batch was made from, if it is unchanged; for a thread."""
    if session.ledger is None or session.download_path(batch.input_file_id).exists():
        return None
    intent = session.ledger.of_batch(session.profile.account, batch.id)
    if intent is None or not intent.path:
        return None
    path = Path(intent.path)
    try:
        steps = fingerprint(path)
        while True:
            next(steps)
    except StopIteration as end:
        return path if end.value == intent.content else None
    except InputError:
        return None
