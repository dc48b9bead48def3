"""`batchtui doctor`: what is right and wrong with the server, the key and the terminal."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

import click

from batchtui.cli.options import Connection, connected, connection_options, json_option, run_async
from batchtui.cli.output import print_json_list
from batchtui.errors import ExitCode
from batchtui.visible import visible

if TYPE_CHECKING:
    from batchtui.workflows.doctor import Finding

_MARKS: Final = {"ok": "ok", "warning": "!", "bad": "BAD", "unknown": "?"}


@click.command(short_help="What is wrong with the server, the key, the terminal.")
@json_option
@connection_options
@click.pass_context
def doctor(ctx: click.Context, connection: Connection, as_json: bool) -> None:
    """Examine the connection, the key, what the server can do, and the terminal."""
    from batchtui.workflows.doctor import Verdict

    found: list[Finding] = []

    def tell(finding: Finding) -> None:
        found.append(finding)
        if not as_json:
            click.echo(f"{_MARKS[finding.verdict]:<4} {finding.what:<16} {visible(finding.said)}")
            if finding.hint:
                click.echo(f"{'':<21} {visible(finding.hint)}")

    async def work() -> None:
        from batchtui.workflows.doctor import examine

        async with connected(connection) as session:
            async for finding in examine(session):
                tell(finding)

    for finding in terminal():
        tell(finding)
    run_async(work())
    if as_json:
        print_json_list(
            {"what": each.what, "verdict": each.verdict, "said": each.said, "hint": each.hint}
            for each in found
        )
    bad = {finding.what for finding in found if finding.verdict is Verdict.BAD}
    if "key" in bad:
        ctx.exit(ExitCode.AUTHENTICATION)
    if bad:
        ctx.exit(ExitCode.SERVER)


def terminal() -> list[Finding]:
    """What this terminal can show, for a person and for a bug report."""
    from batchtui import __version__
    from batchtui.workflows.doctor import Finding, Verdict

    term = os.environ.get("TERM", "")
    colours = "true colour" if os.environ.get("COLORTERM") in ("truecolor", "24bit") else "256"
    if "256" not in term and colours == "256":
        colours = "16"
    if os.environ.get("NO_COLOR"):
        colours = "none (NO_COLOR)"
    encoding = sys.stdout.encoding or "unknown"
    is_utf8 = encoding.lower().replace("-", "") == "utf8"
    where = [name for name in ("TMUX", "SSH_CONNECTION") if os.environ.get(name)]
    python = ".".join(str(part) for part in sys.version_info[:3])
    return [
        Finding("batchtui", Verdict.OK, f"{__version__} on Python {python}, {sys.platform}"),
        Finding(
            "terminal",
            Verdict.OK if term and term != "dumb" else Verdict.WARNING,
            f"TERM={term or 'not set'}, colours: {colours}"
            + (f", inside {' and '.join(where)}" if where else ""),
            None if term and term != "dumb" else "the app needs a TERM; the commands do not",
        ),
        Finding(
            "encoding",
            Verdict.OK if is_utf8 else Verdict.WARNING,
            encoding,
            None if is_utf8 else "plain letters stand for the glyphs; set a UTF-8 locale",
        ),
    ]
