"""The next attempt: which requests, with which changes, and whose answer counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from batchtui.errors import InputError, UsageError
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.rewrite import parse_changes
from batchtui.workflows.jobs import actions
from batchtui.workflows.jobs.states import JobState
from tests.workflows.jobs.conftest import Desk, chat


async def test_a_retry_by_outcome_with_changes(desk: Desk) -> None:
    long = "A long question, and so a long answer. " * 10
    messages = [{"role": "user", "content": long}]
    requests = [
        chat(0),
        chat(1, messages=messages, max_tokens=5),
        chat(2, echo="fail-400"),
        chat(3, messages=messages, max_tokens=5),
    ]
    job = await desk.drive(await desk.make(desk.write(requests)))
    assert job.state is JobState.INCOMPLETE
    assert job.audit is not None
    assert job.audit.outcomes == {Outcome.OK: 1, Outcome.TRUNCATED: 2, Outcome.FAILED: 1}
    await actions.retry(
        desk.session,
        desk.store,
        job.id,
        outcomes=[Outcome.TRUNCATED],
        changes=parse_changes(["max_tokens=5000", "user=me"]),
    )
    job = await desk.drive(job)
    assert job.audit is not None
    assert job.audit.outcomes == {Outcome.OK: 3, Outcome.FAILED: 1}
    assert (job.audit.superseded, job.audit.duplicate) == (2, 0)
    assert desk.ids() == ["r-0", "r-1", "r-2", "r-3"]
    first, second = desk.store.attempts(job.id)
    assert (first.lines, second.lines, second.outcomes) == (4, 2, (Outcome.TRUNCATED,))
    assert dict(second.changes) == {"max_tokens": "5000", "user": '"me"'}
    sent = [json.loads(line)["body"] for line in Path(second.path).read_text().splitlines()]
    assert [(body["max_tokens"], body["user"]) for body in sent] == [(5000, "me")] * 2
    assert all(body["messages"] == messages for body in sent)
    # Once more, for those that failed, taking their trouble away.
    await actions.retry(desk.session, desk.store, job.id, changes=parse_changes(["metadata=null"]))
    job = await desk.drive(job)
    assert (job.state, job.attempt) == (JobState.DONE, 3)
    await desk.assert_batches_are_those_of(job)
    with pytest.raises(UsageError, match="every request has an answer"):
        await actions.retry(desk.session, desk.store, job.id)


async def test_another_model_is_asked_in_batches_of_its_own(desk: Desk) -> None:
    requests = [chat(n, model=f"echo-fail-40{n % 2}") for n in range(6)]
    job = await desk.drive(await desk.make(desk.write(requests)))
    assert len(desk.store.shards(job.id)) == 2
    await actions.retry(desk.session, desk.store, job.id, changes=parse_changes(["model=echo"]))
    job = await desk.drive(job)
    assert job.state is JobState.DONE
    (shard,) = desk.store.shards(job.id, 2)
    assert (shard.lane.model, shard.lines) == ("echo", 6)


async def test_requests_sent_as_they_were_have_no_second_copy(desk: Desk) -> None:
    path = desk.write(chat(n, echo="once-50") for n in range(40))
    job = await desk.drive(await desk.make(path, max_attempts=2, max_lines=7))
    assert job.state is JobState.DONE
    assert [each.path for each in desk.store.attempts(job.id)] == [str(path)] * 2
    assert [each.name for each in desk.store.directory(job.id).iterdir()] == ["lock"]


async def test_the_attempts_have_an_end(desk: Desk) -> None:
    path = desk.write(chat(n, echo="fail-500" if n == 1 else "") for n in range(3))
    job = await desk.drive(await desk.make(path, max_attempts=3))
    assert (job.state, job.attempt) == (JobState.INCOMPLETE, 3)
    assert job.audit is not None
    assert (job.audit.ok, job.audit.failed, job.audit.superseded) == (2, 1, 2)
    assert job.why == "1 request has no answer"


async def test_only_a_job_that_has_ended_is_retried(desk: Desk) -> None:
    job = await desk.make(desk.write([chat(1)]))
    with pytest.raises(UsageError, match="is planned"):
        await actions.retry(desk.session, desk.store, job.id)


async def test_what_is_no_request_cannot_be_changed(desk: Desk) -> None:
    path = desk.write([chat(0, echo="fail-400")])
    path.write_text(path.read_text() + '{"custom_id": "x", "body": 3}\n')
    job = await desk.make(path, anyway=True)
    job = desk.store.move(job.id, JobState.CANCELLING)
    job = desk.store.move(job.id, JobState.CANCELLED)
    with pytest.raises(InputError, match="2"):
        await actions.retry(desk.session, desk.store, job.id, changes={"user": "1"})
    assert desk.store.attempts(job.id) == []
