"""Submit, watch, collect: the main job on a real gateway."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from batchtui.errors import ConnectionFailedError, InputError, NotFoundError
from batchtui.models.batch import Batch
from batchtui.workflows import batches, files, results, submit
from batchtui.workflows.check import RefusedError
from batchtui.workflows.ledger import Ledger
from batchtui.workflows.session import Session
from batchtui.workflows.watch import watch

WriteInput = Callable[..., Path]


async def submitted(session: Session, path: Path) -> Batch:
    async for event in submit.submit(session, submit.Submission(path)):
        if isinstance(event, submit.Created):
            return event.batch
    raise AssertionError("no batch")


async def finished(session: Session, batch: Batch) -> Batch:
    last = batch
    async for event in watch(session, [batch.id], interval_s=0.1):
        assert isinstance(event, Batch)
        last = event
    return last


async def test_from_a_file_to_its_answers(
    session: Session, write_input: WriteInput, tmp_path: Path
) -> None:
    path = write_input(500)
    steps = [
        type(event).__name__
        async for event in submit.submit(session, submit.Submission(path, metadata={"run": "7"}))
    ]
    order = list(dict.fromkeys(steps))
    assert [step for step in order if step not in ("Checking", "Uploading")] == [
        "Checked",
        "Uploaded",
        "Creating",
        "Created",
    ]
    (listed,) = [batch async for batch in batches.list_batches(session)]
    assert listed.metadata == {"run": "7"}
    batch = await finished(session, listed)
    assert batch.status == "completed"

    out = tmp_path / "out.jsonl"
    collected = await results.collect(session, batch, out)
    assert collected.audit.is_complete
    ids = [msgspec.json.decode(line)["custom_id"] for line in out.read_bytes().splitlines()]
    assert ids == [f"r-{number}" for number in range(500)]


async def test_answers_and_errors_come_together_in_input_order(
    session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "mixed.jsonl"
    lines = []
    for number in range(20):
        body: dict[str, Any] = {"model": "echo", "messages": [{"role": "user", "content": "x"}]}
        if number % 4 == 0:
            body["metadata"] = {"echo": "fail-400"}
        line = {"custom_id": f"r-{number}", "method": "POST", "url": "/v1/chat/completions"}
        lines.append({**line, "body": body})
    path.write_bytes(b"\n".join(msgspec.json.encode(line) for line in lines))
    batch = await finished(session, await submitted(session, path))
    out = tmp_path / "out.jsonl"
    collected = await results.collect(session, batch, out)
    ids = [msgspec.json.decode(line)["custom_id"] for line in out.read_bytes().splitlines()]
    assert ids == [f"r-{number}" for number in range(20)]
    assert (collected.audit.ok, collected.audit.failed) == (15, 5)


async def test_a_bad_file_is_not_sent(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"custom_id": "a"}\nnope\n')
    with pytest.raises(RefusedError) as refused:
        await submitted(session, path)
    assert {problem.line for problem in refused.value.validation.problems} == {1, 2}
    assert [file async for file in files.list_files(session)] == []


async def test_a_file_that_is_not_there(session: Session, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"missing\.jsonl"):
        await submitted(session, tmp_path / "missing.jsonl")


async def test_a_batch_that_is_not_there(session: Session) -> None:
    with pytest.raises(NotFoundError):
        _ = [event async for event in watch(session, ["batch_none"])]


async def test_leaving_before_the_create_leaves_no_batch(
    session: Session, write_input: WriteInput
) -> None:
    steps = submit.submit(session, submit.Submission(write_input()))
    async for event in steps:
        if isinstance(event, submit.Checked):
            break
    await steps.aclose()
    assert [batch async for batch in batches.list_batches(session)] == []


async def test_without_the_input_the_results_are_still_written(
    session: Session, write_input: WriteInput, tmp_path: Path
) -> None:
    batch = await finished(session, await submitted(session, write_input(5)))
    await files.delete(session, batch.input_file_id)
    collected = await results.collect(session, batch, tmp_path / "out.jsonl")
    assert collected.files.input is None
    assert collected.files.input_trouble is not None
    assert collected.lines == 5


async def test_a_downloaded_file_is_not_fetched_again(
    session: Session, write_input: WriteInput
) -> None:
    batch = await finished(session, await submitted(session, write_input()))
    first = await results.fetch(session, batch)
    for file_id in (batch.input_file_id, batch.output_file_id):
        assert file_id is not None
        await files.delete(session, file_id)
    assert await results.fetch(session, batch) == first


async def test_a_dead_server_is_an_error_before_anything_is_created(
    dead_url: str, write_input: WriteInput
) -> None:
    from batchtui.config import Profile

    async with Session(Profile(name="dead", base_url=dead_url)) as session:
        with pytest.raises(ConnectionFailedError):
            await submitted(session, write_input())


async def test_no_step_goes_back_to_checking(
    session: Session, write_input: WriteInput, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    async with Session(session.profile, ledger=ledger) as paying:
        submission = submit.Submission(write_input(500))
        steps = [type(each).__name__ async for each in submit.submit(paying, submission)]
    assert "Checking" in steps
    assert "Checking" not in steps[steps.index("Checked") :]
