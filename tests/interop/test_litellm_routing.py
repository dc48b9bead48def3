"""A profile that routes by model, through a real LiteLLM proxy: encoded ids from end to end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from batchtui.config import Profile, Secret
from batchtui.models.batch import Batch
from batchtui.models.ids import describe_id
from batchtui.workflows import results
from batchtui.workflows.ledger import Ledger
from batchtui.workflows.session import Session
from batchtui.workflows.submit import Created, Submission, submit
from batchtui.workflows.watch import watch
from tests.interop.litellm_proxy import MASTER_KEY, MODEL

pytestmark = [pytest.mark.interop, pytest.mark.timeout(600)]

WriteInput = Callable[..., Path]


async def test_several_batches_by_model(
    proxy_url: str, write_input: WriteInput, tmp_path: Path
) -> None:
    profile = Profile(
        "by-model", proxy_url, kind="litellm", model=MODEL, api_key=Secret(MASTER_KEY)
    )
    async with Session(
        profile, downloads=tmp_path / "downloads", ledger=Ledger(tmp_path / "ledger.db")
    ) as session:
        made: dict[str, Batch] = {}
        for count in (3, 4, 5):
            path = write_input(count, model=MODEL, name=f"{count}.jsonl")
            last = [event async for event in submit(session, Submission(path))][-1]
            assert isinstance(last, Created)
            made[last.batch.id] = last.batch
        decoded = [describe_id(batch_id) for batch_id in made]
        assert all(each.model == MODEL and each.raw.startswith("batch_") for each in decoded)
        assert not {each.raw for each in decoded} & made.keys()

        async for seen in watch(session, made, interval_s=0.2):
            assert isinstance(seen, Batch)
            made[seen.id] = seen
        assert {batch.status for batch in made.values()} == {"completed"}
        batch = next(iter(made.values()))
        collected = await results.collect(session, batch, tmp_path / "out.jsonl")
        assert collected.audit.is_complete
        client = await session.client()
        assert MODEL in [each.model_name for each in await client.models.info()]
