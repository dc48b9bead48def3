"""Which batch retries which, what is worth it, and where the new input is kept meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from batchtui.config import Profile
from batchtui.errors import BatchtuiError, UsageError
from batchtui.gateway.server import Gateway
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.statistics import Statistics
from batchtui.models.batch import Batch
from batchtui.models.limits import OPENAI
from batchtui.workflows import batches, foreseen, lineage, retrying
from batchtui.workflows.ledger import TOKEN_KEY, Ledger
from batchtui.workflows.lineage import RETRY_KEY, Retry
from batchtui.workflows.session import Session
from batchtui.workflows.submit import Created, Submission, submit
from batchtui.workflows.watch import watch
from tests.conftest import WriteInput
from tests.workflows.paying import paying

HERE = "https://here"


def batch(batch_id: str, created_at: int = 1, **metadata: str) -> Batch:
    return Batch.model_validate(
        {"id": batch_id, "status": "completed", "created_at": created_at, "metadata": metadata}
    )


def test_a_retry_is_kept_with_what_it_was_for(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    first = Retry("b", "a", {"failed": 1_129, "expired": 3}, {"max_tokens": "7"}, 5.0)
    second = Retry("c", "a", {"failed": 3}, {}, 6.0)
    for each in (second, first):
        lineage.record(ledger, HERE, each)
    assert lineage.kept(ledger, HERE, "a") == (None, [first, second])
    assert lineage.kept(ledger, HERE, "b") == (first, [])
    assert lineage.kept(ledger, "https://elsewhere", "a") == (None, [])
    assert first.what == "1,129 failed, 3 expired"


def test_the_metadata_tells_other_machines(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    lineage.record(ledger, HERE, Retry("b", "a", {"failed": 2}, {}, 5.0))
    others = [batch("b", 5, **{RETRY_KEY: "a"}), batch("c", 4, **{RETRY_KEY: "a"}), batch("d")]
    own, retries = lineage.around(ledger, HERE, batch("a"), others)
    assert own is None
    assert [(each.batch_id, each.what) for each in retries] == [("c", ""), ("b", "2 failed")]
    own, retries = lineage.around(None, HERE, others[1], others)
    assert (own and own.of_batch_id, retries) == ("a", [])


def test_the_name_of_the_batch_goes_along_where_there_is_room() -> None:
    few = {"team": "ads", TOKEN_KEY: "x", RETRY_KEY: "old"}
    assert lineage.metadata_of_retry(few, "a", OPENAI) == {"team": "ads", RETRY_KEY: "a"}
    many = {f"key-{number}": "" for number in range(15)}
    assert lineage.metadata_of_retry(many, "a", OPENAI) == many
    assert lineage.metadata_of_retry({}, "a" * 513, OPENAI) == {}


def test_what_was_foreseen_is_kept(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    statistics = Statistics(
        requests=2,
        models={"m": 2},
        endpoints={"/v1/x": 2},
        estimated_input_tokens=10,
        max_output_tokens=20,
        uncapped_requests=1,
    )
    foreseen.record(ledger, HERE, "a", statistics)
    assert foreseen.of_batch(ledger, HERE, "a") == statistics
    assert foreseen.of_batch(ledger, HERE, "b") is None


def test_a_ledger_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_text("no database, but long enough to be taken for one" * 30)
    with pytest.raises(BatchtuiError, match="cannot be used"):
        lineage.kept(Ledger(path), HERE, "a")


async def finished(session: Session, path: Path, **metadata: str) -> Batch:
    """The batch of the file at `path`, at its end."""
    events = [each async for each in submit(session, Submission(path, metadata=metadata))]
    made = events[-1]
    assert isinstance(made, Created)
    async for event in watch(session, [made.batch.id], interval_s=0.05):
        last = event
    assert isinstance(last, Batch)
    return last


async def test_only_what_no_attempt_has_answered_is_sent_again(
    gateway: Gateway, write_input: WriteInput, tmp_path: Path
) -> None:
    async with paying(gateway.base_url) as session:
        first = await finished(session, write_input(60, model="echo-flaky-50"))
        retry = await _retry(session, first, tmp_path, {"model": '"echo-once-50"'})
        second = await _retry(session, first, tmp_path, {"model": '"echo-once-50"'})
        assert [each.id for each in await lineage.descendants(session, first)] == [
            retry.id,
            second.id,
        ]
        async with Session(
            Profile("test", gateway.base_url, kind="local"), downloads=tmp_path / "downloads"
        ) as other:
            by_metadata = await lineage.descendants(other, first)
            assert [each.id for each in by_metadata] == [retry.id, second.id]
        with await retrying.look(session, first) as found:
            assert found.counts == {Outcome.OK: 60}
            assert found.chosen(retrying.RETRIED) == found.records.indices(())
            with pytest.raises(
                UsageError, match="had no answer, and they were answered by 2 retries"
            ):
                await retrying.write(found, tmp_path / "none")
        assert not list((tmp_path / "none").parent.glob("none"))
        out = tmp_path / "all.jsonl"
        collected = await retrying.collect_best(session, first, out)
        assert (collected.lines, collected.audit.is_complete) == (60, True)
        assert collected.audit.superseded > 0


async def _retry(session: Session, batch: Batch, tmp_path: Path, changes: dict[str, str]) -> Batch:
    with await retrying.look(session, batch) as found:
        before = found.counts
        out = await retrying.place_of(session, found)
        new_input = await retrying.write(found, out, changes=changes)
    assert new_input.counts == {"failed": before[Outcome.FAILED]}
    assert new_input.requests < 60
    assert out.name in ("in.retry.jsonl", "in.retry-2.jsonl")
    made = await finished(session, out, **retrying.metadata_of(session, batch))
    await retrying.remember(session, made, new_input)
    retrying.discard(new_input)
    assert not out.parent.exists()
    return made


async def test_chosen_requests_are_sent_whatever_became_of_them(
    session: Session, write_input: WriteInput, tmp_path: Path
) -> None:
    done = await finished(session, write_input(5))
    with await retrying.look(session, done) as found:
        out = tmp_path / "mine.jsonl"
        new_input = await retrying.write(found, out, numbers=[3, 1, 1, 99])
    assert new_input.counts == {"ok": 2}
    assert [line[:18] for line in out.read_text().splitlines()] == [
        '{"custom_id":"r-1"',
        '{"custom_id":"r-3"',
    ]
    retrying.discard(new_input)
    assert out.exists()


async def test_the_file_it_was_made_from_is_taken_while_it_is_the_same(
    gateway: Gateway, write_input: WriteInput
) -> None:
    async with paying(gateway.base_url) as session:
        path = write_input(4, model="echo-fail-500")
        done = await finished(session, path)
        client = await session.client()
        await client.files.delete(done.input_file_id)
        with await retrying.look(session, done) as found:
            assert found.counts == {Outcome.FAILED: 4}
        path.write_text(path.read_text() + "\n")
        with pytest.raises(BatchtuiError, match="no longer has the input file"):
            await retrying.look(session, await batches.retrieve(session, done.id))
