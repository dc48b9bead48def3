"""What fits into the server's queue: by what was set, by what it told, and by what is open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from batchtui.config import Profile
from batchtui.workflows.jobs import room
from batchtui.workflows.jobs.records import JobOptions, Lane, ShardRow
from batchtui.workflows.jobs.refusal import told_limit
from batchtui.workflows.jobs.room import Room
from batchtui.workflows.jobs.states import ShardState

PROFILE = Profile(name="p", base_url="http://x")
SHARD = ShardRow(
    *("job_1", 1, 1, Lane("/v1/x", "m"), 10, 500, 100), state=ShardState.PLANNED, changed_at=0.0
)


def opened(number: int, *, job: str = "job_1", model: str = "m", tokens: int = 100) -> ShardRow:
    lane = Lane("/v1/x", model)
    return replace(
        SHARD, number=number, job_id=job, lane=lane, tokens=tokens, state=ShardState.RUNNING
    )


def test_tokens_are_counted_by_model_over_all_jobs() -> None:
    space = Room(PROFILE, JobOptions(max_enqueued_tokens=250), {})
    assert space.lacks(SHARD, []) == ""
    assert space.lacks(SHARD, [opened(2), opened(3, model="other")]) == ""
    assert "200 of 250" in space.lacks(SHARD, [opened(2), opened(3, job="job_2")])
    assert space.lacks(SHARD, [replace(SHARD, state=ShardState.CREATING)]) == ""  # itself


def test_the_least_limit_counts() -> None:
    profile = replace(PROFILE, max_enqueued_tokens=300)
    space = Room(profile, JobOptions(max_enqueued_tokens=500), {"m": 400})
    assert space.limit("m") == 300
    assert space.limit("other") == 300
    space.learn("m", 90)
    assert space.limit("m") == 90
    assert space.is_too_large(SHARD)
    assert not space.is_too_large(replace(SHARD, lines=1))
    assert space.lacks(replace(SHARD, lines=1), []) == ""  # the server may count otherwise
    assert Room(PROFILE, JobOptions(), {}).limit("m") is None


def test_open_batches_of_the_job_and_of_the_account() -> None:
    mine, others = [opened(2)], [opened(2), opened(3, job="job_2")]
    space = Room(PROFILE, JobOptions(max_open_batches=2), {})
    assert space.lacks(SHARD, others) == ""
    assert "2 of 2 batches are open" in space.lacks(SHARD, [*mine, opened(4)])
    space = Room(replace(PROFILE, max_open_batches=2), JobOptions(), {})
    assert space.lacks(SHARD, mine) == ""
    assert "2 of 2 batches are open" in space.lacks(SHARD, others)


def test_refused_beside_others_it_waits_until_one_of_them_has_ended() -> None:
    space = Room(PROFILE, JobOptions(), {})
    others = [opened(2), opened(3)]
    assert not space.refused(replace(SHARD, refusals=5), others)
    assert space.lacks(SHARD, others)
    assert space.lacks(SHARD, [*others, opened(4)])
    assert space.lacks(SHARD, [opened(3)]) == ""
    assert space.lacks(opened(9, model="other"), others) == ""


def test_refused_alone_it_waits_ever_longer_and_is_split(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(room, "clock", lambda: now)
    space = Room(PROFILE, JobOptions(), {})
    waits = []
    for refusals in range(room.REFUSALS_TO_SPLIT):
        assert not space.refused(replace(SHARD, refusals=refusals), [])
        began = now
        while space.lacks(SHARD, []):
            now += 0.1
        waits.append(now - began)
    assert waits == sorted(waits)
    assert waits[0] >= room.FIRST_WAIT_S * 0.9
    refused = replace(SHARD, refusals=room.REFUSALS_TO_SPLIT)
    assert space.refused(refused, [])
    assert not space.refused(replace(refused, lines=1), [])


@pytest.mark.parametrize(
    ("words", "tokens"),
    [
        (
            "Enqueued token limit reached for gpt-4o in organization org-1. Limit: 90,000 enqueued",
            90_000,
        ),
        ("The limit is 2000000 tokens.", 2_000_000),
        ("token_limit_exceeded", None),
        ("Limit: 9", None),
    ],
)
def test_the_limit_that_a_refusal_names(words: str, tokens: int | None) -> None:
    assert told_limit(words) == tokens
