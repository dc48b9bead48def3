"""`--on-done COMMAND`: what is run when the thing that was waited for is final.

Owns how it is run and what it is told. The command gets the caller's own environment and variables
that say what is done; its exit code is told, and is not that of batchtui.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, fields
from typing import Final, Literal

import click

from batchtui.cli.output import note
from batchtui.visible import visible

_STDERR: Final = 2

on_done_option = click.option(
    "--on-done",
    metavar="COMMAND",
    help="Run this in the shell at the end; BATCHTUI_STATUS, BATCHTUI_EXIT_CODE and others tell it "
    "what is done.",
)


@dataclass(frozen=True, slots=True)
class Done:
    """What is done: each field is told as `BATCHTUI_` and its name, empty where it is None.

    `id`: of one batch or job; several have a space between them. `status`: the worst of them.
    `exit_code`: what batchtui ends with. `output`: the file with the results.
    """

    kind: Literal["batch", "job"]
    id: str
    status: str
    exit_code: int
    total: int | None = None
    completed: int | None = None
    failed: int | None = None
    output: str | None = None


def run_on_done(command: str | None, done: Done) -> None:
    """Run `command`, if there is one, and wait for it. What it prints goes to stderr."""
    if command is None:
        return
    import subprocess

    sys.stdout.flush()
    try:
        code = subprocess.run(  # noqa: S602 - the shell is what the user asked for
            command,
            shell=True,
            check=False,
            env={**os.environ, **variables(done)},
            stdin=subprocess.DEVNULL,
            stdout=_STDERR,
        ).returncode
    except OSError as error:
        note(f"--on-done was not run: {error.strerror}")
        return
    if code:
        what = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        note(f"--on-done {what}")


def variables(done: Done) -> dict[str, str]:
    told = ((each.name, getattr(done, each.name)) for each in fields(done))
    return {
        f"BATCHTUI_{name.upper()}": "" if value is None else visible(f"{value}")
        for name, value in told
    }
