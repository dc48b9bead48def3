"""`batchtui view`: a file, a batch's results or a pipe; the viewer on a terminal, else text."""

from __future__ import annotations

import io
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from batchtui.cli.completing import FILE
from batchtui.cli.examples import examples
from batchtui.cli.given import is_there, looks_like_path, start_at
from batchtui.cli.options import Connection, connected, connection_options, json_option, run_async
from batchtui.cli.output import SCHEMA_VERSION, note
from batchtui.cli.reading import STDIN, is_stream, opened_stream
from batchtui.errors import InputError
from batchtui.visible import visible

if TYPE_CHECKING:
    from batchtui.workflows.view import Line, Seen
    from batchtui.workflows.where import Where


@click.command(
    short_help="A file or a batch's results: the viewer, or text in a pipe.",
    epilog=examples(
        "batchtui view out.jsonl",
        'batchtui view "$id" --grep Hello',
        "batchtui view out.jsonl --where outcome=failed --json",
        "batchtui view out.jsonl --where 'outcome=!ok'",
        "cat out.jsonl | batchtui view - --where outcome=ok",
    ),
)
@click.argument("target", metavar="FILE[:LINE]|BATCH_ID|FILE_ID|-", type=FILE)
@click.option(
    "--grep",
    metavar="TEXT",
    help="Only lines with this text, or re:PATTERN, however it is escaped.",
)
@click.option(
    "--where",
    metavar="TERMS",
    help="Only records as outcome=failed, 'outcome=!ok', status=429, code=rate_limit_exceeded, "
    "id=t-08; a comma means or.",
)
@json_option
@connection_options
@click.pass_context
def view(
    ctx: click.Context,
    connection: Connection,
    target: str,
    grep: str | None,
    where: str | None,
    as_json: bool,
) -> None:
    """Read a file of any size. On a terminal the viewer opens; in a pipe lines are printed.

    With --grep, --where or --json lines are printed on a terminal too.
    """
    is_plain = grep is None and where is None and not as_json
    if is_plain and sys.stdout.isatty() and (target == STDIN or is_stream(target)):
        from batchtui.cli.piped import view_pipe

        ctx.exit(view_pipe(None if target == STDIN else Path(target)))
    if is_plain and sys.stdout.isatty():
        from batchtui.cli.app import open_app

        start_at(target, may_be_command=False)
        ctx.invoke(
            open_app,
            target=target,
            mouse=None,
            profile=connection.profile,
            base_url=connection.base_url,
            provider=connection.provider,
            local=connection.local,
        )
        return
    from batchtui.workflows.view import Seen
    from batchtui.workflows.where import parse_terms, parse_where

    if where:
        parse_terms(where)
    terms = parse_where(" ".join(each for each in (where, grep) if each))
    seen = Seen()
    with _lines(target, connection, terms, seen) as lines:
        if as_json:
            _print_documents(lines)
        else:
            _print_lines(lines)
    if seen.is_asked_in_vain:
        note("no line of it is a result, and outcome, status and code ask for results")


@contextmanager
def _lines(
    target: str, connection: Connection, where: Where, seen: Seen
) -> Iterator[Iterator[Line]]:
    """The wanted lines of what `target` means: a local file, a pipe, or something of the server."""
    from batchtui.tui.start import AtDirectory, AtFile
    from batchtui.workflows.view import chosen

    if target == STDIN:
        stdin = cast(io.BufferedReader, sys.stdin.buffer)
        with _streamed(stdin.read1, "stdin", where, 1, seen) as lines:
            yield lines
        return
    if is_there(target) or looks_like_path(target) or ":" in target:
        at = start_at(target, may_be_command=False)
        if isinstance(at, AtDirectory):
            raise InputError(f"{visible(target)} is a directory")
        if isinstance(at, AtFile) and not is_stream(at.path):
            yield chosen(at.path, where, first_line=at.line or 1, seen=seen)
            return
        if isinstance(at, AtFile):
            with (
                opened_stream(at.path) as stream,
                _streamed(stream.read, str(at.path), where, at.line or 1, seen) as lines,
            ):
                yield lines
            return
    with tempfile.TemporaryDirectory(prefix="batchtui-") as directory:
        copy = Path(directory) / "content.jsonl"
        run_async(_fetch(target, connection, copy))
        yield chosen(copy, where, seen=seen)


@contextmanager
def _streamed(
    read: Callable[[int], bytes], name: str, where: Where, first_line: int, seen: Seen
) -> Iterator[Iterator[Line]]:
    """The wanted lines as they come. What is packed is copied first: it is read from the file."""
    from batchtui.jsonl.stream import begin_of, is_packed, lines_as_they_come
    from batchtui.workflows.view import chosen, chosen_of

    def read_on(count: int) -> bytes:
        sys.stdout.flush()  # what was found is seen while one waits for more
        return read(count)

    begin = begin_of(read)
    if not is_packed(begin):
        pieces = lines_as_they_come(read_on, begin)
        yield chosen_of(pieces, where, name=name, first_line=first_line, seen=seen)
        return
    with tempfile.TemporaryDirectory(prefix="batchtui-") as directory:
        copy = Path(directory) / "content.jsonl"
        with copy.open("wb") as file:
            file.write(begin)
            while piece := read(1 << 20):
                file.write(piece)
        yield chosen(copy, where, first_line=first_line, seen=seen)


async def _fetch(target: str, connection: Connection, copy: Path) -> None:
    """The results of a batch in input order, or the content of a file, from the server."""
    from batchtui.cli.batch_text import no_results
    from batchtui.errors import NotFoundError
    from batchtui.workflows.batches import retrieve
    from batchtui.workflows.results import collect, download

    async with connected(connection) as session:
        try:
            batch = await retrieve(session, target)
        except NotFoundError:
            await download(session, target, to=copy)
            return
        if not (batch.output_file_id or batch.error_file_id):
            raise InputError(no_results(batch))
        await collect(session, batch, copy)


def _print_lines(lines: Iterator[Line]) -> None:
    """Bytes as they are into a pipe; on a terminal nothing that could steer it."""
    if sys.stdout.isatty():
        for line in lines:
            sys.stdout.write(visible(line.raw.decode("utf-8", "replace").rstrip("\r\n")) + "\n")
        return
    for line in lines:
        sys.stdout.buffer.write(line.raw)
    sys.stdout.flush()


def _print_documents(lines: Iterator[Line]) -> None:
    """One JSON document, written as it is found: a million records need no memory."""
    from batchtui.workflows.view import document

    click.echo(f'{{"schema_version": {SCHEMA_VERSION}, "data": [', nl=False)
    separator = ""
    for line in lines:
        click.echo(f"{separator}\n  {json.dumps(document(line))}", nl=False)
        separator = ","
    click.echo("\n]}")
