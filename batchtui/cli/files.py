"""`batchtui files`: list, put, show, cat, get, rm."""

from __future__ import annotations

import re
import sys
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchtui.cli.completing import FILE
from batchtui.cli.examples import examples
from batchtui.cli.options import Connection, connected, connection_options, json_option, run_async
from batchtui.cli.output import (
    UNKNOWN,
    Progress,
    age,
    note,
    print_json,
    print_json_list,
    print_table,
    size,
    span,
)
from batchtui.cli.reading import read_from
from batchtui.cli.writing import new_file
from batchtui.visible import visible

if TYPE_CHECKING:
    from batchtui.models.file import FileObject


@click.group(short_help="ls, put, show, cat, get, rm")
def files() -> None:
    """List, upload, show, read, download and delete the server's files."""


@files.command("ls", epilog=examples("batchtui files ls --purpose batch"))
@click.option("--purpose", metavar="WORD", help="Only files of this purpose, as `batch`.")
@json_option
@connection_options
def ls(connection: Connection, purpose: str | None, as_json: bool) -> None:
    """List files."""

    async def work() -> list[FileObject]:
        from batchtui.workflows.files import list_files

        async with connected(connection) as session:
            return [file async for file in list_files(session, purpose=purpose)]

    found = run_async(work())
    if as_json:
        print_json_list([file.model_dump(mode="json") for file in found])
        return
    rows = [
        (
            file.id,
            file.filename or UNKNOWN,
            file.purpose or UNKNOWN,
            size(file.bytes) if sys.stdout.isatty() else str(file.bytes),
            age(file.created_at),
            _expiry(file),
        )
        for file in found
    ]
    print_table(("FILE", "NAME", "PURPOSE", "SIZE", "AGE", "EXPIRES"), rows, right=(3, 4, 5))


def _expiry(file: FileObject) -> str:
    import time

    return "never" if file.expires_at is None else span(file.expires_at - time.time())


@files.command("put", epilog=examples("batchtui files put in.jsonl"))
@click.argument("source", metavar="FILE|-", type=FILE)
@click.option("--purpose", default="batch", show_default=True)
@json_option
@connection_options
def put(connection: Connection, source: str, purpose: str, as_json: bool) -> None:
    """Upload a file and print its id. It is not checked: see `batchtui validate`."""

    async def work(path: Path) -> FileObject:
        from batchtui.workflows import files as workflow
        from batchtui.workflows.submit import Uploaded, Uploading

        progress = Progress()
        async with connected(connection) as session:
            async for event in workflow.upload(session, path, purpose=purpose):
                match event:
                    case Uploading(sent_bytes, total_bytes):
                        progress.show(f"uploading  {size(sent_bytes)} of {size(total_bytes)}")
                    case Uploaded(file):
                        progress.clear()
                        return file
        raise AssertionError("an upload ends with its file or with an error")

    with read_from(source) as path:
        file = run_async(work(path))
    if as_json:
        print_json(file.model_dump(mode="json"))
    else:
        click.echo(file.id)


@files.command("show", epilog=examples('batchtui files show "$file"'))
@click.argument("file_id")
@json_option
@connection_options
def show(connection: Connection, file_id: str, as_json: bool) -> None:
    """Show what the server says of a file."""

    async def work() -> FileObject:
        from batchtui.workflows.files import retrieve

        async with connected(connection) as session:
            return await retrieve(session, file_id)

    file = run_async(work())
    if as_json:
        print_json(file.model_dump(mode="json"))
        return
    for name, value in (
        ("file", file.id),
        ("name", file.filename),
        ("purpose", file.purpose),
        ("size", f"{file.bytes:,} bytes"),
        ("status", file.status or ""),
        ("created", f"{age(file.created_at)} ago" if file.created_at else ""),
        ("expires", f"in {_expiry(file)}" if file.expires_at else "never"),
    ):
        if value:
            click.echo(f"{name:<8} {visible(value)}")


@files.command("cat", epilog=examples('batchtui files cat "$file" | head -n 1'))
@click.argument("file_id")
@connection_options
def cat(connection: Connection, file_id: str) -> None:
    """Write a file's content to stdout as it arrives."""

    async def work() -> None:
        from batchtui.workflows.files import stream

        async with (
            connected(connection) as session,
            aclosing(stream(session, file_id)) as pieces,
        ):
            async for piece in pieces:
                _write(piece)
        sys.stdout.flush()

    run_async(work())


def _write(piece: bytes) -> None:
    """Raw bytes into a pipe; on a terminal nothing that could steer it."""
    if not sys.stdout.isatty():
        sys.stdout.buffer.write(piece)
        return
    text = piece.decode("utf-8", "replace")
    sys.stdout.write("\n".join(visible(line) for line in text.split("\n")))


@files.command("get", epilog=examples('batchtui files get "$file" -o copy.jsonl'))
@click.argument("file_id")
@click.option(
    "-o", "--output", type=FILE, metavar="OUT", help="Where to; the file's own name if left out."
)
@click.option("--force", is_flag=True, help="Replace OUT when it exists.")
@connection_options
def get(connection: Connection, file_id: str, output: str | None, force: bool) -> None:
    """Download a file and print where it is."""

    async def work() -> Path:
        from batchtui.workflows.files import retrieve
        from batchtui.workflows.results import download

        progress = Progress()
        async with connected(connection) as session:
            name = output or safe_name((await retrieve(session, file_id)).filename, file_id)
            new_file(name, force=force)
            path = await download(
                session,
                file_id,
                to=Path(name),
                on_progress=lambda done, total: progress.show(
                    f"downloading  {size(done)} of {size(total)}"
                ),
            )
            progress.clear()
            return path

    click.echo(run_async(work()))


def safe_name(filename: str, file_id: str) -> str:
    """A name in this directory, whatever the server calls the file: no path, no leading dot."""
    name = re.sub(r"[^\w.\- ]", "_", filename.replace("\\", "/").rsplit("/", 1)[-1]).lstrip(". ")
    return name[:200] or f"{re.sub(r'[^A-Za-z0-9_-]', '_', file_id)[:100]}.jsonl"


@files.command("rm", epilog=examples('batchtui files rm "$file" --yes'))
@click.argument("file_ids", nargs=-1, required=True, metavar="FILE_ID...")
@click.option("--yes", is_flag=True, help="Do not ask.")
@connection_options
def rm(connection: Connection, file_ids: tuple[str, ...], yes: bool) -> None:
    """Delete files on the server."""
    if not yes and sys.stdin.isatty():
        what = file_ids[0] if len(file_ids) == 1 else f"{len(file_ids)} files"
        click.confirm(f"Delete {what} on the server, for good?", abort=True, err=True)

    async def work() -> None:
        from batchtui.workflows.files import delete

        async with connected(connection) as session:
            for file_id in file_ids:
                await delete(session, file_id)
                note(f"deleted {file_id}")

    run_async(work())
