"""`batchtui stats`: what input and result files hold, counted."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from batchtui.cli.completing import FILE
from batchtui.cli.examples import examples
from batchtui.cli.options import json_option
from batchtui.cli.output import print_json_list, size
from batchtui.cli.reading import read_from, worked
from batchtui.visible import visible

if TYPE_CHECKING:
    from batchtui.jsonl.result_statistics import ResultStatistics
    from batchtui.jsonl.validation import Validation


@click.command(
    short_help="What files hold: requests, models, tokens, outcomes.",
    epilog=examples("batchtui stats in.jsonl", "batchtui stats in.jsonl out.jsonl --json"),
)
@click.argument("sources", nargs=-1, required=True, metavar="FILE|-...", type=FILE)
@json_option
def stats(sources: tuple[str, ...], as_json: bool) -> None:
    """Count what is in batch inputs and result files."""
    documents = []
    with ExitStack() as stack:
        for source in sources:
            found = _counted(source, stack.enter_context(read_from(source)))
            documents.append(found)
            if not as_json:
                _print(found)
    if as_json:
        print_json_list(documents)


def _counted(name: str, path: Path) -> dict[str, Any]:
    from batchtui.jsonl.facts import peek

    if peek(path).kind == "results":
        from batchtui.jsonl.result_statistics import result_statistics

        return result_document(name, worked(result_statistics(path), f"counting {name}"))
    from batchtui.jsonl.validate import validate
    from batchtui.models.limits import GATEWAY

    steps = validate(path, limits=GATEWAY, max_problems=0)
    return input_document(name, worked(steps, f"counting {name}"))


def input_document(name: str, report: Validation) -> dict[str, Any]:
    facts = report.statistics
    return {
        "path": name,
        "kind": "input",
        "size_bytes": facts.size_bytes,
        "requests": facts.requests,
        "errors": report.error_count,
        "endpoints": facts.endpoints,
        "models": facts.models,
        "estimated_input_tokens": facts.estimated_input_tokens,
        "max_output_tokens": facts.max_output_tokens,
        "uncapped_requests": facts.uncapped_requests,
        "longest_line": facts.longest_line,
        "longest_line_bytes": facts.longest_line_bytes,
    }


def result_document(name: str, found: ResultStatistics) -> dict[str, Any]:
    return {
        "path": name,
        "kind": "results",
        "size_bytes": found.size_bytes,
        "results": found.results,
        "outcomes": {str(outcome): count for outcome, count in found.outcomes.items()},
        "codes": found.codes,
        "finish_reasons": found.finish_reasons,
        "models": found.models,
        "usage": {
            model: {
                "input_tokens": usage.input_tokens,
                "output_tokens": usage.output_tokens,
                "cached_tokens": usage.cached_tokens,
                "reasoning_tokens": usage.reasoning_tokens,
            }
            for model, usage in found.usage.items()
        },
        "answer_chars": found.answer_chars,
    }


def _print(found: dict[str, Any]) -> None:
    """One fact a line; what is zero or empty has none."""
    click.echo(visible(found["path"]))
    for key, value in found.items():
        if key == "path" or not value:
            continue
        name = key.replace("_", " ")
        if key == "size_bytes":
            _line("size", size(value))
        elif isinstance(value, dict):
            for word, count in value.items():
                _line(f"{name}: {word}" if word else name, _figure(count))
        else:
            _line(name, _figure(value))


def _figure(value: Any) -> str:
    if isinstance(value, dict):
        told = (f"{count:,} {key.removesuffix('_tokens')}" for key, count in value.items() if count)
        return f"{', '.join(told)} tokens"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _line(name: str, value: str) -> None:
    click.echo(f"  {visible(name):<32} {visible(value)}")
