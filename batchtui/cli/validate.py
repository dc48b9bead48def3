"""`batchtui validate`: every problem of a batch input, with its line, before anything is paid."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from batchtui.cli.options import json_option
from batchtui.cli.output import Progress, print_json_list, size
from batchtui.errors import ExitCode
from batchtui.visible import visible

if TYPE_CHECKING:
    from batchtui.jsonl.problems import Problem
    from batchtui.jsonl.validation import Validation


@click.command(short_help="Every problem of an input file, with its line.")
@click.argument(
    "paths", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)
)
@click.option("--endpoint", metavar="PATH", help="The endpoint the lines must name.")
@click.option(
    "--limits",
    "limits_name",
    type=click.Choice(["openai", "azure", "local"]),
    default="openai",
    show_default=True,
    help="Whose limits on lines and bytes to check.",
)
@json_option
@click.pass_context
def validate(
    ctx: click.Context,
    paths: tuple[Path, ...],
    endpoint: str | None,
    limits_name: str,
    as_json: bool,
) -> None:
    """Check batch input files and print every problem as FILE:LINE."""
    from batchtui.jsonl.progress import run
    from batchtui.jsonl.validate import validate as validating
    from batchtui.workflows.check import limits_for

    documents = []
    all_ok = True
    progress = Progress()
    for path in paths:
        steps = validating(path, endpoint=endpoint, limits=limits_for(limits_name))
        report = run(
            steps,
            on_progress=lambda at, name=path.name: progress.show(  # type: ignore[misc]
                f"checking {name}  {size(at.done_bytes)} of {size(at.total_bytes)}"
            ),
        )
        progress.clear()
        all_ok &= report.ok
        if as_json:
            documents.append(document(path, report))
        else:
            print_report(str(path), report)
    if as_json:
        print_json_list(documents)
    if not all_ok:
        ctx.exit(ExitCode.INVALID_INPUT)


def print_report(
    name: str, report: Validation, *, err: bool = False, at_most: int | None = None
) -> None:
    """Each problem as FILE:LINE, then how often each code stands in the file."""
    shown = report.problems[:at_most]
    for problem in shown:
        click.echo(f"{visible(name)}:{line_of(problem)}", err=err)
    hidden = sum(report.counts.values()) - len(shown)
    if hidden > 0:
        click.echo(f"{visible(name)}: {hidden:,} more problems are not shown", err=err)
    if len(report.counts) > 1 or hidden > 0:
        for code, count in sorted(report.counts.items(), key=lambda item: -item[1]):
            click.echo(f"  {count:>9,}  {code}", err=err)
    click.echo(f"{visible(name)}: {verdict(report)}", err=True)


def line_of(problem: Problem) -> str:
    where = f"{problem.line}: " if problem.line is not None else " "
    return f"{where}{problem.severity}: {problem.code}: {visible(problem.message)}"


def verdict(report: Validation) -> str:
    facts = report.statistics
    requests = f"{facts.requests:,} request" + ("" if facts.requests == 1 else "s")
    if report.ok:
        return f"ok, {requests}, {size(facts.size_bytes)}"
    errors = f"{report.error_count:,} error" + ("" if report.error_count == 1 else "s")
    return f"{errors}, {requests}, {size(facts.size_bytes)}"


def document(path: Path, report: Validation) -> dict[str, Any]:
    facts = report.statistics
    return {
        "path": str(path),
        "ok": report.ok,
        "errors": report.error_count,
        "warnings": report.warning_count,
        "counts": report.counts,
        "problems": [
            {
                "line": problem.line,
                "column": problem.column,
                "code": problem.code,
                "severity": problem.severity,
                "message": problem.message,
                "field": problem.field,
                "custom_id": problem.custom_id,
                "other_line": problem.other_line,
                "repair": problem.repair,
            }
            for problem in report.problems
        ],
        "lines": facts.lines,
        "requests": facts.requests,
        "size_bytes": facts.size_bytes,
        "endpoints": facts.endpoints,
        "models": facts.models,
    }
