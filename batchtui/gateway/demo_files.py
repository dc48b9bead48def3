"""Sample inputs: small JSONL files that look like the jobs people really run.

Made from word lists by a seeded generator, so they are the same every time.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from batchtui.models.endpoint import CHAT_COMPLETIONS, EMBEDDINGS, RESPONSES

MODEL: Final = "gpt-4o-mini"
EMBEDDING_MODEL: Final = "text-embedding-3-small"

_THINGS: Final = (
    "kettle", "headphones", "backpack", "desk lamp", "rain jacket", "coffee grinder",
    "bicycle pump", "keyboard", "water bottle", "tent",
)  # fmt: skip
_PRAISE: Final = (
    "does exactly what it promises", "arrived a day early", "feels solid and well made",
    "is quieter than the one it replaces", "was worth every cent",
)  # fmt: skip
_BLAME: Final = (
    "stopped working after two weeks", "came with a scratch on the side",
    "is much smaller than in the picture", "smells of plastic", "has a manual nobody can read",
)  # fmt: skip
_ISSUES: Final = (
    "My invoice shows the wrong address.", "I can not sign in since the update.",
    "Please cancel my subscription at the end of the month.", "The export button does nothing.",
    "Thank you, the new dashboard is great!", "How do I add a second user to my plan?",
)  # fmt: skip
_PLACES: Final = (
    "The harbour town wakes early, before the first ferry.",
    "A narrow path follows the river up to the old mill.",
    "In winter the lake freezes from the northern shore.",
    "The market closes at noon, except on feast days.",
    "From the tower one sees three valleys and the sea.",
)  # fmt: skip

Sample = Callable[[int], Iterator[dict[str, Any]]]
"""Gives so many requests."""


def reviews(count: int, **extra: Any) -> Iterator[dict[str, Any]]:
    """Chat: sort product reviews by sentiment, as JSON."""
    chance = random.Random(1)  # noqa: S311 - sample text
    for number in range(1, count + 1):
        said = chance.choice(_PRAISE + _BLAME)
        text = f"The {chance.choice(_THINGS)} {said}. {chance.choice(_PLACES)}"
        yield _chat(
            f"review-{number:05d}",
            'Answer with JSON: {"sentiment": "positive" | "negative" | "mixed"}.',
            text,
            response_format={"type": "json_object"},
            **extra,
        )


def tickets(count: int) -> Iterator[dict[str, Any]]:
    """Chat: sort support tickets. Some lines fail, are cut, refused or filtered."""
    chance = random.Random(2)  # noqa: S311 - sample text
    troubles: dict[int, dict[str, Any]] = {
        5: {"metadata": {"echo": "fail-400"}},
        9: {"max_tokens": 4},
        17: {"metadata": {"echo": "refuse"}},
        23: {"metadata": {"echo": "fail-429"}},
        31: {"metadata": {"echo": "filter"}},
    }
    for number in range(1, count + 1):
        yield _chat(
            f"ticket-{number:05d}",
            "You sort support tickets. Answer in one word: billing, access, product or other.",
            chance.choice(_ISSUES),
            **troubles.get(number % 40, {"max_tokens": 64}),
        )


def broken_tickets(count: int) -> Iterator[dict[str, Any]]:
    """Chat: every line is refused by the server."""
    for each in tickets(count):
        each["body"]["metadata"] = {"echo": "fail-400"}
        yield each


def sentences(count: int) -> Iterator[dict[str, Any]]:
    """Embeddings of short sentences."""
    chance = random.Random(3)  # noqa: S311 - sample text
    for number in range(1, count + 1):
        yield _line(
            f"sentence-{number:05d}",
            EMBEDDINGS,
            {
                "model": EMBEDDING_MODEL,
                "input": f"{chance.choice(_PLACES)} {chance.choice(_PLACES)}",
                "dimensions": 32,
            },
        )


def summaries(count: int) -> Iterator[dict[str, Any]]:
    """Responses: one-line summaries."""
    chance = random.Random(4)  # noqa: S311 - sample text
    for number in range(1, count + 1):
        yield _line(
            f"summary-{number:05d}",
            RESPONSES,
            {
                "model": MODEL,
                "instructions": "Summarise in one short line.",
                "input": " ".join(chance.sample(_PLACES, 4)),
                "max_output_tokens": 200,
            },
        )


def jsonl(lines: Iterator[dict[str, Any]]) -> bytes:
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def bad_lines() -> bytes:
    """Chat, with the mistakes that servers refuse most often, each on a line of its own."""
    good = jsonl(reviews(12)).splitlines(keepends=True)
    good[2] = good[1]
    good[4] = good[4].replace(CHAT_COMPLETIONS.encode(), EMBEDDINGS.encode())
    good[6] = good[6].rstrip()[:-2] + b"\n"
    good[8] = good[8].replace(MODEL.encode(), b"gpt-4o")
    good[10] = good[10].replace(b'"body":{', b'"body":{"stream":true,')
    return b"".join(good)


def write_samples(directory: Path) -> list[Path]:
    """Write the sample inputs into `directory`, which exists; returns their paths."""
    samples = {
        "reviews.jsonl": jsonl(reviews(60)),
        "tickets.jsonl": jsonl(tickets(80)),
        "sentences-embeddings.jsonl": jsonl(sentences(40)),
        "summaries-responses.jsonl": jsonl(summaries(20)),
        "bad-lines.jsonl": bad_lines(),
    }
    for name, data in samples.items():
        (directory / name).write_bytes(data)
    return [directory / name for name in samples]


def _chat(custom_id: str, system: str, user: str, **extra: Any) -> dict[str, Any]:
    messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
    body = {"model": MODEL, "messages": messages, **extra}
    return _line(custom_id, CHAT_COMPLETIONS, body)


def _line(custom_id: str, url: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"custom_id": custom_id, "method": "POST", "url": url, "body": body}
