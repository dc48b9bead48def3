"""A job from its input to its result, on a real gateway with a provider's limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from batchtui.errors import InputError, UsageError
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.shards import SpanFile
from batchtui.models.limits import MB
from batchtui.workflows import once
from batchtui.workflows.check import RefusedError
from batchtui.workflows.jobs import actions
from batchtui.workflows.jobs.events import JobEnded, Planned, ShardMoved, Uploading
from batchtui.workflows.jobs.refusal import BatchFailedError, StoppedError
from batchtui.workflows.jobs.states import JobState, ShardState
from batchtui.workflows.jobs.store import JobStore
from batchtui.workflows.submit import AlreadySubmittedError, Created, Submission, submit
from tests.workflows.jobs.conftest import Desk, chat, connected


@pytest.fixture
async def limited(tmp_path: Path) -> AsyncIterator[Desk]:
    """A server that takes 10 lines a batch, and so many tokens in its queue."""
    options = GatewayOptions(
        data_dir=tmp_path / "limited", port=0, max_lines=10, max_enqueued_tokens=150
    )
    with Gateway(options) as gateway:
        async with connected(gateway.base_url, tmp_path, max_lines=10) as session:
            yield Desk(session, JobStore(tmp_path / "state" / "jobs.db"), tmp_path)


async def test_one_input_any_number_of_batches_one_result(limited: Desk) -> None:
    path = limited.write(chat(number, echo="once-10") for number in range(95))
    job = await limited.drive(await limited.make(path, max_attempts=3))
    assert (job.state, job.why) == (JobState.DONE, "")
    assert limited.ids() == [f"r-{number}" for number in range(95)]
    assert all(each["response"]["status_code"] == 200 for each in limited.results())
    await limited.assert_batches_are_those_of(job)
    assert job.audit is not None
    assert (job.audit.ok, job.audit.submitted, job.audit.duplicate) == (95, 95, 0)
    completed = [
        each.request_counts.completed for each in await limited.batches() if each.request_counts
    ]
    assert sum(completed) == 95
    figures = actions.view(limited.store, job.id)
    assert (figures.answered, figures.failed, figures.pending) == (95, 0, 0)
    assert job.spent["echo"].requests == 95
    assert job.spent["echo"].input_tokens > 0


async def test_models_and_endpoints_go_into_batches_of_their_own(desk: Desk) -> None:
    embedding = {
        "custom_id": "e",
        "method": "POST",
        "url": "/v1/embeddings",
        "body": {"model": "echo", "input": "x"},
    }
    requests = [chat(number, model=f"echo-{number % 3}") for number in range(9)]
    path = desk.write([*requests[:5], embedding, *requests[5:]])
    job = await desk.drive(await desk.make(path))
    assert job.state is JobState.DONE
    assert desk.ids() == [*(f"r-{n}" for n in range(5)), "e", *(f"r-{n}" for n in range(5, 9))]
    lanes = sorted((each.lane.model, each.lines) for each in desk.store.shards(job.id))
    assert lanes == [("echo", 1), ("echo-0", 3), ("echo-1", 3), ("echo-2", 3)]
    await desk.assert_batches_are_those_of(job)


async def test_a_shard_too_large_for_the_queue_is_split(limited: Desk) -> None:
    """Ten requests have more than the 150 tokens that the server takes at all."""
    long = "A longer question than the others have. " * 3
    messages = [{"role": "user", "content": long}]
    path = limited.write(chat(number, messages=messages) for number in range(20))
    job = await limited.drive(await limited.make(path))
    assert job.state is JobState.DONE
    assert len(limited.ids()) == 20
    shards = limited.store.shards(job.id)
    assert {each.state for each in shards} == {ShardState.SPLIT, ShardState.COLLECTED}
    await limited.assert_batches_are_those_of(job)
    assert limited.store.limits(job.account) == {"echo": 150}
    # The next job knows the limit, and has no batch refused.
    other = limited.write((chat(number, messages=messages) for number in range(20, 30)), "b.jsonl")
    job = await limited.drive(await limited.make(other))
    made = {each.batch_id for each in limited.store.batches(job.id)}
    assert "failed" not in {each.status for each in await limited.batches() if each.id in made}


async def test_a_batch_that_nobody_saw_fail_is_listed_too(limited: Desk) -> None:
    """Killed in a create; the batch came to be, and had no room, before anybody looked."""
    requests = [chat(n, echo="slow-3000" if n < 10 else "") for n in range(20)]
    path = limited.write(requests)
    job = await limited.make(path, max_open_batches=1)

    def is_running(event: object) -> bool:
        return isinstance(event, ShardMoved) and event.shard.state is ShardState.RUNNING

    await limited.drive(job, is_running)
    shard, store, session = limited.store.shards(job.id)[1], limited.store, limited.session
    client = await session.client()
    with SpanFile.open(path, store.spans(shard)) as lines:
        file = await client.files.create(file=lines.read() or b"", filename="in-002.jsonl")
    shard = store.move_shard(shard, ShardState.UPLOADING)
    shard = store.move_shard(shard, ShardState.UPLOADED, file_id=file.id)
    shard = store.move_shard(shard, ShardState.CREATING)
    create = once.Create(file.id, shard.content, "", shard.lane.endpoint, "24h", {})
    assert session.ledger is not None
    await once.create(session, session.ledger, create, lambda _: None)
    await limited.until_some_batch_is("failed")
    job = await limited.drive(job)
    assert job.state is JobState.DONE
    assert len(limited.store.batches(job.id)) == 3
    await limited.assert_batches_are_those_of(job)


async def test_a_canary_goes_first_and_alone(desk: Desk) -> None:
    path = desk.write(chat(number) for number in range(30))
    job = await desk.drive(await desk.make(path, canary_lines=5, max_lines=10))
    assert job.state is JobState.DONE
    moves = [
        (event.shard.number, event.shard.state)
        for event in desk.events
        if isinstance(event, ShardMoved)
    ]
    assert moves.index((1, ShardState.COLLECTED)) < moves.index((2, ShardState.UPLOADING))
    assert [each.lines for each in desk.store.shards(job.id)] == [5, 10, 10, 5]


async def test_a_canary_that_fails_stops_the_job_until_it_is_accepted(desk: Desk) -> None:
    path = desk.write(chat(number, echo="fail-400" if number < 2 else "") for number in range(30))
    job = await desk.make(path, canary_lines=5)
    with pytest.raises(StoppedError, match="2 of its 5 requests"):
        await desk.drive(job)
    job = desk.store.job(job.id)
    assert job.state is JobState.STOPPED
    assert "canary" in job.why
    assert len(await desk.batches()) == 1
    job = await desk.drive(actions.resume(desk.store, job.id))
    assert job.state is JobState.INCOMPLETE
    assert (len(desk.ids()), len(await desk.batches())) == (30, 2)


async def test_the_cap_on_spend_stops_before_the_batch_that_breaks_it(desk: Desk) -> None:
    path = desk.write(chat(number, model="gpt-4o", max_tokens=100) for number in range(40))
    job = await desk.make(path, max_lines=10, max_spend_usd=0.001)
    assert job.estimate is not None
    assert job.estimate.high_usd is not None
    with pytest.raises(StoppedError, match="cap on spend"):
        await desk.drive(job)
    sent = len(await desk.batches())
    assert sent < 4
    assert {each.state for each in desk.store.shards(job.id)} <= {
        ShardState.COLLECTED,
        ShardState.PLANNED,
    }
    resumed = actions.resume(desk.store, job.id, max_spend_usd=1.0)
    job = await desk.drive(resumed)
    assert job.state is JobState.DONE
    assert job.spent_usd is not None
    assert 0 < job.spent_usd < 1.0


async def test_a_cap_that_cannot_be_kept_is_refused(desk: Desk) -> None:
    job = await desk.make(desk.write([chat(1, model="nobody-knows")]), max_spend_usd=1.0)
    with pytest.raises(UsageError, match="no price"):
        await desk.drive(job)
    assert await desk.batches() == []


async def test_a_batch_that_the_server_refuses_stops_the_job_with_its_errors(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"custom_id": "a", "method": "POST", "url": "/v1/chat/completions"}\nno\n')
    with pytest.raises(RefusedError):
        await desk.make(path)
    job = await desk.make(path, anyway=True)
    with pytest.raises(BatchFailedError, match="line 2: invalid_json_line"):
        await desk.drive(job)
    job = desk.store.job(job.id)
    assert job.state is JobState.STOPPED
    (shard,) = desk.store.shards(job.id)
    assert shard.state is ShardState.FAILED
    assert shard.lines == 2
    with pytest.raises(BatchFailedError):
        await desk.drive(actions.resume(desk.store, job.id))
    await desk.assert_batches_are_those_of(job)


async def test_an_input_that_changed_is_no_input_of_this_job(desk: Desk) -> None:
    path = desk.write(chat(number) for number in range(3))
    job = await desk.make(path)
    path.touch()
    job = await desk.drive(job, lambda event: isinstance(event, Uploading))
    desk.write(chat(number) for number in range(4))
    with pytest.raises(InputError, match="has changed"):
        await desk.drive(job)
    assert desk.store.job(job.id).state is JobState.STOPPED


async def test_the_same_content_is_the_same_job(desk: Desk) -> None:
    path = desk.write(chat(number) for number in range(3))
    first = await desk.drive(await desk.make(path))
    renamed = desk.write((chat(number) for number in range(3)), "other.jsonl")
    assert (await desk.make(renamed)).id == first.id
    assert (await desk.make(path, max_lines=1)).id == first.id
    second = await desk.drive(await desk.make(path, again=True, adopt=False))
    assert second.id != first.id
    assert len(await desk.batches()) == 2
    assert (await desk.make(path)).id == second.id


async def test_two_who_make_one_job_at_one_time_make_one(desk: Desk) -> None:
    path = desk.write(chat(number) for number in range(3))
    made = await asyncio.gather(*(desk.make(path) for _ in range(5)))
    assert {each.id for each in made} == {job.id for job in desk.store.jobs()}
    assert len(desk.store.jobs()) == 1


async def test_a_batch_made_by_itself_is_taken_for_the_jobs(desk: Desk) -> None:
    path = desk.write(chat(number) for number in range(3))
    async for event in submit(desk.session, Submission(path)):
        created = event
    assert isinstance(created, Created)
    job = await desk.drive(await desk.make(path))
    assert (job.state, len(desk.ids())) == (JobState.DONE, 3)
    assert [each.batch_id for each in desk.store.batches(job.id)] == [created.batch.id]
    assert len(await desk.batches()) == 1


async def test_what_a_job_made_is_known_to_who_submits_the_file(desk: Desk) -> None:
    path = desk.write(chat(number) for number in range(3))
    job = await desk.drive(await desk.make(path))
    (batch,) = desk.store.batches(job.id)
    with pytest.raises(AlreadySubmittedError, match=batch.batch_id):
        async for _ in submit(desk.session, Submission(path)):
            pass


async def test_another_account_does_not_drive_it(desk: Desk, tmp_path: Path) -> None:
    job = await desk.make(desk.write([chat(1)]))
    async with connected("http://127.0.0.1:9", tmp_path) as other:
        with pytest.raises(UsageError, match="belongs to"):
            await desk.drive(job, session=other)


async def test_lines_keep_their_bytes_and_blank_ones_are_left_out(desk: Desk) -> None:
    path = desk.write(chat(number) for number in range(5))
    text = path.read_text().replace("\n", "\n\n  \n").rstrip()
    path.write_text(text)
    job = await desk.drive(await desk.make(path, max_lines=2))
    assert job.state is JobState.DONE
    client = await desk.session.client()
    sent = b""
    for shard in desk.store.shards(job.id):
        async for piece in client.files.stream(shard.file_id):
            sent += piece
    assert sent.decode().splitlines() == [line for line in text.splitlines() if line.strip()]


async def test_the_last_event_tells_how_it_ended(desk: Desk) -> None:
    job = await desk.drive(await desk.make(desk.write([chat(1)])))
    last = desk.events[-1]
    assert isinstance(last, JobEnded)
    assert (last.job, last.lines) == (job, 1)
    assert Planned(1, 1, 1) in desk.events
    job = await desk.drive(job)
    assert desk.events == [JobEnded(job)]


async def test_what_was_emptied_out_of_the_cache_is_downloaded_again(
    desk: Desk, tmp_path: Path
) -> None:
    path = desk.write(chat(number, echo="fail-400" if number else "") for number in range(3))
    job = await desk.drive(await desk.make(path))
    for file in (tmp_path / "downloads").iterdir():
        file.unlink()
    assert not actions.is_fetched(desk.store, job.id)
    await actions.fetch(desk.session, desk.store, job.id)
    lines, audit = await actions.export(desk.store, job.id, tmp_path / "again.jsonl")
    assert (lines, audit.outcomes) == (3, {Outcome.OK: 1, Outcome.FAILED: 2})
    assert (tmp_path / "again.jsonl").read_bytes() == desk.out.read_bytes()


def test_limits_of_the_profile_bound_a_batch() -> None:
    from batchtui.config import Profile
    from batchtui.workflows.jobs.bounds import bounds_of
    from batchtui.workflows.jobs.records import JobOptions

    profile = Profile(name="p", base_url="http://x", kind="azure")
    options = JobOptions(max_enqueued_tokens=7)
    bounds = bounds_of(profile, options)
    assert (bounds.lines, bounds.size_bytes, bounds.tokens) == (100_000, 200 * MB, 7)
    bounds = bounds_of(profile, replace(options, max_lines=5, max_tokens=3))
    assert (bounds.lines, bounds.tokens) == (5, 3)
