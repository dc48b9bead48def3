"""The next attempt of a job: which requests it is for, what is changed in them, and its shards.

Owns the choice by outcome and the rewriting. Requests that are sent again as they were lie where
they are, in the input; rewritten ones go into a file of this attempt alone. For a thread.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from batchtui import paths
from batchtui.errors import InputError, UsageError
from batchtui.jsonl.answers import check_json_answers
from batchtui.jsonl.glance import BOM
from batchtui.jsonl.joined import Joined
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.shards import Bounds, Shard, plan, plan_lines
from batchtui.jsonl.write import new_file
from batchtui.workflows.jobs.records import Attempt, Job
from batchtui.workflows.jobs.store import JobStore

_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_body = msgspec.json.Decoder(dict[str, Any]).decode


@dataclass(frozen=True, slots=True)
class NewAttempt:
    """`changes`: by the name of a field of the body, its new value as JSON; "null" removes it."""

    outcomes: tuple[Outcome, ...]
    changes: Mapping[str, str]


def parse_changes(words: Iterable[str]) -> dict[str, str]:
    """`("max_tokens=500", "model=gpt-4o")` as changes. A value that is no JSON is a text.

    Raises UsageError for a word without `=`.
    """
    changes = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise UsageError(f"--set {word}: not FIELD=VALUE", hint="as in --set max_tokens=2000")
        try:
            msgspec.json.decode(value)
        except msgspec.DecodeError:
            value = msgspec.json.encode(value).decode()
        changes[key] = value
    return changes


def lay_out(
    store: JobStore, job: Job, records: Joined, wanted: NewAttempt, bounds: Bounds
) -> Steps[int]:
    """Lay out the next attempt of `job` for some of its `records`; returns for how many requests.

    0: none has a wanted outcome, and there is no attempt. Raises InputError when a file cannot be
    read or written.
    """
    number = job.attempt + 1
    if Outcome.INVALID_JSON in wanted.outcomes:
        yield from check_json_answers(records)
    chosen = records.indices(frozenset(wanted.outcomes))
    if not chosen:
        return 0
    path = Path(job.input_path)
    shards: list[Shard]
    if wanted.changes:
        path = paths.private(store.directory(job.id)) / f"attempt-{number}.jsonl"
        yield from _rewrite(records, chosen, wanted.changes, path)
        shards = yield from plan(path, bounds)
    else:
        shards = yield from plan_lines(path, _places(records, chosen), bounds)
    attempt = Attempt(
        job_id=job.id,
        number=number,
        path=str(path),
        lines=len(chosen),
        outcomes=wanted.outcomes,
        changes=wanted.changes,
        created_at=time.time(),
    )
    store.add_attempt(attempt, shards, canary=False)
    return len(chosen)


def rewritten(line: bytes, changes: Mapping[str, str]) -> bytes:
    """The request with other fields in its body; everything else as it was.

    Raises ValueError for a line that is no request.
    """
    request = _decode(line.removeprefix(BOM))
    body = _decode_body(request["body"])
    for key, value in changes.items():
        if value == "null":
            body.pop(key, None)
        else:
            body[key] = msgspec.json.decode(value)
    request["body"] = msgspec.Raw(msgspec.json.encode(body))
    return msgspec.json.encode(request)


def _places(records: Joined, chosen: Collection[int]) -> Iterator[tuple[int, int]]:
    for index in chosen:
        yield records.request_offsets[index], records.request_lengths[index]


def _rewrite(
    records: Joined, chosen: Collection[int], changes: Mapping[str, str], out: Path
) -> Steps[None]:
    with new_file(out) as file:
        for done, index in enumerate(chosen):
            line = records.read_request(index) or b""
            try:
                file.write(rewritten(line, changes) + b"\n")
            except (ValueError, KeyError, RecursionError):
                raise InputError(
                    f"request {index + 1} cannot be changed: it is no JSON object with a body",
                    hint="retry without --set",
                ) from None
            if done % 64 == 0:
                yield Progress(done, len(chosen))
