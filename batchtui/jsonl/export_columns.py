"""What an export has of each record: known words, as `answer`, or values at a JSON path.

Owns what a record is to an export. Where it is written, and how, is for the writers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from batchtui.errors import UsageError
from batchtui.jsonl.glance import custom_id_of
from batchtui.jsonl.ids import IdTable
from batchtui.jsonl.joined import NO_FILE, Joined
from batchtui.jsonl.json_path import parse
from batchtui.jsonl.outcomes import ANSWERED, Outcome
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.results import Result, decode, read_result

_STEP_RECORDS: Final = 4096

REQUEST_ROOT: Final = "$request"
"""What a path into the request begins with; one that begins with `$` alone is of the result."""


class Record:
    """One request with its result, each read and parsed when a column first asks for it."""

    def __init__(self, joined: Joined, index: int) -> None:
        self._joined = joined
        self.index = index
        self.outcome: Outcome = joined.outcome(index)
        self._line: bytes | None = None
        self._result: Result | None = None
        self._values: dict[bool, Any] = {}

    @property
    def line(self) -> bytes:
        """The result line; empty for a missing one."""
        if self._line is None:
            self._line = self._joined.read_result(self.index) or b""
        return self._line

    @property
    def result(self) -> Result:
        if self._result is None:
            self._result = read_result(self.line) if self.line else Result(outcome=self.outcome)
        return self._result

    @property
    def custom_id(self) -> str | None:
        found = custom_id_of(self.line or self._joined.read_request(self.index) or b"")
        return None if found is None else found.decode("utf-8", "surrogatepass")

    def value(self, *, of_request: bool) -> Any:
        """The decoded line; None for one that is missing or not JSON."""
        if of_request not in self._values:
            line = self._joined.read_request(self.index) if of_request else self.line
            try:
                self._values[of_request] = decode(line) if line else None
            except (ValueError, RecursionError):
                self._values[of_request] = None
        return self._values[of_request]

    @property
    def answer(self) -> Any:
        """The text; the calls where there is no text; the vectors of an embedding."""
        if self.outcome not in ANSWERED:
            return None
        result = self.result
        if result.tool_calls and not result.text:
            return [{"name": call.name, "arguments": call.arguments} for call in result.tool_calls]
        vectors = _VECTORS.pick(self.value(of_request=False)) if result.text else None
        if vectors:
            return vectors[0] if len(vectors) == 1 else vectors
        return result.text


_VECTORS: Final = parse("$.response.body.data[*].embedding")

WORDS: Final[dict[str, Callable[[Record], Any]]] = {
    "custom_id": lambda record: record.custom_id,
    "outcome": lambda record: str(record.outcome),
    "answer": lambda record: record.answer,
    "status_code": lambda record: record.result.status_code,
    "code": lambda record: record.result.code,
    "message": lambda record: record.result.message,
    "finish_reason": lambda record: record.result.finish_reason,
    "model": lambda record: record.result.model,
    "input_tokens": lambda record: _usage(record, "input_tokens"),
    "output_tokens": lambda record: _usage(record, "output_tokens"),
}
"""The columns that have a word of their own: all of them are the columns unless others are asked
for. `code` and `message` are of a failure."""

TEXT_WORDS: Final = frozenset({"custom_id", "outcome", "code", "message", "finish_reason", "model"})
"""Those whose values are texts."""


def _usage(record: Record, name: str) -> int | None:
    usage = record.result.usage
    return None if usage is None else getattr(usage, name)


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    pick: Callable[[Record], Any]


def columns_of(chosen: Sequence[str]) -> list[Column]:
    """The columns for what was asked for: each a word, a JSON path, or `NAME=` and one of these.

    A path's column has its last name, or the whole path where two have the same. Raises UsageError
    for what is neither, and for a name given twice.
    """
    if not chosen:
        return [Column(word, pick) for word, pick in WORDS.items()]
    given = [_chosen(text) for text in chosen]
    short = [name for name, _, _ in given]
    columns = [
        Column(text if is_implied and short.count(name) > 1 else name, pick)
        for (name, is_implied, pick), text in zip(given, chosen, strict=True)
    ]
    names = [column.name for column in columns]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"two columns are called {name!r}", hint="name one: --path NAME=$.a.b")
    return columns


def _chosen(text: str) -> tuple[str, bool, Callable[[Record], Any]]:
    """(name, whether it was made up here, how to pick)."""
    name, equals, path = text.partition("=")
    if not equals or text.startswith("$"):
        name, path = "", text
    if path in WORDS:
        return name or path, False, WORDS[path]
    if not path.startswith("$"):
        raise UsageError(
            f"{path!r} is no column and no JSON path",
            hint=f"columns: {', '.join(WORDS)}; a path begins with $",
        )
    of_request = path.startswith(REQUEST_ROOT)
    parsed = parse("$" + path.removeprefix(REQUEST_ROOT) if of_request else path)

    def pick(record: Record) -> Any:
        return parsed.pick(record.value(of_request=of_request))

    return name or parsed.last_name or path, not name, pick


def records(joined: Joined) -> Iterator[Record]:
    """Every request, in input order; without an input file every distinct custom_id."""
    return (Record(joined, index) for index in range(len(joined)))


def custom_ids(joined: Joined) -> Steps[IdTable]:
    """The custom_ids, as `key_of` has them, numbered as the records are."""
    ids = IdTable()
    total = len(joined)
    batch: list[bytes | None] = []
    for record in records(joined):
        custom_id = record.custom_id
        batch.append(None if custom_id is None else key_of(custom_id))
        if len(batch) >= _STEP_RECORDS:
            ids.extend(batch)
            batch.clear()
            yield Progress(record.index, total)
    ids.extend(batch)
    return ids


def key_of(custom_id: str) -> bytes:
    return custom_id.encode("utf-8", "surrogatepass")


def bytes_of(joined: Joined, record: Record) -> int:
    """How much of the result files is done with when `record` is."""
    file, _, length = joined.result_of(record.index)
    return 0 if file == NO_FILE else length


def as_json(value: Any) -> str:
    """JSON text of `value` on one line; what JSON has no word for is null, escaped, or text."""
    try:
        return msgspec.json.encode(value).decode()
    except (UnicodeError, msgspec.MsgspecError, OverflowError, RecursionError):
        return json.dumps(value)
