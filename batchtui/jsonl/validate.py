"""A whole batch input against the rules: every problem, exact counts, statistics, in one pass.

Owns the rules between lines: duplicates, mixed urls and models, limits. A line on its own is judged
by `quick`, and where that does not accept it by `request`. Costs 24 to 32 bytes a line.
"""

from __future__ import annotations

from array import array
from itertools import accumulate
from pathlib import Path

from batchtui.jsonl.glance import parsed_custom_id
from batchtui.jsonl.ids import NO_ID, IdTable
from batchtui.jsonl.lines import LINE_LIMIT_BYTES, Block, blocks
from batchtui.jsonl.problems import Problem, problem, shown
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.quick import accept
from batchtui.jsonl.request import examine
from batchtui.jsonl.source import Source, opened
from batchtui.jsonl.statistics import count
from batchtui.jsonl.tokens import estimate_line
from batchtui.jsonl.validation import Validation as Validation
from batchtui.models.endpoint import normal_endpoint
from batchtui.models.limits import OPENAI, Limits

_BOM = b"\xef\xbb\xbf"


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
    source = yield from opened(path)
    with source:
        check = _Check(source, endpoint, limits, max_problems)
        for block in blocks(source):
            check.block(block)
            yield Progress(block.end, source.size_bytes)
        return check.finish()


class _Check:
    def __init__(
        self, source: Source, endpoint: str | None, limits: Limits, max_problems: int
    ) -> None:
        self.source = source
        self.limits = limits
        self.validation = Validation(max_problems=max_problems)
        self.statistics = self.validation.statistics
        self.endpoint = None if endpoint is None else normal_endpoint(endpoint)
        self.endpoint_line: int | None = None
        self.model: str | None = None
        self.model_line: int | None = None
        self.usual_url: str | None = None  # a spelling of the endpoint that was compared already
        self.usual = 0  # lines with this spelling and the model, not yet in the statistics
        self.ids = IdTable()  # numbered as the lines are, from 0
        self.offsets = array("Q")
        self.verified: tuple[int, bytes] | None = None  # what `has_id` last found true
        self.found: list[Problem] = []  # in the current block

    def block(self, block: Block) -> None:
        statistics = self.statistics
        lines, sizes = block.lines, list(map(len, block.lines))
        first = statistics.lines + 1
        whole = lines
        if block.left_out:
            sizes[-1] += block.left_out
            whole = lines[:-1]
        elif first == 1 and lines[0].startswith(_BOM):
            message = "the file begins with a byte order mark"
            self.found.append(problem("byte_order_mark", 1, message, column=1))
            lines[0] = lines[0][3:]
        self.lengths(first, sizes)
        ids: list[str | None] = []
        for number, line in enumerate(whole, first):
            accepted = accept(line)
            if accepted is None:
                ids.append(self.examine(line, number))
                continue
            request, input_tokens = accepted
            body = request.body
            statistics.count_prompt(input_tokens, body.output_cap)
            ids.append(request.custom_id)
            if request.url == self.usual_url and body.model == self.model:
                self.usual += 1
            else:
                self.compare(number, request.custom_id, request.url, body.model)
        if block.left_out:
            ids.append(None)
        statistics.lines += len(lines)
        statistics.requests += len(lines)
        statistics.count_sizes(first, sizes)
        self.offsets.extend(accumulate(sizes, initial=block.offset))
        self.offsets.pop()
        self.duplicates(first, ids)
        self.validation.add(self.found)
        self.found.clear()

    def lengths(self, first: int, sizes: list[int]) -> None:
        limit = self.limits.line_bytes
        limit = LINE_LIMIT_BYTES if limit is None else min(limit, LINE_LIMIT_BYTES)
        if max(sizes) > limit:
            for number, size in enumerate(sizes, first):
                if size > limit:
                    message = f"the line has {size:,} bytes, and at most {limit:,} are taken"
                    self.found.append(problem("line_too_long", number, message))

    def examine(self, line: bytes, number: int) -> str | None:
        """Judge a line that is not simply good; returns its custom_id."""
        if not line.strip(b" \t\r\n"):
            self.found.append(problem("blank_line", number, "the line is blank"))
            self.statistics.requests -= 1
            return None
        request = examine(line, number)
        self.found.extend(request.problems)
        self.statistics.count_prompt(estimate_line(line), request.output_cap)
        self.compare(number, request.custom_id, request.url, request.model)
        return request.custom_id

    def compare(
        self, number: int, custom_id: str | None, url: str | None, model: str | None
    ) -> None:
        """Compare url and model with the lines before, and count them."""
        if url is not None:
            normal = normal_endpoint(url)
            count(self.statistics.endpoints, shown(normal))
            if self.endpoint is None:
                self.endpoint, self.endpoint_line = normal, number
            if normal != self.endpoint:
                whose = f"line {self.endpoint_line}" if self.endpoint_line else "the batch"
                self.mismatch("url_mismatch", "url", url, whose, self.endpoint, number, custom_id)
        if model is None:
            return
        count(self.statistics.models, shown(model))
        if self.model is None:
            self.model, self.model_line = model, number
        if model != self.model:
            whose = f"line {self.model_line}"
            self.mismatch(
                "model_mismatch", "body.model", model, whose, self.model, number, custom_id
            )
        elif url is not None and normal_endpoint(url) == self.endpoint:
            self.settle_usual()
            self.usual_url = url

    def mismatch(
        self,
        code: str,
        field: str,
        value: str,
        whose: str,
        right: str,
        number: int,
        custom_id: str | None,
    ) -> None:
        other_line = self.endpoint_line if field == "url" else self.model_line
        message = f"{field} is {shown(value)!r}, and that of {whose} is {shown(right)!r}"
        self.found.append(
            problem(code, number, message, field=field, custom_id=custom_id, other_line=other_line)
        )

    def duplicates(self, first: int, ids: list[str | None]) -> None:
        keys = [each.encode("utf-8", "surrogatepass") if each else None for each in ids]
        earlier = self.ids.extend(keys)
        if earlier == list(range(first - 1, first - 1 + len(ids))):
            return
        for number, (key, before) in enumerate(zip(keys, earlier, strict=True), first):
            if key is None or before in (number - 1, NO_ID) or not self.has_id(before, key):
                continue
            self.found.append(
                problem(
                    "duplicate_custom_id",
                    number,
                    f"line {before + 1} has the same custom_id",
                    field="custom_id",
                    custom_id=key.decode("utf-8", "surrogatepass"),
                    other_line=before + 1,
                )
            )

    def has_id(self, number: int, custom_id: bytes) -> bool:
        """Whether line `number` (from 0) really has `custom_id`: the table knows hashes only."""
        if self.verified != (number, custom_id):
            start = self.offsets[number]
            line = self.source.read(start, self.offsets[number + 1] - start)
            if parsed_custom_id(line) != custom_id:
                return False
            self.verified = number, custom_id
        return True

    def settle_usual(self) -> None:
        if self.usual and self.endpoint is not None and self.model is not None:
            count(self.statistics.endpoints, shown(self.endpoint), self.usual)
            count(self.statistics.models, shown(self.model), self.usual)
        self.usual = 0

    def finish(self) -> Validation:
        self.settle_usual()
        validation, statistics, limits = self.validation, self.statistics, self.limits
        statistics.size_bytes = size = self.source.size_bytes
        if not statistics.requests:
            validation.add_of_file(problem("empty_file", None, "the file holds no request"))
        if limits.lines is not None and statistics.requests > limits.lines:
            message = f"{statistics.requests:,} requests, and the server takes {limits.lines:,}"
            validation.add_of_file(problem("too_many_tasks", None, message))
        if limits.size_bytes is not None and size > limits.size_bytes:
            message = f"{size:,} bytes, and the server takes {limits.size_bytes:,}"
            validation.add_of_file(problem("file_too_large", None, message))
        validation.endpoint, validation.model = self.endpoint, self.model
        return validation
