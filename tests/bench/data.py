"""Batch data for the benchmarks: inputs and results as real files look, from a fixed seed.

    python -m tests.bench.data DIRECTORY [LINES]

writes `in.jsonl` and `out.jsonl`. Lines are 200 bytes to 8 kB long, 4.2 kB on average, half of them
with escaped and half with plain non-ASCII text; the results are shuffled and two in a hundred
failed.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

WORDS = [
    "the", "of", "and", "to", "in", "is", "that", "for", "on", "with", "as", "this", "by",
    "are", "from", "at", "or", "an", "be", "which", "was", "not", "can", "all", "has", "will",
    "one", "more", "when", "their", "there", "customer", "invoice", "order", "refund",
    "shipping", "account", "product", "review", "summary", "table", "label", "score",
    "category", "entity", "amount", "currency", "date", "paragraph", "language",
    "translation", "contract", "clause", "patient", "report", "finding", "section", "answer",
    "question", "context", "question", "model", "result", "value", "string", "number",
    "object", "array", "field", "schema", "explain", "classify", "extract",
]  # fmt: skip
FOREIGN = [
    "naïve",
    "Zürich",
    "東京タワー",
    "日本語",
    "Привет",
    "мир",
    "😀",
    "🚀",
    "العربية",
    "≥ 5 €",
]
AWKWARD = ['"quoted"', "back\\slash", "new\nline", "tab\there", "</tag>", '{"k": [1, 2]}']
SCHEMA = {
    "type": "json_schema",
    "json_schema": {
        "name": "label",
        "strict": True,
        "schema": {"type": "object", "properties": {"label": {"type": "string"}}},
    },
}


class Texts:
    """Texts of a law of sizes that leans to the long, cut from a pool so that making is fast."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._pool = [
            self._prose(int(200 * 40 ** (self.random.random() ** 0.42))) for _ in range(2000)
        ]

    def _prose(self, size: int) -> str:
        words: list[str] = []
        while size > 0:
            chance = self.random.random()
            among = FOREIGN if chance < 0.02 else AWKWARD if chance < 0.05 else WORDS
            words.append(self.random.choice(among))
            size -= len(words[-1]) + 1
        return " ".join(words)

    def take(self) -> str:
        text = self.random.choice(self._pool)
        cut = self.random.randrange(max(1, len(text) // 4))
        return (text[cut:] + text[:cut]).strip()


def request(number: int, texts: Texts, model: str = "gpt-4o-mini") -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": model,
        "messages": [
            {"role": "system", "content": "Answer briefly. " * 12},
            {"role": "user", "content": texts.take()},
        ],
        "max_tokens": 1000,
        "temperature": 0.2,
    }
    if number % 10 == 0:
        body["response_format"] = SCHEMA
    return {
        "custom_id": f"request-{number:08d}",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": body,
    }


def result(number: int, texts: Texts) -> dict[str, Any]:
    mark = f"{texts.random.getrandbits(96):024x}"
    body: dict[str, Any]
    status_code = 200
    if number % 50 == 7:
        status_code = 429
        body = {
            "error": {
                "message": "Rate limit reached",
                "type": "requests",
                "param": None,
                "code": None,
            }
        }
    else:
        text = texts.take()
        if number % 10 == 0:
            text = json.dumps({"label": text})
        body = {
            "id": f"chatcmpl-{mark}",
            "object": "chat.completion",
            "created": 1790000000 + number,
            "model": "gpt-4o-mini-2024-07-18",
            "choices": [
                {
                    "index": 0,
                    "message": {
                        "role": "assistant",
                        "content": text,
                        "refusal": None,
                        "annotations": [],
                    },
                    "logprobs": None,
                    "finish_reason": "length" if number % 100 == 3 else "stop",
                }
            ],
            "usage": {
                "prompt_tokens": 900,
                "completion_tokens": 800,
                "total_tokens": 1700,
                "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
            },
            "service_tier": "default",
            "system_fingerprint": "fp_0705bf87c0",
        }
    return {
        "id": f"batch_req_{mark}",
        "custom_id": f"request-{number:08d}",
        "response": {"status_code": status_code, "request_id": mark, "body": body},
        "error": None,
    }


def write_inputs(path: Path, lines: int) -> None:
    texts = Texts(1)
    with path.open("wb") as file:
        for number in range(lines):
            line = json.dumps(request(number, texts), ensure_ascii=number % 2 == 0)
            file.write(line.encode() + b"\n")


def write_results(path: Path, lines: int) -> None:
    texts = Texts(2)
    numbers = list(range(lines))
    texts.random.shuffle(numbers)
    with path.open("wb") as file:
        for number in numbers:
            line = json.dumps(result(number, texts), ensure_ascii=False)
            file.write(line.encode() + b"\n")


def write_short(path: Path, size_bytes: int) -> None:
    """Lines of about 200 bytes, and `needle_at_the_end` in the last one."""
    line = b'{"custom_id": "short-%09d", "response": {"status_code": 200, "body": {"object": "list"'
    line += (
        b', "data": [{"index": 0, "embedding": [0.1, 0.2, 0.3]}], "note": "%s"}}, "error": null}\n'
    )
    text = b"a result that is short but not quite empty"
    with path.open("wb") as file:
        number = 0
        while file.tell() < size_bytes:
            file.write(b"".join(line % (n, text) for n in range(number, number + 5000)))
            number += 5000
        file.write(line % (number, b"needle_at_the_end"))


def repeat(path: Path, to: Path, size_bytes: int) -> None:
    """`path` over and over up to about `size_bytes`; `needle_at_the_end` in the last line."""
    content = path.read_bytes()
    with to.open("wb") as file:
        while file.tell() < size_bytes:
            file.write(content)
        file.write(b'{"custom_id": "last", "note": "needle_at_the_end"}\n')


def main() -> None:
    folder, lines = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 50_000
    folder.mkdir(parents=True, exist_ok=True)
    write_inputs(folder / "in.jsonl", lines)
    write_results(folder / "out.jsonl", lines)


if __name__ == "__main__":
    main()
