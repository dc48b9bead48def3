"""The command that a user wants run when a job has ended."""

from __future__ import annotations

import asyncio
import os
import shlex

from batchtui.errors import UsageError
from batchtui.workflows.jobs.records import Job


def words_of(command: str) -> list[str]:
    """The program and its arguments. Raises UsageError for what is no command line."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"--on-done: {command}: {error}") from None
    if not words:
        raise UsageError("--on-done: there is no command")
    return words


async def run_on_done(job: Job) -> str:
    """Run it, without a shell, and wait for it. Returns what went wrong, "" for nothing.

    It is told about the job by its environment: BATCHTUI_JOB, BATCHTUI_STATE, BATCHTUI_OUTPUT,
    BATCHTUI_OK, BATCHTUI_FAILED, BATCHTUI_MISSING. Its own output goes where ours does, stdout to
    stderr: there is data on stdout.
    """
    if job.options.on_done is None:
        return ""
    audit = job.audit
    facts = {
        "BATCHTUI_JOB": job.id,
        "BATCHTUI_STATE": str(job.state),
        "BATCHTUI_OUTPUT": job.out_path,
        "BATCHTUI_OK": str(audit.ok if audit else 0),
        "BATCHTUI_FAILED": str(audit.failed if audit else 0),
        "BATCHTUI_MISSING": str(audit.missing if audit else 0),
    }
    try:
        process = await asyncio.create_subprocess_exec(
            *words_of(job.options.on_done),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=2,
            env={**os.environ, **facts},
        )
    except OSError as error:
        return f"--on-done: {error.strerror or error}"
    code = await process.wait()
    return f"--on-done: the command ended with {code}" if code else ""
