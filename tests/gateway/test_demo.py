"""The demo's account: every status, real files, and one batch that goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from batchtui.gateway.demo import seed, write_samples
from batchtui.gateway.run.check import check
from batchtui.models.endpoint import CHAT_COMPLETIONS, EMBEDDINGS, RESPONSES
from batchtui.models.status import ACTIVE, TERMINAL
from tests.gateway.conftest import StartGateway
from tests.gateway.support import Api, wait_for


@pytest.fixture
def demo(start_gateway: StartGateway) -> Iterator[Api]:
    with start_gateway(seed=seed) as api:
        yield api


def batches(api: Api) -> list[dict[str, Any]]:
    data = api.ok(api.http.get("/v1/batches?limit=100"))["data"]
    assert isinstance(data, list)
    return data


def test_every_status_is_there(demo: Api) -> None:
    assert {batch["status"] for batch in batches(demo)} == ACTIVE | TERMINAL


def test_the_stories_are_plausible(demo: Api) -> None:
    for batch in batches(demo):
        counts = batch["request_counts"]
        assert counts["completed"] + counts["failed"] <= counts["total"]
        names = ("created_at", "in_progress_at", "finalizing_at", "completed_at", "expired_at")
        times = [batch[name] for name in names if batch[name]]
        assert times == sorted(times), batch
        demo.ok(demo.http.get(f"/v1/files/{batch['input_file_id']}"))
        if batch["status"] in TERMINAL - {"failed", "cancelled"}:
            assert counts["completed"] + counts["failed"] == counts["total"]
        if batch["status"] in TERMINAL:
            assert len(demo.lines(batch["output_file_id"])) == counts["completed"]
            assert len(demo.lines(batch["error_file_id"])) == counts["failed"]
        else:
            assert batch["output_file_id"] is batch["error_file_id"] is None


def test_the_failed_one_says_why(demo: Api) -> None:
    (failed,) = (batch for batch in batches(demo) if batch["status"] == "failed")
    codes = {each["code"] for each in failed["errors"]["data"]}
    assert {"duplicate_custom_id", "invalid_json_line", "url_mismatch", "model_mismatch"} <= codes
    assert all(each["line"] for each in failed["errors"]["data"])


def test_the_running_one_goes_on(demo: Api) -> None:
    (running,) = (batch for batch in batches(demo) if batch["status"] == "in_progress")
    done = running["request_counts"]["completed"]

    def more_done() -> bool | None:
        return True if demo.batch(running["id"])["request_counts"]["completed"] > done else None

    wait_for(more_done, "the batch to go on")


@pytest.mark.parametrize("status", ["validating", "in_progress", "cancelling"])
def test_a_running_one_can_be_cancelled(demo: Api, status: str) -> None:
    (batch,) = (batch for batch in batches(demo) if batch["status"] == status)
    demo.ok(demo.http.post(f"/v1/batches/{batch['id']}/cancel"))
    final = demo.wait(batch["id"])
    assert final["status"] == "cancelled"
    assert len(demo.lines(final["output_file_id"])) == final["request_counts"]["completed"]


def test_a_new_batch_finishes_beside_them(demo: Api, tmp_path: Path) -> None:
    samples = {path.name: path for path in write_samples(tmp_path)}
    data = samples["tickets.jsonl"].read_bytes()
    batch = demo.wait(demo.create(demo.upload(data)["id"])["id"])
    assert batch["status"] == "completed"
    assert batch["request_counts"]["failed"] > 0


def test_the_samples_are_good_but_for_one(tmp_path: Path) -> None:
    samples = {path.name: path for path in write_samples(tmp_path)}
    endpoints = {
        "reviews.jsonl": CHAT_COMPLETIONS,
        "tickets.jsonl": CHAT_COMPLETIONS,
        "sentences-embeddings.jsonl": EMBEDDINGS,
        "summaries-responses.jsonl": RESPONSES,
    }
    for name, endpoint in endpoints.items():
        checked = check(samples.pop(name), endpoint, lambda: False)
        assert checked.errors == []
        assert checked.total > 10
    ((name, path),) = samples.items()
    assert name == "bad-lines.jsonl"
    assert len(check(path, CHAT_COMPLETIONS, lambda: False).errors) >= 5
