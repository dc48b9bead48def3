"""A shard in two: the same lines, in the same order, whatever lies between them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchtui.jsonl.progress import run
from batchtui.jsonl.shards import Bounds, SpanFile, plan
from batchtui.workflows.jobs.halves import halves
from batchtui.workflows.jobs.records import Lane, ShardRow
from batchtui.workflows.jobs.states import ShardState
from tests.workflows.jobs.conftest import chat


@given(
    st.lists(st.integers(1, 40), min_size=2, max_size=30),
    st.booleans(),
    st.sets(st.integers(0, 29)),
)
def test_two_halves_are_the_whole(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], ended: bool, others: set[int]
) -> None:
    """Whatever the lines, and where lines of another lane lie between them."""
    lines = [
        json.dumps(chat(at, model="other" if at in others else "echo", user="x" * size))
        for at, size in enumerate(sizes)
    ]
    path = tmp_path_factory.mktemp("halves") / "in.jsonl"
    path.write_text("\n".join(lines) + "\n" * ended)
    for shard in run(plan(path, Bounds())):
        if shard.lines < 2:
            continue
        row = ShardRow(
            *("job_1", 1, 1, Lane("/v1/x", "m"), shard.lines, shard.size_bytes, shard.tokens),
            state=ShardState.WAITING,
            changed_at=0.0,
        )
        pieces = run(halves(path, row, shard.spans))
        assert [each.lines for each in pieces] == [shard.lines // 2, shard.lines - shard.lines // 2]
        assert sum(each.tokens for each in pieces) == shard.tokens
        whole = SpanFile.open(path, shard.spans).read()
        halved = [SpanFile.open(path, each.spans).read() or b"" for each in pieces]
        assert b"".join(halved) == whole
        assert [each.count(b"\n") for each in halved] == [each.lines for each in pieces]
        assert [each.size_bytes for each in pieces] == [len(each) for each in halved]
