"""`batchtui doctor`: what is right and wrong with the server, the key and the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from batchtui.cli.examples import examples
from batchtui.cli.options import Connection, connected, connection_options, json_option, run_async
from batchtui.cli.output import print_json_list
from batchtui.errors import ExitCode
from batchtui.visible import visible

if TYPE_CHECKING:
    from batchtui.workflows.doctor import Finding

_MARKS: Final = {"ok": "ok", "warning": "!", "bad": "BAD", "unknown": "?"}


@click.command(
    short_help="What is wrong with the server, the key, the terminal.",
    epilog=examples(
        "batchtui doctor",
        "batchtui doctor --local --json",
    ),
)
@json_option
@connection_options
@click.pass_context
def doctor(ctx: click.Context, connection: Connection, as_json: bool) -> None:
    """Examine the connection, the key, what the server can do, and the terminal."""
    from batchtui.workflows import terminal
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

    for finding in terminal.findings():
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
