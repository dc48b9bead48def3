"""`batchtui batches retry`: the requests of a batch that came to nothing, as a new batch."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from batchtui.cli.batch_text import as_document
from batchtui.cli.completing import FILE
from batchtui.cli.examples import examples
from batchtui.cli.options import Connection, connected, connection_options, json_option, run_async
from batchtui.cli.output import Progress, note, print_json, size
from batchtui.cli.sending import again_option, metadata_option, pairs, tell
from batchtui.cli.writing import new_file
from batchtui.errors import UsageError

if TYPE_CHECKING:
    from batchtui.jsonl.outcomes import Outcome
    from batchtui.jsonl.validation import Validation
    from batchtui.models.batch import Batch
    from batchtui.workflows.retrying import NewInput
    from batchtui.workflows.session import Session


@click.command(
    "retry",
    epilog=examples(
        'batchtui batches retry "$id" --only failed,expired --set max_tokens=2000',
        'batchtui batches retry "$id" --model echo -o again.jsonl --no-submit',
    ),
)
@click.argument("batch_id")
@click.option(
    "--only",
    metavar="WORD[,WORD]",
    help="Which outcomes, as failed,missing,expired. Default: all that are no answer.",
)
@click.option(
    "--set",
    "fields",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Set a field of each body, as max_tokens=2000; null removes it. May be repeated.",
)
@click.option("--model", metavar="NAME", help="Another model; short for --set model=NAME.")
@click.option("--window", help="Completion window; that of the batch if not given.")
@metadata_option
@click.option("-o", "--output", type=FILE, metavar="OUT", help="Keep the new input in this file.")
@click.option("--no-submit", is_flag=True, help="Only write OUT; send nothing.")
@click.option("--force", is_flag=True, help="Replace OUT when it exists.")
@click.option(
    "--input",
    "input_path",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="The input file, when the server does not give it back.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@again_option
@json_option
@connection_options
def retry(
    connection: Connection,
    batch_id: str,
    only: str | None,
    fields: tuple[str, ...],
    model: str | None,
    window: str | None,
    metadata: tuple[str, ...],
    output: str | None,
    no_submit: bool,
    force: bool,
    input_path: Path | None,
    yes: bool,
    again: bool,
    as_json: bool,
) -> None:
    """Send the requests again that failed, expired or have no result, as a new batch.

    What an earlier retry has answered is not sent again. Prints the id of the new batch;
    `batches results BATCH_ID --with-retries` then has the best answer of each request.
    """
    if no_submit and output is None:
        raise UsageError("--no-submit writes a file: say where with -o OUT")
    if output is not None:
        new_file(output, force=force)
    from batchtui.jsonl.rewrite import parse_changes

    changes = parse_changes(fields)
    if model is not None:
        changes["model"] = json.dumps(model)
    given = pairs(metadata)
    wanted = outcomes_of(only)

    async def work() -> dict[str, Any]:
        from batchtui.workflows import batches, retrying
        from batchtui.workflows.check import check, limits_of
        from batchtui.workflows.submit import Submission, submit

        async with connected(connection) as session:
            batch = await batches.retrieve(session, await batches.full_id(session, batch_id))
            new_input = await _written(
                session, batch, output, wanted, changes, input_path, again=again
            )
            report = await check(new_input.path, limits=limits_of(session.profile))
            note(f"{_which(new_input)}, {await _price(session, report)}")
            found = {
                "retry_of": batch.id,
                "requests": new_input.requests,
                "outcomes": new_input.counts,
            }
            if no_submit:
                return found
            if not yes and sys.stdin.isatty():
                click.confirm("Send them as a new batch?", abort=True, err=True)
            submission = Submission(
                new_input.path,
                completion_window=window or batch.completion_window or "24h",
                metadata={**retrying.metadata_of(session, batch), **given},
                again=again,
                validation=report,
            )
            made = await tell(new_input.path.name, submit(session, submission))
            await retrying.remember(session, made, new_input)
            retrying.discard(new_input)
            return {**found, "batch": as_document(made)}

    found = run_async(work())
    if as_json:
        print_json({**found, "input": output})
    elif "batch" in found:
        click.echo(found["batch"]["id"])


def outcomes_of(words: str | None) -> frozenset[Outcome]:
    """`failed,missing` as outcomes; those worth a retry for None. Raises UsageError."""
    from batchtui.workflows.retrying import RETRIED
    from batchtui.workflows.where import outcomes_of as named

    return RETRIED if words is None else named(words.replace(" ", ""))


async def _written(
    session: Session,
    batch: Batch,
    output: str | None,
    outcomes: frozenset[Outcome],
    changes: dict[str, str],
    input_path: Path | None,
    *,
    again: bool,
) -> NewInput:
    from batchtui.workflows import retrying

    progress = Progress()

    def transferred(which: str, done_bytes: int, total_bytes: int) -> None:
        progress.show(f"reading {which}  {size(done_bytes)} of {size(total_bytes)}")

    try:
        found = await retrying.look(
            session, batch, input_path=input_path, again=again, on_transfer=transferred
        )
        with found:
            out = Path(output) if output else await retrying.place_of(session, found)
            return await retrying.write(found, out, outcomes=outcomes, changes=changes)
    finally:
        progress.clear()


def _which(new_input: NewInput) -> str:
    kinds = ", ".join(f"{count:,} {word}" for word, count in new_input.counts.items())
    return f"{new_input.requests:,} of {new_input.of_batch.id} again: {kinds}"


async def _price(session: Session, report: Validation) -> str:
    import asyncio

    from batchtui.workflows import cost, rates

    known = await rates.proxy_rates(session)
    price = await asyncio.to_thread(
        cost.estimate,
        report.statistics,
        endpoint=report.endpoint,
        provider=session.profile.provider,
        rates=known,
    )
    if price is None:
        return "cost unknown"
    if price.high_usd is None:
        return f"about ${price.low_usd:,.2f} or more"
    return f"about ${price.low_usd:,.2f} to ${price.high_usd:,.2f}"
