"""A whole batch input against the rules: every problem, exact counts, statistics, in one pass.

Owns the rules between lines (duplicates, mixed urls and models, limits); `request` judges a line on
its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from batchtui.jsonl.lines import blocks
from batchtui.jsonl.problems import CODES, Problem, problem
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.request import Request, examine
from batchtui.jsonl.source import opened
from batchtui.jsonl.statistics import Statistics, count
from batchtui.jsonl.tokens import content_bytes
from batchtui.models.endpoint import normal_endpoint
from batchtui.models.limits import OPENAI, Limits

_BOM = b"\xef\xbb\xbf"


@dataclass
class Validation:
    """`problems` has the first of each, in file order, at most `max_problems` of them; `counts` is
    exact by code. `endpoint` and `model` are what the lines were compared with."""

    problems: list[Problem] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    statistics: Statistics = field(default_factory=Statistics)
    endpoint: str | None = None
    model: str | None = None

    @property
    def ok(self) -> bool:
        """True when there is no error; warnings do not count."""
        return self.error_count == 0

    @property
    def error_count(self) -> int:
        return self._count_of("error")

    @property
    def warning_count(self) -> int:
        return self._count_of("warning")

    def _count_of(self, severity: str) -> int:
        return sum(n for code, n in self.counts.items() if CODES[code].severity == severity)


def validate(
    path: Path,
    *,
    endpoint: str | None = None,
    limits: Limits = OPENAI,
    max_problems: int = 1000,
) -> Steps[Validation]:
    """Check the batch input at `path`, every line of it.

    `endpoint` None: the first line that has a url decides, and lines that differ are reported. Urls
    are compared as `normal_endpoint` has them. Raises InputError when the file cannot be read.
    """
    check = _Check(endpoint, limits, max_problems)
    source = yield from opened(path)
    with source:
        check.statistics.size_bytes = source.size_bytes
        yield Progress(0, source.size_bytes)
        for block in blocks(source):
            for line in block.lines:
                check.line(line, block.left_out if line is block.lines[-1] else 0)
            yield Progress(block.end, source.size_bytes)
    return check.finish()


class _Check:
    def __init__(self, endpoint: str | None, limits: Limits, max_problems: int) -> None:
        self.validation = Validation()
        self.statistics = self.validation.statistics
        self.limits = limits
        self.max_problems = max_problems
        self.endpoint = None if endpoint is None else normal_endpoint(endpoint)
        self.endpoint_line: int | None = None
        self.model: str | None = None
        self.model_line: int | None = None
        self.first_lines: dict[str, int] = {}

    def line(self, line: bytes, left_out: int) -> None:
        statistics = self.statistics
        statistics.lines += 1
        number = statistics.lines
        size = len(line) + left_out
        statistics.size_histogram[size.bit_length()] += 1
        if size > statistics.longest_line_bytes:
            statistics.longest_line, statistics.longest_line_bytes = number, size
        if number == 1 and line.startswith(_BOM):
            self.add(problem("byte_order_mark", 1, "the file begins with a byte order mark"))
            line = line[3:]
        if not line.strip(b" \t\r\n"):
            self.add(problem("blank_line", number, "the line is blank"))
            return
        statistics.requests += 1
        limit = self.limits.line_bytes
        if left_out or (limit is not None and size > limit):
            self.add(problem("line_too_long", number, f"the line has {size:,} bytes"))
            if left_out:
                return
        self.request(examine(line, number), number)

    def request(self, request: Request, number: int) -> None:
        for each in request.problems:
            self.add(each)
        if request.custom_id is not None:
            first = self.first_lines.setdefault(request.custom_id, number)
            if first != number:
                self.add(
                    problem(
                        "duplicate_custom_id",
                        number,
                        f"custom_id is that of line {first}",
                        field="custom_id",
                        custom_id=request.custom_id,
                        other_line=first,
                    )
                )
        if request.url is not None:
            self.url(request.url, request.custom_id, number)
        if request.model is not None:
            count(self.statistics.models, request.model)
            if self.model is None:
                self.model, self.model_line = request.model, number
            elif request.model != self.model:
                self.add(
                    problem(
                        "model_mismatch",
                        number,
                        f"model is {request.model!r}, not {self.model!r}",
                        field="body.model",
                        custom_id=request.custom_id,
                        other_line=self.model_line,
                    )
                )
        if request.body is not None:
            text, images = content_bytes(request.body.get("messages") or request.body.get("input"))
            self.statistics.estimated_input_tokens += text // 4 + images

    def url(self, url: str, custom_id: str | None, number: int) -> None:
        normal = normal_endpoint(url)
        count(self.statistics.endpoints, normal)
        if self.endpoint is None:
            self.endpoint, self.endpoint_line = normal, number
        elif normal != self.endpoint:
            self.add(
                problem(
                    "url_mismatch",
                    number,
                    f"url is {url!r}, not {self.endpoint!r}",
                    field="url",
                    custom_id=custom_id,
                    other_line=self.endpoint_line,
                )
            )

    def add(self, found: Problem) -> None:
        counts = self.validation.counts
        counts[found.code] = counts.get(found.code, 0) + 1
        if len(self.validation.problems) < self.max_problems:
            self.validation.problems.append(found)

    def finish(self) -> Validation:
        statistics, limits = self.statistics, self.limits
        if not statistics.requests:
            self.add(problem("empty_file", None, "the file holds no request"))
        if limits.lines is not None and statistics.requests > limits.lines:
            self.add(
                problem(
                    "too_many_tasks",
                    limits.lines + 1,
                    f"{statistics.requests:,} requests, and the server takes {limits.lines:,}",
                )
            )
        if limits.size_bytes is not None and statistics.size_bytes > limits.size_bytes:
            self.add(
                problem(
                    "file_too_large",
                    None,
                    f"{statistics.size_bytes:,} bytes, and the server takes {limits.size_bytes:,}",
                )
            )
        self.validation.endpoint, self.validation.model = self.endpoint, self.model
        return self.validation


def check_metadata(metadata: Mapping[str, str], limits: Limits = OPENAI) -> list[Problem]:
    """What a server will not take of a batch's metadata (OpenAI: 16 pairs, keys of 64 characters,
    values of 512)."""
    found: list[Problem] = []

    def add(message: str, key: str | None = None) -> None:
        where = "metadata" if key is None else f"metadata.{key[:64]}"
        found.append(problem("invalid_metadata", None, message, field=where))

    if len(metadata) > limits.metadata_pairs:
        add(f"{len(metadata)} pairs, and the server takes {limits.metadata_pairs}")
    for key, value in metadata.items():
        if not key:
            add("a key is empty", key)
        if len(key) > limits.metadata_key_chars:
            add(f"a key has more than {limits.metadata_key_chars} characters", key)
        if len(value) > limits.metadata_value_chars:
            add(f"a value has more than {limits.metadata_value_chars} characters", key)
    return found
