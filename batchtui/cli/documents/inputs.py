"""Documents about batch inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from batchtui.jsonl.problems import Problem


@dataclass(frozen=True, kw_only=True)
class Validated:
    """One file. `counts`: all problems by code; `problems`: the first of them, lines from 1."""

    path: str
    ok: bool
    errors: int
    warnings: int
    counts: dict[str, int]
    problems: list[Problem]
    lines: int
    requests: int
    size_bytes: int
    endpoints: dict[str, int]
    models: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Why a row makes no request; `column` null: the whole row."""

    row: int
    line: int
    column: str | None
    message: str


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """`faulty` counts rows that were left out; `faults` are the first of them."""

    output: str
    requests: int
    size_bytes: int
    estimated_input_tokens: int
    faulty: int
    faults: list[Fault]


@dataclass(frozen=True, kw_only=True)
class InputCounted:
    path: str
    kind: Literal["input"]
    size_bytes: int
    requests: int
    errors: int
    endpoints: dict[str, int]
    models: dict[str, int]
    estimated_input_tokens: int
    max_output_tokens: int
    uncapped_requests: int
    longest_line: int | None
    longest_line_bytes: int


@dataclass(frozen=True, kw_only=True)
class Part:
    path: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class Merged:
    """Files written end to end."""

    output: str
    files: int
    size_bytes: int
