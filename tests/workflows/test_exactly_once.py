"""Two hundred submissions through all faults at once, and with `kill -9`: two hundred batches.

What happens to one submission alone is told in `test_never_pay_twice`.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from batchtui.errors import ApiError, NotKnownError
from batchtui.gateway.server import Gateway
from batchtui.workflows.session import Session
from batchtui.workflows.submit import AlreadySubmittedError, Created, Submission, submit
from tests import relay as faults
from tests.relay import Call, Fault, Forward, relay
from tests.workflows.paying import all_of, is_create, is_look, is_upload, made, paying

WriteInput = Callable[..., Path]

SUBMISSIONS: Final = 200
TIMEOUT_S: Final = 1.0
TRIES: Final = 20

AT_CREATE: Final[tuple[tuple[str, Fault | None], ...]] = (
    ("dropped after", faults.drop_after),
    ("none", None),
    ("reset after", faults.reset_after),
    ("dropped before", faults.drop_before),
    ("none", None),
    ("502 after", faults.bad_gateway_after),
    ("slow", faults.slow(TIMEOUT_S * 1.5)),
    ("none", None),
    ("502 before", faults.bad_gateway_before),
    ("late", faults.late(TIMEOUT_S * 1.5)),
    ("none", None),
    ("reset before", faults.reset_before),
    ("none", None),
)
AT_LOOK: Final = (None, faults.reset_before, None, None, faults.bad_gateway_before)
AT_UPLOAD: Final = (None, None, None, faults.reset_after)

UPLOAD, UPLOADED = "upload", "uploaded"
CREATE, CREATED, ANSWERED = "create", "created", "answered"
LOOK = "look"
PLANS: Final = (
    (UPLOAD,),
    (UPLOADED,),
    (CREATE,),
    (CREATED,),
    (ANSWERED,),
    (CREATE, LOOK),
    (CREATED, LOOK),
    (UPLOADED, CREATED, LOOK),
)
"""Where the command is killed, first and when it is run again; before the server acts at `upload`,
`create` and `look`, when it has acted at `uploaded` and `created`, with its answer at `answered`.
"""
VICTIM_EVERY: Final = 20
_ROUTES: Final = {UPLOAD: is_upload, UPLOADED: is_upload, LOOK: is_look}


@dataclass
class Victim:
    """A command that is to be killed at `step`; its requests name it in a header."""

    name: str
    step: str
    process: Process | None = None
    is_hit: bool = False

    def killed_by(self, call: Call) -> Fault | None:
        if self.is_hit or not _ROUTES.get(self.step, is_create)(call):
            return None
        self.is_hit = True
        return self._kill

    async def _kill(self, forward: Forward, writer: asyncio.StreamWriter) -> None:
        assert self.process is not None, "it is started, or it could not ask"
        if self.step in (UPLOADED, CREATED, ANSWERED):
            reply = await forward()
            if self.step == ANSWERED:
                writer.write(reply)
                await writer.drain()
        self.process.kill()


@dataclass
class Storm:
    """What happens to each request on its way."""

    victims: dict[str, Victim] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._creates = itertools.cycle(AT_CREATE)
        self._looks = itertools.cycle(AT_LOOK)
        self._uploads = itertools.cycle(AT_UPLOAD)

    def fault_of(self, call: Call) -> Fault | None:
        named = re.search(rb"\r\nx-victim: (\S+)\r\n", call.raw, re.IGNORECASE)
        if named:
            return self.victims[named[1].decode()].killed_by(call)
        if is_create(call):
            name, fault = next(self._creates)
            self.seen[name] += 1
            return fault
        if is_look(call):
            return next(self._looks)
        return next(self._uploads) if is_upload(call) else None


class Commands:
    """Runs `batchtui batches create` in processes of their own, and counts how they ended."""

    def __init__(self, storm: Storm, config: Path, base_url: str) -> None:
        self.killed: Counter[str] = Counter()
        self._storm = storm
        self._config = config
        self._base_url = base_url
        self._room = asyncio.Semaphore(3)

    async def run_until_killed(self, path: Path, step: str) -> None:
        async with self._room:
            name = f"{path.stem}-{step}"
            with self._config.open("a") as file:
                file.write(
                    f'[profiles.{name}]\nbase_url = "{self._base_url}"\n'
                    f'headers = {{ "x-victim" = "{name}" }}\n'
                )
            victim = self._storm.victims[name] = Victim(name, step)
            victim.process = process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "batchtui", "batches", "create", str(path)),
                *("--profile", name),
                stdout=DEVNULL,
                stderr=DEVNULL,
            )
            code = await process.wait()
        assert victim.is_hit, f"{name} ended with {code} and never came to {step}"
        # A command that has its answer may be quicker than its end.
        assert code == -signal.SIGKILL or (code, step) == (0, ANSWERED), (name, code)
        self.killed[step] += 1


async def created(session: Session, path: Path) -> str:
    """The id of the batch, however many tries that takes; only what is safe is done."""
    for _ in range(TRIES):
        try:
            last = (await all_of(submit(session, Submission(path))))[-1]
        except AlreadySubmittedError as known:
            return known.batch.id
        except (ApiError, NotKnownError):
            continue
        assert isinstance(last, Created)
        return last.batch.id
    raise AssertionError(f"{path.name} was not created after {TRIES} tries")


@pytest.mark.timeout(300)
async def test_two_hundred_submissions_two_hundred_batches(
    gateway: Gateway, write_input: WriteInput, machine: Path
) -> None:
    """Every twentieth is a real command, killed at one step after the other and then run again."""
    storm = Storm()
    config = machine / ".config" / "batchtui" / "config.toml"
    config.parent.mkdir(parents=True)
    plans = itertools.cycle(PLANS)
    room = asyncio.Semaphore(32)

    async def submitted(commands: Commands, session: Session, number: int) -> str:
        path = write_input(1, name=f"in-{number}.jsonl", model=f"echo-{number}")
        if number % VICTIM_EVERY == 0:
            for step in next(plans):
                await commands.run_until_killed(path, step)
        async with room:
            return await created(session, path)

    async with (
        relay(gateway.base_url, storm.fault_of) as url,
        paying(url, timeout_s=TIMEOUT_S) as session,
    ):
        commands = Commands(storm, config, url)
        ids = await asyncio.gather(
            *(submitted(commands, session, number) for number in range(SUBMISSIONS))
        )
    assert set(commands.killed) == {UPLOAD, UPLOADED, CREATE, CREATED, ANSWERED, LOOK}
    assert set(storm.seen) == {name for name, _ in AT_CREATE}
    listed = [batch.id for batch in await made(gateway.base_url)]
    assert len(listed) == len(set(ids)) == SUBMISSIONS
    assert sorted(ids) == sorted(listed)
