"""`batchtui view`: a file, a batch's results or a pipe; the viewer on a terminal, else text."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchtui.cli.completing import FILE
from batchtui.cli.examples import examples
from batchtui.cli.given import is_there, looks_like_path, start_at
from batchtui.cli.options import Connection, connected, connection_options, json_option, run_async
from batchtui.cli.output import SCHEMA_VERSION
from batchtui.errors import InputError
from batchtui.visible import visible

if TYPE_CHECKING:
    from batchtui.workflows.view import Line


@click.command(
    short_help="A file or a batch's results: the viewer, or text in a pipe.",
    epilog=examples(
        "batchtui view out.jsonl",
        'batchtui view "$id" --grep Hello',
        "batchtui view out.jsonl --where outcome=failed --json",
        "cat out.jsonl | batchtui view - --where outcome=ok",
    ),
)
@click.argument("target", metavar="FILE[:LINE]|BATCH_ID|FILE_ID|-", type=FILE)
@click.option("--grep", metavar="TEXT", help="Only lines with this text, however it is escaped.")
@click.option(
    "--where",
    metavar="TERMS",
    help="Only records as outcome=failed, code=rate_limit_exceeded, id=t-08; a comma means or.",
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
    if is_plain and sys.stdout.isatty() and target == "-":
        from batchtui.cli.piped import view_pipe

        ctx.exit(view_pipe())
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
    from batchtui.workflows.view import chosen
    from batchtui.workflows.where import parse_terms, parse_where

    if where:
        parse_terms(where)
    terms = parse_where(" ".join(each for each in (where, grep) if each))
    with ExitStack() as stack:
        path, first_line = stack.enter_context(_content(target, connection))
        lines = chosen(path, terms, first_line=first_line)
        if as_json:
            _print_documents(lines)
        else:
            _print_lines(lines)


@contextmanager
def _content(target: str, connection: Connection) -> Iterator[tuple[Path, int]]:
    """The local file that `target` means, and the line to begin with."""
    from batchtui.tui.start import AtDirectory, AtFile

    if target != "-" and (is_there(target) or looks_like_path(target) or ":" in target):
        at = start_at(target, may_be_command=False)
        if isinstance(at, AtDirectory):
            raise InputError(f"{visible(target)} is a directory")
        if isinstance(at, AtFile):
            yield at.path, at.line or 1
            return
    with tempfile.TemporaryDirectory(prefix="batchtui-") as directory:
        copy = Path(directory) / "content.jsonl"
        if target == "-":
            with copy.open("wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file, 1 << 20)
        else:
            run_async(_fetch(target, connection, copy))
        yield copy, 1


async def _fetch(target: str, connection: Connection, copy: Path) -> None:
    """The results of a batch in input order, or the content of a file, from the server."""
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
            raise InputError(f"{batch.id} is {batch.status} and has no results")
        await collect(session, batch, copy)


def _print_lines(lines: Iterator[Line]) -> None:
    """Bytes as they are into a pipe; on a terminal nothing that could steer it."""
    if sys.stdout.isatty():
        for line in lines:
            sys.stdout.write(visible(line.raw.decode("utf-8", "replace").rstrip("\r\n")) + "\n")
        return
    for line in lines:
        sys.stdout.buffer.write(line.raw)
    sys.stdout.buffer.flush()


def _print_documents(lines: Iterator[Line]) -> None:
    """One JSON document, written as it is found: a million records need no memory."""
    from batchtui.workflows.view import document

    click.echo(f'{{"schema_version": {SCHEMA_VERSION}, "data": [', nl=False)
    separator = ""
    for line in lines:
        click.echo(f"{separator}\n  {json.dumps(document(line))}", nl=False)
        separator = ","
    click.echo("\n]}")
