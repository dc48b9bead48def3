"""What the viewer's tests share: a small batch on disk, and the app with the viewer on top."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from batchtui.config import Profile
from batchtui.models.batch import Batch
from batchtui.tui.app import BatchtuiApp
from batchtui.tui.viewer.prompt import Prompt
from batchtui.tui.viewer.screen import ViewerScreen
from batchtui.tui.viewer.target import BatchResults, LocalFile, Target
from batchtui.workflows.session import Session
from tests.tui.support import until

SYSTEM = "You are a support triage assistant. Answer in one word."
QUESTIONS = (
    "My invoice from May is wrong: the VAT line says 19% but our office is in Zürich.",
    "請求書の住所が間違っています。訂正してください。",
    "Thank you 🎉 the refund arrived, you can close this.",
)
TOO_LONG = "This model's maximum context length is 128000 tokens; 131,204 were requested."


def write_lines(path: Path, values: list[dict[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(value, ensure_ascii=False)}\n" for value in values))
    return path


def request_line(number: int) -> dict[str, Any]:
    return {
        "custom_id": f"t-{number:04}",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {
            "model": "gpt-4o-mini",
            "messages": [
                {"role": "system", "content": SYSTEM},
                {"role": "user", "content": QUESTIONS[number % len(QUESTIONS)]},
            ],
            "max_tokens": 20,
        },
    }


def answer_line(number: int, text: str = "billing", finish_reason: str = "stop") -> dict[str, Any]:
    message = {"role": "assistant", "content": text, "refusal": None}
    return {
        "id": f"batch_req_{number}",
        "custom_id": f"t-{number:04}",
        "response": {
            "status_code": 200,
            "request_id": f"req_{number}",
            "body": {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": 1,
                "model": "gpt-4o-mini",
                "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
                "usage": {"prompt_tokens": 131, "completion_tokens": 2, "total_tokens": 133},
            },
        },
        "error": None,
    }


def error_line(number: int) -> dict[str, Any]:
    error = {"message": TOO_LONG, "type": "invalid_request_error"}
    return {
        "id": f"batch_req_{number}",
        "custom_id": f"t-{number:04}",
        "response": {
            "status_code": 400,
            "request_id": f"req_{number}",
            "body": {"error": {**error, "param": "messages", "code": "context_length_exceeded"}},
        },
        "error": None,
    }


def expired_line(number: int) -> dict[str, Any]:
    error = {"code": "batch_expired", "message": "The completion window ended first."}
    return {"custom_id": f"t-{number:04}", "response": None, "error": error}


def write_batch(directory: Path, count: int = 40) -> tuple[Path, Path, Path]:
    """Input, output and error file. Of every ten requests the 3rd fails, the 5th is truncated, the
    7th has no result and the 9th expired; the output is in another order than the input."""
    answered = []
    refused = []
    for number in range(1, count + 1):
        kind = number % 10
        if kind == 3:
            refused.append(error_line(number))
        elif kind == 9:
            refused.append(expired_line(number))
        elif kind == 5:
            answered.append(answer_line(number, "The customer wants", "length"))
        elif kind != 7:
            answered.append(answer_line(number, "refund" if number % 2 else "billing 請求"))
    return (
        write_lines(directory / "in.jsonl", [request_line(n) for n in range(1, count + 1)]),
        write_lines(directory / "out.jsonl", answered[::-1]),
        write_lines(directory / "err.jsonl", refused),
    )


def keep_as_downloaded(
    session: Session, directory: Path, count: int = 40, status: str = "completed"
) -> Batch:
    """A batch whose files are on disk already, as if they had been fetched before."""
    directory.mkdir(exist_ok=True)
    ids = {"input_file_id": "file-in", "output_file_id": "file-out", "error_file_id": "file-err"}
    for file_id, path in zip(ids.values(), write_batch(directory, count), strict=True):
        place = session.download_path(file_id)
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)
    return Batch.model_validate({"id": "batch_1", "status": status, **ids})


def offline_app(tmp_path: Path) -> BatchtuiApp:
    """Connected to nothing: what it reads is on disk."""
    app = BatchtuiApp(None, browse_dir=tmp_path)
    profile = Profile("none", "http://127.0.0.1:9")
    app.connection.session = Session(profile, downloads=tmp_path / "downloads")
    return app


@asynccontextmanager
async def viewing(
    app: BatchtuiApp, target: Target, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Pilot[Any], ViewerScreen]]:
    """The viewer on `target`, with nothing left to do."""
    async with app.run_test(size=size) as pilot:
        screen = ViewerScreen(target)
        await app.push_screen(screen)
        await until(pilot, lambda: screen.records is not None)
        await until_idle(pilot, screen)
        yield pilot, screen


@asynccontextmanager
async def viewing_batch(
    tmp_path: Path, size: tuple[int, int] = (80, 24), count: int = 40, status: str = "completed"
) -> AsyncIterator[tuple[Pilot[Any], ViewerScreen]]:
    app = offline_app(tmp_path)
    assert app.session is not None
    batch = keep_as_downloaded(app.session, tmp_path / "made", count, status)
    async with viewing(app, BatchResults(batch, "tickets-w43.jsonl"), size) as both:
        yield both


@asynccontextmanager
async def viewing_file(
    path: Path, size: tuple[int, int] = (80, 24), line: int | None = None
) -> AsyncIterator[tuple[Pilot[Any], ViewerScreen]]:
    app = offline_app(path.parent)
    async with viewing(app, LocalFile(path, line), size) as both:
        yield both


async def until_idle(pilot: Pilot[Any], screen: ViewerScreen) -> None:
    await until(pilot, lambda: screen.query(Prompt) and not screen.jobs.active)
    await pilot.pause()


def told(screen: ViewerScreen) -> str:
    """The last note that was told."""
    notes = list(screen.app._notifications)
    return notes[-1].message if notes else ""
