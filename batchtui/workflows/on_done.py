"""The command that a user wants run when a batch or a job has ended.

Owns how it is run and what it is told. The command gets the user's own environment and variables
that say what is done; how it ends is told, and changes nothing of what is done.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, fields
from typing import Final, Literal

from batchtui.visible import visible

_STDERR: Final = 2


@dataclass(frozen=True, slots=True)
class Done:
    """What is done: each field is told as `BATCHTUI_` and its name, empty where it is None.

    `id`: of one batch or job; several have a space between them. `status`: the worst of theirs.
    `ok`, `failed` and `missing` count requests. `output`: the file with the results.
    """

    kind: Literal["batch", "job"]
    id: str
    status: str
    total: int | None = None
    ok: int | None = None
    failed: int | None = None
    missing: int | None = None
    output: str | None = None


async def run_on_done(command: str | None, done: Done) -> str:
    """Run `command`, if there is one, in the shell, and wait for it; returns what went wrong, "".

    It reads nothing, and what it prints goes to stderr: there is data on stdout.
    """
    if command is None:
        return ""
    try:
        process = await asyncio.create_subprocess_shell(
            command,
            env={**os.environ, **variables(done)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=_STDERR,
        )
    except OSError as error:
        return f"--on-done was not run: {error.strerror or error}"
    code = await process.wait()
    if code < 0:
        return f"--on-done was ended by signal {-code}"
    return f"--on-done ended with exit code {code}" if code else ""


def variables(done: Done) -> dict[str, str]:
    told = ((each.name, getattr(done, each.name)) for each in fields(done))
    return {
        f"BATCHTUI_{name.upper()}": "" if value is None else visible(str(value))
        for name, value in told
    }
