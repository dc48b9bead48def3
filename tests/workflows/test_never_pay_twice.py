"""However an answer is lost, each content makes exactly one batch.

Many submissions at once are `test_exactly_once`'s.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from batchtui.cli.root import root
from batchtui.errors import ApiError, NotKnownError
from batchtui.gateway.server import Gateway
from batchtui.workflows.ledger import TOKEN_KEY, BeingSubmittedError, Ledger, State
from batchtui.workflows.once import Looking
from batchtui.workflows.session import Session
from batchtui.workflows.submit import (
    AlreadySubmittedError,
    Created,
    Submission,
    Uploaded,
    submit,
    submit_file,
)
from tests import relay as faults
from tests.relay import Call, Fault, FaultOf, relay
from tests.workflows.paying import LOOKS_S, all_of, is_create, is_look, made, paying

WriteInput = Callable[..., Path]
TIMEOUT_S = 1.0


def at_create(fault: Fault, *, times: int = 1) -> FaultOf:
    """`fault` for the first creates, nothing for the rest."""
    left = itertools.chain([fault] * times, itertools.repeat(None))

    def choose(call: Call) -> Fault | None:
        return next(left) if is_create(call) else None

    return choose


@pytest.mark.parametrize(
    ("fault", "timeout_s"),
    [
        (faults.drop_after, None),
        (faults.reset_after, None),
        (faults.bad_gateway_after, None),
        (faults.slow(TIMEOUT_S * 2), TIMEOUT_S),
        (faults.late(TIMEOUT_S * 1.5), TIMEOUT_S),
    ],
)
async def test_a_lost_answer_is_found_again(
    gateway: Gateway, write_input: WriteInput, tmp_path: Path, fault: Fault, timeout_s: float | None
) -> None:
    async with (
        relay(gateway.base_url, at_create(fault)) as url,
        paying(url, tmp_path / "ledger.db", timeout_s) as session,
    ):
        events = await all_of(submit(session, Submission(write_input())))
    last = events[-1]
    assert isinstance(last, Created)
    assert any(isinstance(event, Looking) for event in events)
    assert [batch.id for batch in await made(gateway.base_url)] == [last.batch.id]


@pytest.mark.parametrize("fault", [faults.bad_gateway_before, faults.drop_before])
async def test_what_did_not_happen_is_said_and_may_be_tried_again(
    gateway: Gateway, write_input: WriteInput, tmp_path: Path, fault: Fault
) -> None:
    path = write_input()
    async with (
        relay(gateway.base_url, at_create(fault)) as url,
        paying(url, tmp_path / "ledger.db") as session,
    ):
        with pytest.raises(ApiError, match="was not created"):
            await all_of(submit(session, Submission(path)))
        assert await made(gateway.base_url) == []
        events = await all_of(submit(session, Submission(path)))
    assert any(isinstance(event, Uploaded) and event.reused for event in events)
    assert len(await made(gateway.base_url)) == 1


async def test_when_the_list_cannot_be_read_it_is_not_known_then_adopted(
    gateway: Gateway, write_input: WriteInput, tmp_path: Path
) -> None:
    is_down = True

    def choose(call: Call) -> Fault | None:
        if is_create(call):
            return faults.drop_after
        return faults.reset_before if is_look(call) and is_down else None

    path = write_input()
    async with (
        relay(gateway.base_url, choose) as url,
        paying(url, tmp_path / "ledger.db") as session,
    ):
        with pytest.raises(NotKnownError):
            await all_of(submit(session, Submission(path)))
        is_down = False
        events = await all_of(submit(session, Submission(path)))
    last = events[-1]
    assert isinstance(last, Created)
    assert last.adopted
    assert len(await made(gateway.base_url)) == 1


async def test_the_same_content_asks_first(
    gateway: Gateway, write_input: WriteInput, tmp_path: Path
) -> None:
    async with paying(gateway.base_url, tmp_path / "ledger.db") as session:
        first = (await all_of(submit(session, Submission(write_input()))))[-1]
        assert isinstance(first, Created)
        renamed = write_input(name="other.jsonl")
        with pytest.raises(AlreadySubmittedError, match=first.batch.id):
            await all_of(submit(session, Submission(renamed)))
        adopted = (await all_of(submit(session, Submission(renamed, adopt=True))))[-1]
        assert isinstance(adopted, Created)
        assert (adopted.batch.id, adopted.adopted) == (first.batch.id, True)
        await all_of(submit(session, Submission(renamed, again=True)))
    assert len(await made(gateway.base_url)) == 2


@pytest.mark.parametrize("again", [False, True])
async def test_two_at_once_make_one_batch(
    gateway: Gateway, write_input: WriteInput, tmp_path: Path, again: bool
) -> None:
    """Neither finds anything earlier; the second is told, and finds the batch later on."""
    path, ledger = write_input(), tmp_path / "ledger.db"
    async with (
        relay(gateway.base_url, at_create(faults.slow(0.2))) as url,
        paying(url, ledger) as one,
        paying(url, ledger) as other,
    ):
        submission = Submission(path, again=again)
        ended = await asyncio.gather(
            *(all_of(submit(session, submission)) for session in (one, other)),
            return_exceptions=True,
        )
        (refused,) = [each for each in ended if isinstance(each, BaseException)]
        assert isinstance(refused, BeingSubmittedError)
        (batch,) = await made(gateway.base_url)
        adopted = (await all_of(submit(other, Submission(path, adopt=True))))[-1]
    assert isinstance(adopted, Created)
    assert adopted.batch.id == batch.id
    assert list((tmp_path / "sending").iterdir()) == []


async def test_two_at_once_of_a_file_at_the_server(
    gateway: Gateway, tmp_path: Path, write_input: WriteInput
) -> None:
    async with (
        relay(gateway.base_url, at_create(faults.slow(0.2))) as url,
        paying(url, tmp_path / "ledger.db") as session,
    ):
        file = await (await session.client()).files.create(file=write_input())
        ended = await asyncio.gather(
            *(
                all_of(submit_file(session, file.id, endpoint="/v1/chat/completions"))
                for _ in range(2)
            ),
            return_exceptions=True,
        )
    assert [type(each) for each in ended if isinstance(each, BaseException)] == [
        BeingSubmittedError
    ]
    assert len(await made(gateway.base_url)) == 1


async def test_a_file_at_the_server_asks_first_too(
    gateway: Gateway, write_input: WriteInput, tmp_path: Path
) -> None:
    endpoint = "/v1/chat/completions"
    async with paying(gateway.base_url, tmp_path / "ledger.db") as session:
        client = await session.client()
        file = await client.files.create(file=write_input())
        await all_of(submit_file(session, file.id, endpoint=endpoint))
        with pytest.raises(AlreadySubmittedError):
            await all_of(submit_file(session, file.id, endpoint=endpoint))
        await all_of(submit_file(session, file.id, endpoint=endpoint, again=True))
    assert len(await made(gateway.base_url)) == 2


async def test_a_full_metadata_leaves_the_file_id_to_know_it_by(
    gateway: Gateway, write_input: WriteInput, tmp_path: Path
) -> None:
    metadata = {f"key{number}": "x" for number in range(16)}
    async with (
        relay(gateway.base_url, at_create(faults.drop_after)) as url,
        paying(url, tmp_path / "ledger.db") as session,
    ):
        await all_of(submit(session, Submission(write_input(), metadata=metadata)))
    (batch,) = await made(gateway.base_url)
    assert TOKEN_KEY not in (batch.metadata or {})


@pytest.mark.parametrize("step", ["upload", "uploaded", "create", "created"])
async def test_killed_at_any_step_then_run_again(
    gateway: Gateway, write_input: WriteInput, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """`kill -9` of the command, then the same command once more: one batch."""
    pids: list[int] = []

    def kill() -> None:
        os.kill(pids[0], signal.SIGKILL)

    fault = {
        "upload": faults.then(kill, None),
        "uploaded": faults.then(None, kill),
        "create": faults.then(kill, None),
        "created": faults.then(None, kill),
    }[step]
    route = "/files" if step.startswith("upload") else "/batches"
    armed = [fault]

    def choose(call: Call) -> Fault | None:
        is_route = call.method == "POST" and call.path.endswith(route)
        return armed.pop() if is_route and armed else None

    path = write_input()
    monkeypatch.setitem(Session.__init__.__kwdefaults__ or {}, "looks_s", LOOKS_S)
    async with relay(gateway.base_url, choose) as url:
        monkeypatch.setenv("BATCHTUI_BASE_URL", url)
        command = ("batches", "create", str(path))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "batchtui", *command),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        pids[:] = [process.pid]
        printed, _ = await process.communicate()
        assert (process.returncode, printed) == (-signal.SIGKILL, b"")
        again = await asyncio.to_thread(CliRunner().invoke, root, command)
    assert again.exit_code == 0, again.stderr
    assert [batch.id for batch in await made(gateway.base_url)] == [again.stdout.strip()]


def test_the_ledger_of_two_processes_is_one(tmp_path: Path) -> None:
    one, other = Ledger(tmp_path / "l.db"), Ledger(tmp_path / "l.db")
    intent = one.intend("account", "content", "/v1/x", "in.jsonl", "file-1")
    assert other.last("account", "content", "/v1/x") == intent
    other.settle(intent, State.CREATED, "batch_1")
    found = one.of_batch("account", "batch_1")
    assert found is not None
    assert (found.token, found.state) == (intent.token, State.CREATED)
    assert one.last("other account", "content", "/v1/x") is None
    assert Counter(oct((tmp_path / "l.db").stat().st_mode & 0o777)) == Counter("0o600")
