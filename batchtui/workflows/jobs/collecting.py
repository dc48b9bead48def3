"""The results of a finished shard, on disk: its output and its error file, and what it used."""

from __future__ import annotations

import asyncio
from pathlib import Path

from batchtui import paths
from batchtui.errors import NotFoundError
from batchtui.workflows.background import Emit
from batchtui.workflows.jobs.events import Collecting, JobEvent
from batchtui.workflows.jobs.records import ShardRow
from batchtui.workflows.jobs.spend import usage_of
from batchtui.workflows.jobs.states import ShardState
from batchtui.workflows.jobs.store import JobStore
from batchtui.workflows.results import download
from batchtui.workflows.session import Session


def gone(store: JobStore, job_id: str) -> list[tuple[Path, str]]:
    """Result files that were emptied out of the cache since, each with its id at the server."""
    return [
        (Path(path), file_id)
        for shard in store.shards(job_id)
        for path, file_id in (
            (shard.output_path, shard.output_file_id),
            (shard.error_path, shard.error_file_id),
        )
        if path and not Path(path).exists()
    ]


async def recollect(session: Session, store: JobStore, job_id: str) -> None:
    """Download those again. Raises any ApiError."""
    for path, file_id in await asyncio.to_thread(gone, store, job_id):
        paths.private(path.parent)
        await download(session, file_id, to=path)


async def collect(
    session: Session, store: JobStore, shard: ShardRow, emit: Emit[JobEvent]
) -> ShardRow:
    """The shard, collected. A file that the server no longer has leaves its requests missing.

    Raises any ApiError but that, InputError when disk fails.
    """
    lost = []
    kept: dict[str, str] = {"output": "", "errors": ""}
    for which, file_id in (("output", shard.output_file_id), ("errors", shard.error_file_id)):
        if not file_id:
            continue
        try:
            path = await download(
                session,
                file_id,
                on_progress=lambda done, total, which=which: emit(  # type: ignore[misc]
                    Collecting(shard, which, done, total)
                ),
            )
        except NotFoundError:
            lost.append(which)
        else:
            kept[which] = str(path)
    tokens = {}
    if kept["output"] and not (shard.input_tokens or shard.output_tokens):
        used = await asyncio.to_thread(usage_of, Path(kept["output"]))
        tokens = {"input_tokens": used[0], "output_tokens": used[1]}
    why = f"the server no longer has its {' and '.join(lost)}" if lost else shard.why
    return await asyncio.to_thread(
        lambda: store.move_shard(
            shard,
            ShardState.COLLECTED,
            why=why,
            output_path=kept["output"],
            error_path=kept["errors"],
            **tokens,
        )
    )
