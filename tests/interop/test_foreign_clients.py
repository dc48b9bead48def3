"""Batch clients of others against our gateway, each in an environment and process of its own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from batchtui.gateway.server import Gateway
from tests.interop.environment import environment
from tests.interop.litellm_proxy import MASTER_KEY, MODEL, UPSTREAM_KEY, litellm_bin

pytestmark = [pytest.mark.interop, pytest.mark.timeout(600)]

OPENAI_BATCH = """
import json, os, sys
from openai_batch import Batch
from openai_batch.providers import Provider

provider = Provider(name="gateway", base_url=os.environ["URL"], api_key=os.environ["KEY"])
with Batch("in.jsonl", output_file="out.jsonl", error_file="err.jsonl", provider=provider) as batch:
    done, output, errors = batch.submit_wait_download(interval=0.2)
lines = [json.loads(line) for line in open(output)]
json.dump({"status": done.status, "counts": done.request_counts.completed,
           "ids": sorted(line["custom_id"] for line in lines)}, open("said.json", "w"))
"""

BATCHWORK = """
import asyncio, json, os
from batchwork import BatchRequest, Batchwork

async def main():
    async with Batchwork() as client:
        job = await client.batch(
            model="openai/echo",
            requests=[BatchRequest(custom_id=f"r-{n}", prompt=f"question {n}") for n in range(5)],
            api_key=os.environ["KEY"], base_url=os.environ["URL"],
        )
        await job.wait(timeout=60, poll_interval=0.2)
        results = await job.collect()
        json.dump({"status": str(job.status), "ids": sorted(each.custom_id for each in results),
                   "texts": [each.text for each in results]}, open("said.json", "w"))

asyncio.run(main())
"""

LITELLM = """
import asyncio, json, os
import litellm

place = dict(
    custom_llm_provider="openai", api_base=os.environ["URL"], api_key=os.environ["KEY"]
)

async def main():
    file = await litellm.acreate_file(file=open("in.jsonl", "rb"), purpose="batch", **place)
    batch = await litellm.acreate_batch(
        completion_window="24h", endpoint="/v1/chat/completions", input_file_id=file.id,
        metadata={"team": "ads"}, **place,
    )
    while batch.status not in ("completed", "failed"):
        await asyncio.sleep(0.2)
        batch = await litellm.aretrieve_batch(batch_id=batch.id, **place)
    content = await litellm.afile_content(file_id=batch.output_file_id, **place)
    listed = await litellm.alist_batches(limit=2, **place)
    deleted = await litellm.afile_delete(file_id=file.id, **place)
    try:
        await litellm.aretrieve_batch(batch_id="batch_nope", **place)
        refused = ""
    except Exception as error:
        refused = type(error).__name__
    json.dump({
        "status": batch.status, "metadata": batch.metadata,
        "ids": sorted(json.loads(line)["custom_id"] for line in content.text.splitlines()),
        "listed": [each.id for each in listed.data] == [batch.id],
        "deleted": deleted.deleted, "refused": refused,
    }, open("said.json", "w"))

asyncio.run(main())
"""

OPENAI = """
import json, os, time
import openai

client = openai.OpenAI(
    base_url=os.environ["URL"], api_key=os.environ["KEY"],
    default_headers={"custom-llm-provider": "openai"}, max_retries=0,
)
file = client.files.create(file=open("in.jsonl", "rb"), purpose="batch")
batch = client.batches.create(
    input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
)
while batch.status not in ("completed", "failed"):
    time.sleep(0.2)
    batch = client.batches.retrieve(batch.id)
content = client.files.content(batch.output_file_id)
ids = [each.id for each in client.batches.list(limit=2)]
try:
    client.batches.retrieve("batch_nope")
    refused = ""
except openai.NotFoundError as error:
    refused = type(error).__name__
json.dump({
    "status": batch.status,
    "ids": sorted(json.loads(line)["custom_id"] for line in content.text.splitlines()),
    "listed": batch.id in ids and len(ids) == len(set(ids)), "refused": refused,
}, open("said.json", "w"))
"""


def said(python: Path, script: str, where: Path, url: str, key: str) -> Any:
    """What `script` wrote down, run with the interpreter `python` in the directory `where`."""
    known = {"URL": url, "KEY": key, "HOME": str(where), "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    done = subprocess.run(
        [str(python), "-c", script],
        cwd=where,
        env={"PATH": os.environ["PATH"], **known},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((where / "said.json").read_text())


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """With a batch input in it."""
    body = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}]}
    line = {"method": "POST", "url": "/v1/chat/completions", "body": body}
    (tmp_path / "in.jsonl").write_text(
        "".join(json.dumps({"custom_id": f"r-{number}", **line}) + "\n" for number in range(5))
    )
    return tmp_path


IDS = [f"r-{number}" for number in range(5)]


def test_openai_batch(upstream: Gateway, directory: Path) -> None:
    # It imports httpx, and leaves it to the SDK to bring that.
    home = environment("openai-batch", "openai-batch==0.3.4", "openai==2.54.0", "httpx==0.28.1")
    python = home / "python"
    told = said(python, OPENAI_BATCH, directory, f"{upstream.base_url}/v1", UPSTREAM_KEY)
    assert told == {"status": "completed", "counts": 5, "ids": IDS}


def test_batchwork(upstream: Gateway, directory: Path) -> None:
    python = environment("batchwork", "batchwork-ai==0.3.0") / "python"
    told = said(python, BATCHWORK, directory, f"{upstream.base_url}/v1", UPSTREAM_KEY)
    assert told["ids"] == IDS
    assert all(told["texts"])


def test_the_litellm_sdk_on_the_gateway(
    tmp_path_factory: pytest.TempPathFactory, directory: Path
) -> None:
    """On a gateway of its own: the list must hold this one batch."""
    from batchtui.config import Secret
    from batchtui.gateway.options import GatewayOptions

    options = GatewayOptions(
        data_dir=tmp_path_factory.mktemp("own"), port=0, api_keys=(Secret(UPSTREAM_KEY),)
    )
    with Gateway(options) as gateway:
        told = said(
            litellm_bin() / "python", LITELLM, directory, f"{gateway.base_url}/v1", UPSTREAM_KEY
        )
    assert told == {
        "status": "completed",
        "metadata": {"team": "ads"},
        "ids": IDS,
        "listed": True,
        "deleted": True,
        "refused": "NotFoundError",
    }


def test_the_openai_sdk_through_the_proxy(proxy_url: str, directory: Path) -> None:
    told = said(litellm_bin() / "python", OPENAI, directory, f"{proxy_url}/v1", MASTER_KEY)
    assert told == {"status": "completed", "ids": IDS, "listed": True, "refused": "NotFoundError"}
