"""Rows of data made into the requests of a batch input, by a template.

Owns what a request is made of. Every request has a custom_id that the same data makes again:
results find back to their rows by it.
"""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from batchtui.errors import InputError, UsageError
from batchtui.jsonl.ids import IdTable
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.rows import TEXT, DataForm, Row, RowReader, form_of
from batchtui.jsonl.source import opened
from batchtui.jsonl.table import numbered_id
from batchtui.jsonl.template import Template, as_text, parse
from batchtui.jsonl.tokens import estimate_line
from batchtui.jsonl.write import new_file
from batchtui.models.endpoint import (
    CHAT_COMPLETIONS,
    COMPLETIONS,
    EMBEDDINGS,
    RESPONSES,
    normal_endpoint,
)

ENDPOINTS: Final = {
    "chat": CHAT_COMPLETIONS,
    "responses": RESPONSES,
    "completions": COMPLETIONS,
    "embeddings": EMBEDDINGS,
}
"""The endpoints that a request can be made for, by a short name."""

FAULTS_KEPT: Final = 1000
_STEP_ROWS: Final = 512


class Ids(enum.StrEnum):
    """Where a custom_id comes from when no column has it."""

    NUMBERED = "numbered"
    HASH = "hash"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a row becomes a request.

    `model`, `prompt` and `system` may have `{column}`s, and so may texts in `fields`, which are
    put into the body by their dotted names. `id_column` has the custom_ids; without one they are
    `row-1`, `row-2` and on, or a hash of the body. `form` None: as `rows.form_of` says. `columns`:
    of a CSV file without a header. `skip_faulty`: leave rows out that make no request.
    """

    model: str
    prompt: str | None = None
    endpoint: str = CHAT_COMPLETIONS
    system: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    id_column: str | None = None
    ids: Ids = Ids.NUMBERED
    form: DataForm | None = None
    columns: Sequence[str] | None = None
    delimiter: str | None = None
    skip_faulty: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row makes no request. `row` and `line` count from 1; `column` None: the whole row."""

    row: int
    line: int
    column: str | None
    message: str


@dataclass(slots=True)
class Prepared:
    """`faulty` counts rows left out; `faults` are the first of them. `tokens`: of the prompts."""

    requests: int = 0
    size_bytes: int = 0
    tokens: int = 0
    faulty: int = 0
    faults: list[Fault] = field(default_factory=list)


class FaultyRowsError(InputError):
    """Rows that make no request: nothing was written."""

    def __init__(self, path: Path, prepared: Prepared) -> None:
        rows = "row makes" if prepared.faulty == 1 else "rows make"
        super().__init__(
            f"{path}: {prepared.faulty:,} {rows} no request, and nothing was written",
            hint="correct them, or leave them out with --skip-faulty",
        )
        self.prepared = prepared


def prepare(path: Path, out: Path, recipe: Recipe, *, name: str | None = None) -> Steps[Prepared]:
    """Write a request for each row of `path` to `out`, whole or not at all.

    `name`: what the data is called, where `path` is a copy. Raises UsageError for a recipe that
    does not fit the data, FaultyRowsError for rows that make no request, InputError for a file
    without rows, and for one that cannot be read or written.
    """
    with (yield from opened(path)) as source:
        form = recipe.form or form_of(name or path.name, source)
        reader = RowReader(source, form, names=recipe.columns, delimiter=recipe.delimiter)
        making = _Making(recipe, reader)
        prepared = Prepared()
        with new_file(out) as file:
            for row in reader.rows():
                line = making.line(row)
                if isinstance(line, Fault):
                    prepared.faulty += 1
                    if len(prepared.faults) < FAULTS_KEPT:
                        prepared.faults.append(line)
                else:
                    prepared.requests += 1
                    prepared.size_bytes += file.write(line)
                    prepared.tokens += estimate_line(line)
                if row.number % _STEP_ROWS == 0:
                    yield Progress(min(reader.done_bytes, source.size_bytes), source.size_bytes)
            if prepared.faulty and not recipe.skip_faulty:
                raise FaultyRowsError(path, prepared)
            if not prepared.requests:
                what = "no row makes a request" if prepared.faulty else "there are no rows in it"
                raise InputError(f"{path}: {what}, and nothing was written")
    return prepared


class _FaultError(Exception):
    def __init__(self, column: str | None, message: str) -> None:
        super().__init__(message)
        self.column = column


class _Making:
    """A recipe, checked against the columns there are."""

    def __init__(self, recipe: Recipe, reader: RowReader) -> None:
        self.recipe = recipe
        self.endpoint = normal_endpoint(ENDPOINTS.get(recipe.endpoint, recipe.endpoint))
        if self.endpoint not in ENDPOINTS.values():
            raise UsageError(
                f"{recipe.endpoint}: requests are made for {', '.join(ENDPOINTS)} only"
            )
        if recipe.system is not None and self.endpoint in (COMPLETIONS, EMBEDDINGS):
            raise UsageError(f"{self.endpoint} takes no system prompt")
        if recipe.columns is not None and reader.form is not DataForm.CSV:
            raise UsageError(f"names for columns are for CSV, and this is {reader.form}")
        if not recipe.model or recipe.prompt == "":
            raise UsageError("a request needs a model and a prompt")
        self.model = parse(recipe.model)
        self.prompt = parse(_prompt_of(recipe, reader))
        self.system = None if recipe.system is None else parse(recipe.system)
        self.fields = [
            (key.split("."), parse(value) if isinstance(value, str) else value)
            for key, value in recipe.fields.items()
        ]
        self.id_of = self._ids()
        self.ids = IdTable()  # of a column: numbered as the rows are, from 0
        self.repeated: dict[str, int] = {}
        self._check_columns(reader.columns)

    def line(self, row: Row) -> bytes | Fault:
        """The request for `row`, with its `\\n`."""
        try:
            body = self._body(row)
            custom_id = self.id_of(row, body)
            request = {
                "custom_id": custom_id,
                "method": "POST",
                "url": self.endpoint,
                "body": body,
            }
            return _encoded(request) + b"\n"
        except KeyError as error:
            return Fault(row.number, row.line, str(error.args[0]), "the row has no such column")
        except _FaultError as fault:
            return Fault(row.number, row.line, fault.column, str(fault))

    def _body(self, row: Row) -> dict[str, Any]:
        cells = row.cells
        prompt = self.prompt.fill(cells)
        columns = self.prompt.columns
        if columns and not any(as_text(cells[name]).strip() for name in columns):
            raise _FaultError(columns[0] if len(columns) == 1 else None, "nothing to ask: empty")
        model = self.model.fill(cells)
        if not model:
            raise _FaultError(self.model.columns[0], "the model is empty")
        system = None if self.system is None else self.system.fill(cells)
        body: dict[str, Any] = {"model": model}
        if self.endpoint == CHAT_COMPLETIONS:
            first = [] if system is None else [{"role": "system", "content": system}]
            body["messages"] = [*first, {"role": "user", "content": prompt}]
        elif self.endpoint == COMPLETIONS:
            body["prompt"] = prompt
        else:
            body["input"] = prompt
            if system is not None:
                body["instructions"] = system
        for names, value in self.fields:
            _put(body, names, value.fill(cells) if isinstance(value, Template) else value)
        return body

    def _ids(self) -> Callable[[Row, dict[str, Any]], str]:
        column = self.recipe.id_column
        if column is not None:
            return lambda row, body: self._from_column(row, column)
        if self.recipe.ids is Ids.HASH:
            return lambda row, body: self._free(hashlib.sha256(_encoded(body)).hexdigest()[:16])
        return lambda row, body: numbered_id(row.number)

    def _from_column(self, row: Row, column: str) -> str:
        custom_id = as_text(row.cells[column])
        if not custom_id.strip():
            raise _FaultError(column, "the custom_id is empty")
        self.ids.extend([None] * (row.number - 1 - len(self.ids)))
        (first,) = self.ids.extend([custom_id.encode("utf-8", "surrogatepass")])
        if first != row.number - 1:
            raise _FaultError(
                column, f"row {first + 1:,} has the same custom_id, {custom_id[:64]!r}"
            )
        return custom_id

    def _free(self, wanted: str) -> str:
        """`wanted`, with a number where a row before has the same body."""
        if self.ids.extend([wanted.encode()])[0] == len(self.ids) - 1:
            return wanted
        count = self.repeated[wanted] = self.repeated.get(wanted, 1) + 1
        return f"{wanted}-{count}"

    def _check_columns(self, known: Sequence[str] | None) -> None:
        """Where all rows have the same columns, a wrong name is told once."""
        if known is None:
            return
        templates = [self.model, self.prompt, *([self.system] if self.system else [])]
        templates += [value for _, value in self.fields if isinstance(value, Template)]
        wanted = [name for template in templates for name in template.columns]
        if self.recipe.id_column is not None:
            wanted.append(self.recipe.id_column)
        for name in wanted:
            if name not in known:
                raise UsageError(
                    f"there is no column {name!r}", hint=f"columns: {', '.join(known)[:300]}"
                )


def _prompt_of(recipe: Recipe, reader: RowReader) -> str:
    if recipe.prompt is not None:
        return recipe.prompt
    columns = reader.columns or [TEXT]
    if len(columns) == 1:
        return f"{{{columns[0]}}}"
    raise UsageError(
        "what to ask of each row is not given",
        hint=f"--prompt 'Translate: {{{columns[-1]}}}'; columns: {', '.join(columns)[:300]}",
    )


def _put(body: dict[str, Any], names: Sequence[str], value: Any) -> None:
    for name in names[:-1]:
        inner = body.get(name)
        if not isinstance(inner, dict):
            inner = body[name] = {}
        body = inner
    body[names[-1]] = value


def _encoded(value: Any) -> bytes:
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(value).encode()
