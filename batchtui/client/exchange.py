"""One request and what came of it, as data: an answer, or none.

Outcomes are values below `session`, so that an error raised to a caller carries no frame in which
the key of a request lies open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from batchtui.errors import ApiError

QueryValue = str | int | None


@dataclass(frozen=True, slots=True)
class Request:
    """`path` is below the target's root, already quoted; a query value of None is left out."""

    method: str
    path: str
    query: Mapping[str, QueryValue] = field(default_factory=dict)
    json_body: bytes | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer read whole. `headers` has lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nothing usable came back.

    `sent`: the server may have read the whole request. `final`: the same would come again, as an
    answer that is too large.
    """

    error: ApiError
    sent: bool
    final: bool = False


Outcome = Answer | NoAnswer
