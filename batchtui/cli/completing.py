"""What a shell may offer for an argument: files, profiles, jobs. Nothing here asks a server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import click
from click.shell_completion import CompletionItem

from batchtui.errors import BatchtuiError

FILE: Final = click.Path(allow_dash=True, readable=False)
"""The type of a word that may be a file's name: a shell completes it, and nothing is checked."""


def profile_names(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    from batchtui import config

    return _offered(typed, lambda: [(each.name, each.base_url) for each in config.profiles()])


def job_ids(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    from batchtui.workflows.jobs.store import JobStore

    return _offered(typed, lambda: [(job.id, job.name) for job in JobStore().jobs()])


def _offered(typed: str, listed: Callable[[], list[tuple[str, str]]]) -> list[CompletionItem]:
    """Those that begin with what is typed; none where they can not be read: a shell is no place
    for an error."""
    try:
        found = listed()
    except BatchtuiError:
        return []
    return [CompletionItem(word, help=told) for word, told in found if word.startswith(typed)]
