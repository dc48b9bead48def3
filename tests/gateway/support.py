"""What the gateway's tests share: a client, a clock that is moved by hand, requests."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from batchtui.models.endpoint import CHAT_COMPLETIONS
from batchtui.models.status import TERMINAL

T = TypeVar("T")

PATIENCE_S = 30.0


def wait_for(probe: Callable[[], T | None], what: str) -> T:
    """The first value of `probe` that is not None."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        value = probe()
        if value is not None:
            return value
        time.sleep(0.01)
    raise AssertionError(f"waited {PATIENCE_S:.0f} s for {what}")


class Api:
    """A client of one gateway, with the steps that most tests take."""

    def __init__(self, base_url: str, **headers: str) -> None:
        self.base_url = base_url
        self.http = httpx.Client(base_url=base_url, headers=headers, trust_env=False, timeout=30)

    def close(self) -> None:
        self.http.close()

    def upload(self, data: bytes, name: str = "in.jsonl", **fields: str) -> dict[str, Any]:
        return self.ok(
            self.http.post(
                "/v1/files", data={"purpose": "batch", **fields}, files={"file": (name, data)}
            )
        )

    def create(
        self, input_file_id: str, endpoint: str = CHAT_COMPLETIONS, **fields: Any
    ) -> dict[str, Any]:
        body = {
            "input_file_id": input_file_id,
            "endpoint": endpoint,
            "completion_window": "24h",
            **fields,
        }
        return self.ok(self.http.post("/v1/batches", json=body))

    def submit(
        self, requests: list[dict[str, Any]], endpoint: str = CHAT_COMPLETIONS, **fields: Any
    ) -> dict[str, Any]:
        """Upload the requests and create a batch of them."""
        data = b"".join(json.dumps(each).encode() + b"\n" for each in requests)
        return self.create(self.upload(data)["id"], endpoint, **fields)

    def batch(self, batch_id: str) -> dict[str, Any]:
        return self.ok(self.http.get(f"/v1/batches/{batch_id}"))

    def wait(self, batch_id: str, *statuses: str) -> dict[str, Any]:
        """The batch once it has one of `statuses`, or a final one when none are given."""
        wanted = statuses or tuple(TERMINAL)

        def probe() -> dict[str, Any] | None:
            batch = self.batch(batch_id)
            return batch if batch["status"] in wanted else None

        return wait_for(probe, f"{batch_id} to be {' or '.join(wanted)}")

    def lines(self, file_id: str | None) -> list[dict[str, Any]]:
        """The lines of a result file; none for no file."""
        if file_id is None:
            return []
        answer = self.http.get(f"/v1/files/{file_id}/content")
        answer.raise_for_status()
        return [json.loads(line) for line in answer.text.splitlines()]

    def ok(self, response: httpx.Response) -> dict[str, Any]:
        assert response.status_code == 200, response.text
        value = response.json()
        assert isinstance(value, dict)
        return value

    def refused(self, response: httpx.Response, status: int) -> dict[str, Any]:
        """The error inside OpenAI's envelope."""
        assert response.status_code == status, response.text
        error = response.json()["error"]
        assert isinstance(error, dict)
        assert set(error) == {"message", "type", "param", "code"}
        assert error["message"]
        return error


class ManualClock:
    """Stands still until it is told to advance."""

    def __init__(self) -> None:
        self._now = 1_900_000_000.0

    def now(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += seconds

    async def wait_until(self, when: float) -> None:
        while self._now < when:  # noqa: ASYNC110 - moved from another thread
            await asyncio.sleep(0.01)


def chat(custom_id: str, text: str = "hello", **body: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": text}]
    return {
        "custom_id": custom_id,
        "method": "POST",
        "url": CHAT_COMPLETIONS,
        "body": {"model": "echo", "messages": messages, **body},
    }
