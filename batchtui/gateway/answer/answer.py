"""What a line asks, and what came back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Ask:
    """One line's request. `custom_id` and `body` are JSON text as in the input file."""

    custom_id: bytes
    endpoint: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Tokens:
    input: int = 0
    cached: int = 0
    output: int = 0
    reasoning: int = 0

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(
            self.input + other.input,
            self.cached + other.cached,
            self.output + other.output,
            self.reasoning + other.reasoning,
        )


NO_TOKENS = Tokens()


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. `body` is JSON on one line."""

    status: int
    body: bytes
    request_id: str
    tokens: Tokens = NO_TOKENS

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """There is no HTTP answer and there will be none. `code` as in a line's `error.code`."""

    code: str
    message: str

    @property
    def ok(self) -> bool:
        return False

    @property
    def tokens(self) -> Tokens:
        return NO_TOKENS


class UpstreamError(Exception):
    """The upstream can not say; the text is one plain sentence."""


class Answerer(Protocol):
    async def answer(self, ask: Ask, giving_up: asyncio.Event) -> Answer | NoAnswer | None:
        """Never raises for what a server or a body may hold. May be cancelled at any time.

        Once `giving_up` is set there are no more attempts: None says that the line was not
        answered, though another attempt might have been.
        """

    async def models(self) -> list[dict[str, Any]]:
        """The model objects to list. Raises UpstreamError."""

    async def aclose(self) -> None: ...
