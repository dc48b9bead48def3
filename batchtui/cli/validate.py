"""`batchtui validate`: every problem of a batch input, with its line, before anything is paid."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from batchtui.cli.completing import FILE
from batchtui.cli.examples import examples
from batchtui.cli.options import json_option
from batchtui.cli.output import note, print_json_list, size
from batchtui.cli.reading import STDIN, read_from, worked
from batchtui.cli.writing import new_file, written_to
from batchtui.errors import ExitCode, UsageError
from batchtui.visible import visible

if TYPE_CHECKING:
    from batchtui.jsonl.problems import Problem
    from batchtui.jsonl.validation import Validation
    from batchtui.models.limits import Limits


@click.command(
    short_help="Every problem of an input file, with its line.",
    epilog=examples(
        "batchtui validate in.jsonl more.jsonl",
        "batchtui validate in.jsonl --fix fixed.jsonl",
        "cat in.jsonl | batchtui validate - --json",
    ),
)
@click.argument("sources", nargs=-1, required=True, metavar="FILE|-...", type=FILE)
@click.option("--endpoint", metavar="PATH", help="The endpoint the lines must name.")
@click.option(
    "--limits",
    "limits_name",
    type=click.Choice(["openai", "azure", "local"]),
    default="openai",
    show_default=True,
    help="Whose limits on lines and bytes to check.",
)
@click.option(
    "--fix",
    type=FILE,
    metavar="OUT",
    help="Write FILE to OUT with what can be put right mechanically, and check that.",
)
@click.option("--force", is_flag=True, help="Replace OUT when it exists.")
@json_option
@click.pass_context
def validate(
    ctx: click.Context,
    sources: tuple[str, ...],
    endpoint: str | None,
    limits_name: str,
    fix: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Check batch input files and print every problem as FILE:LINE."""
    from batchtui.workflows.check import limits_for

    if fix is not None:
        if len(sources) != 1:
            raise UsageError("--fix is for one FILE")
        new_file(fix, force=force)
    limits = limits_for(limits_name)
    documents = []
    all_ok = True
    for source in sources:
        with read_from(source) as path:
            name, report = source, _checked(source, path, endpoint, limits)
            if fix is not None:
                with written_to(fix) as out:
                    _fix(path, out, report, endpoint)
                    name, report = fix, _checked(fix, out, endpoint, limits)
        all_ok &= report.ok
        if as_json and fix != STDIN:
            documents.append(document(name, report))
        else:
            print_report(name, report, err=fix == STDIN)
    if documents:
        print_json_list(documents)
    if not all_ok:
        ctx.exit(ExitCode.INVALID_INPUT)


def _checked(name: str, path: Path, endpoint: str | None, limits: Limits) -> Validation:
    from batchtui.jsonl.validate import validate as validating

    return worked(validating(path, endpoint=endpoint, limits=limits), f"checking {name}")


def _fix(path: Path, out: Path, report: Validation, endpoint: str | None) -> None:
    from batchtui.jsonl.repair import REPAIRS, repair
    from batchtui.workflows.repair import fixable

    endpoint = endpoint or report.endpoint
    repairs = fixable(report, endpoint)
    changed = worked(repair(path, out, repairs, endpoint=endpoint), "repairing")
    for name, count in changed.items():
        if count:
            note(f"{count:,} x {REPAIRS[name]}")
    if not any(changed.values()):
        note("nothing could be put right mechanically")


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


def document(name: str, report: Validation) -> dict[str, Any]:
    facts = report.statistics
    return {
        "path": name,
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
