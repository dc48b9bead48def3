"""The life of a batch, from validation to its files, over a real socket."""

from __future__ import annotations

import json
from typing import Any

import openai.types as openai_types
import pytest

from tests.gateway.conftest import StartGateway, StartUpstream
from tests.gateway.fake_upstream import chat_answer
from tests.gateway.support import Api, ManualClock, chat, wait_for

DAY_S = 24 * 3600


def answered(api: Api, batch: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every result line by custom_id; each is there once."""
    lines = api.lines(batch["output_file_id"]) + api.lines(batch["error_file_id"])
    found = {line["custom_id"]: line for line in lines}
    assert len(found) == len(lines)
    assert len({line["id"] for line in lines}) == len(lines)
    return found


def test_a_batch_completes_with_an_answer_for_every_line(api: Api) -> None:
    created = api.submit([chat(f"r-{n}", f"question {n}") for n in range(50)])
    assert created["status"] == "validating"
    assert set(created) == set(openai_types.Batch.model_fields)

    batch = api.wait(created["id"])
    assert batch["status"] == "completed"
    assert batch["request_counts"] == {"total": 50, "completed": 50, "failed": 0}
    assert batch["model"] == "echo"
    assert batch["error_file_id"] is None
    times = [
        batch[name] for name in ("created_at", "in_progress_at", "finalizing_at", "completed_at")
    ]
    assert times == sorted(times)
    assert batch["expires_at"] == batch["created_at"] + DAY_S

    results = answered(api, batch)
    assert set(results) == {f"r-{n}" for n in range(50)}
    usage = {"input_tokens": 0, "output_tokens": 0}
    for custom_id, line in results.items():
        assert set(line) == {"id", "custom_id", "response", "error"}
        assert line["error"] is None
        body = line["response"]["body"]
        assert body["choices"][0]["message"]["content"].startswith(f"question {custom_id[2:]} (")
        usage["input_tokens"] += body["usage"]["prompt_tokens"]
        usage["output_tokens"] += body["usage"]["completion_tokens"]
    assert batch["usage"]["input_tokens"] == usage["input_tokens"]
    assert batch["usage"]["output_tokens"] == usage["output_tokens"]
    assert batch["usage"]["total_tokens"] == sum(usage.values())


def test_result_files_are_files_of_the_api(api: Api) -> None:
    requests = [chat("good"), chat("bad", metadata={"echo": "fail-400"})]
    batch = api.wait(api.submit(requests)["id"])
    for name in ("output_file_id", "error_file_id"):
        file = api.ok(api.http.get(f"/v1/files/{batch[name]}"))
        content = api.http.get(f"/v1/files/{batch[name]}/content").content
        assert file["purpose"] == "batch_output"
        assert file["bytes"] == len(content)
        assert content.endswith(b"\n")


def test_failed_lines_go_to_the_error_file(api: Api) -> None:
    requests = [chat("good"), chat("bad", metadata={"echo": "fail-422"})]
    batch = api.wait(api.submit(requests)["id"])
    assert batch["status"] == "completed"
    assert batch["request_counts"] == {"total": 2, "completed": 1, "failed": 1}
    (line,) = api.lines(batch["error_file_id"])
    assert line["custom_id"] == "bad"
    assert line["response"]["status_code"] == 422
    assert line["response"]["body"]["error"]["message"]


def test_a_batch_whose_lines_all_fail_is_completed_without_an_output_file(api: Api) -> None:
    requests = [chat(f"r-{n}", model="echo-fail-400") | {} for n in range(3)]
    batch = api.wait(api.submit(requests)["id"])
    assert batch["status"] == "completed"
    assert batch["output_file_id"] is None
    assert batch["error_file_id"] is not None
    assert batch["request_counts"] == {"total": 3, "completed": 0, "failed": 3}


def test_a_bad_file_fails_with_every_line_and_code(api: Api) -> None:
    lines = [json.dumps(chat(f"r-{n}")) for n in range(5)]
    lines[1] = lines[0]
    lines[2] = "{not json"
    lines[3] = lines[3].replace("/v1/chat/completions", "/v1/embeddings")
    batch = api.create(api.upload("\n".join(lines).encode())["id"])
    batch = api.wait(batch["id"])
    assert batch["status"] == "failed"
    assert batch["failed_at"]
    assert batch["output_file_id"] is None
    assert batch["in_progress_at"] is None
    assert batch["errors"]["object"] == "list"
    found = {(each["line"], each["code"]) for each in batch["errors"]["data"]}
    assert {(2, "duplicate_custom_id"), (3, "invalid_json_line"), (4, "url_mismatch")} <= found
    for each in batch["errors"]["data"]:
        assert set(each) == {"code", "line", "message", "param"}


@pytest.mark.parametrize("data", [b"", b"\n\n  \n"])
def test_an_empty_file_fails(api: Api, data: bytes) -> None:
    batch = api.wait(api.create(api.upload(data)["id"])["id"])
    assert batch["status"] == "failed"
    assert [each["code"] for each in batch["errors"]["data"]] == ["empty_file"]


def test_a_compressed_file_fails(api: Api) -> None:
    batch = api.wait(api.create(api.upload(b"\x1f\x8b rest")["id"])["id"])
    assert batch["status"] == "failed"
    assert "compressed" in batch["errors"]["data"][0]["message"]


def test_warnings_do_not_fail_a_batch_and_blank_lines_are_no_requests(api: Api) -> None:
    data = b"\n" + json.dumps(chat("one")).encode() + b"\r\n\r\n" + json.dumps(chat("two")).encode()
    batch = api.wait(api.create(api.upload(data)["id"])["id"])
    assert batch["status"] == "completed", batch["errors"]
    assert batch["request_counts"]["total"] == 2
    assert set(answered(api, batch)) == {"one", "two"}


def test_custom_ids_come_back_as_they_were(api: Api) -> None:
    names = ["ünïcode ✓", 'quote " backslash \\ tab \t', "emoji 😀", "x" * 2000]
    batch = api.wait(api.submit([chat(name) for name in names])["id"])
    assert set(answered(api, batch)) == set(names)


def test_counts_are_live(start_gateway: StartGateway, start_upstream: StartUpstream) -> None:
    upstream = start_upstream(lambda body, attempt: (200, {}, chat_answer()))
    upstream.hold("r-2")
    with start_gateway(upstream=upstream.base_url) as api:
        batch = api.submit([chat(f"r-{n}", f"r-{n}") for n in range(3)])

        def two_are_counted() -> dict[str, Any] | None:
            now = api.batch(batch["id"])
            return now if now["request_counts"]["completed"] == 2 else None

        running = wait_for(two_are_counted, "two results")
        assert running["status"] == "in_progress"
        assert running["output_file_id"] is None
        assert running["usage"]["total_tokens"] == 10
        upstream.release()
        assert api.wait(batch["id"])["status"] == "completed"


def test_cancel_keeps_what_is_finished_and_lets_running_lines_end(
    start_gateway: StartGateway, start_upstream: StartUpstream
) -> None:
    upstream = start_upstream(lambda body, attempt: (200, {}, chat_answer()))
    upstream.hold("r-1", "r-2")
    with start_gateway(upstream=upstream.base_url, concurrency=2) as api:
        batch = api.submit([chat(f"r-{n}", f"r-{n}") for n in range(20)])
        wait_for(lambda: upstream.asked.get("r-2"), "the line to be asked")
        cancelled = api.ok(api.http.post(f"/v1/batches/{batch['id']}/cancel"))
        assert cancelled["status"] == "cancelling"
        assert cancelled["cancelling_at"]
        again = api.ok(api.http.post(f"/v1/batches/{batch['id']}/cancel"))
        assert again["status"] == "cancelling"
        upstream.release()
        final = api.wait(batch["id"])
        assert final["status"] == "cancelled"
        assert final["cancelled_at"]
        assert set(answered(api, final)) == {"r-0", "r-1", "r-2"}
        assert final["request_counts"] == {"total": 20, "completed": 3, "failed": 0}
        assert set(upstream.asked) == {"r-0", "r-1", "r-2"}


def test_a_cancelled_batch_does_not_ask_again(
    start_gateway: StartGateway, start_upstream: StartUpstream
) -> None:
    upstream = start_upstream(lambda body, attempt: (429, {"retry-after": "3600"}, b"{}"))
    with start_gateway(upstream=upstream.base_url) as api:
        batch = api.submit([chat("r-0", "r-0")])
        wait_for(lambda: upstream.asked.get("r-0"), "the line to be asked")
        api.ok(api.http.post(f"/v1/batches/{batch['id']}/cancel"))
        final = api.wait(batch["id"])
        assert final["status"] == "cancelled"
        assert final["output_file_id"] is None
        assert final["error_file_id"] is None


@pytest.mark.parametrize("bad", [False, True])
def test_a_final_batch_can_not_be_cancelled(api: Api, bad: bool) -> None:
    batch = api.wait(api.create(api.upload(b"{" if bad else b"", "x")["id"])["id"])
    error = api.refused(api.http.post(f"/v1/batches/{batch['id']}/cancel"), 409)
    assert batch["status"] in error["message"]


def test_the_window_ends_a_batch_with_a_line_for_every_request(
    start_gateway: StartGateway, start_upstream: StartUpstream, clock: ManualClock
) -> None:
    upstream = start_upstream(lambda body, attempt: (200, {}, chat_answer()))
    upstream.hold("r-3")
    with start_gateway(upstream=upstream.base_url, clock=clock, concurrency=1) as api:
        batch = api.submit([chat(f"r-{n}", f"r-{n}") for n in range(10)], completion_window="2h")
        wait_for(lambda: upstream.asked.get("r-3"), "the line to be asked")
        clock.advance(2 * 3600)
        final = api.wait(batch["id"])
        assert final["status"] == "expired"
        assert final["expired_at"] == final["expires_at"] == final["created_at"] + 7200
        assert final["request_counts"] == {"total": 10, "completed": 3, "failed": 7}
        results = answered(api, final)
        assert set(results) == {f"r-{n}" for n in range(10)}
        for number in range(3, 10):
            line = results[f"r-{number}"]
            assert line["response"] is None
            assert line["error"]["code"] == "batch_expired"
        upstream.release()


def test_a_window_that_ended_while_the_gateway_was_down(
    start_gateway: StartGateway, start_upstream: StartUpstream, clock: ManualClock
) -> None:
    upstream = start_upstream(lambda body, attempt: (200, {}, chat_answer()))
    upstream.hold("r-1")
    with start_gateway(upstream=upstream.base_url, clock=clock, concurrency=1) as api:
        batch = api.submit([chat(f"r-{n}", f"r-{n}") for n in range(4)])
        wait_for(lambda: upstream.asked.get("r-1"), "the line to be asked")
    upstream.release()
    clock.advance(DAY_S)
    with start_gateway(upstream=upstream.base_url, clock=clock) as api:
        final = api.wait(batch["id"])
        assert final["status"] == "expired"
        assert len(answered(api, final)) == 4


def test_results_live_as_long_as_asked(start_gateway: StartGateway, clock: ManualClock) -> None:
    with start_gateway(clock=clock) as api:
        life = {"anchor": "created_at", "seconds": 3600}
        batch = api.wait(api.submit([chat("r")], output_expires_after=life)["id"])
        file = api.ok(api.http.get(f"/v1/files/{batch['output_file_id']}"))
        assert file["expires_at"] == file["created_at"] + 3600
        clock.advance(3600)
        api.refused(api.http.get(f"/v1/files/{batch['output_file_id']}/content"), 404)


def test_deleting_the_input_does_not_stop_its_batch(
    start_gateway: StartGateway, start_upstream: StartUpstream
) -> None:
    upstream = start_upstream(lambda body, attempt: (200, {}, chat_answer()))
    upstream.hold("r-0")
    with start_gateway(upstream=upstream.base_url, concurrency=1) as api:
        batch = api.submit([chat(f"r-{n}", f"r-{n}") for n in range(3)])
        wait_for(lambda: upstream.asked.get("r-0"), "the line to be asked")
        api.ok(api.http.delete(f"/v1/files/{batch['input_file_id']}"))
        api.refused(api.http.get(f"/v1/files/{batch['input_file_id']}"), 404)
    upstream.release()
    with start_gateway(upstream=upstream.base_url) as api:
        assert len(answered(api, api.wait(batch["id"]))) == 3
        assert api.ok(api.http.get("/v1/files?purpose=batch"))["data"] == []
