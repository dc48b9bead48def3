"""Submits a file and tells each step on stderr; what `run` and `batches create` share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

import click

from batchtui.cli.output import Progress, size
from batchtui.errors import UsageError

if TYPE_CHECKING:
    from batchtui.models.batch import Batch
    from batchtui.workflows.submit import SubmitEvent

again_option = click.option(
    "--again", is_flag=True, help="Submit although this content was submitted before: costs again."
)

PROBLEMS_SHOWN: Final = 20
"""More are for `batchtui validate`: a submission shows enough to see what is wrong."""

metadata_option = click.option(
    "--metadata", multiple=True, metavar="KEY=VALUE", help="Kept with the batch; may be repeated."
)


def pairs(given: tuple[str, ...]) -> dict[str, str]:
    """`("k=v", ...)` as a mapping; raises UsageError for a word without `=`."""
    found = {}
    for each in given:
        key, equals, value = each.partition("=")
        if not equals or not key:
            raise UsageError(f"--metadata {each}: not KEY=VALUE")
        found[key] = value
    return found


async def tell(name: str, events: AsyncIterator[SubmitEvent]) -> Batch:
    """Tell each step of a submission; problems of the file are printed with their lines.

    `name`: what the file is called. Returns the batch of the last event.
    """
    from batchtui.cli.validate import print_report, verdict
    from batchtui.workflows import submit
    from batchtui.workflows.once import Looking

    progress = Progress()
    try:
        async for event in events:
            match event:
                case submit.Checking(at):
                    progress.show(f"checking  {size(at.done_bytes)} of {size(at.total_bytes)}")
                case submit.Checked(report):
                    progress.clear()
                    if report.problems:
                        print_report(name, report, err=True, at_most=PROBLEMS_SHOWN)
                    else:
                        progress.done(f"{name}: {verdict(report)}")
                case submit.Uploading(sent_bytes, total_bytes):
                    progress.show(f"uploading  {size(sent_bytes)} of {size(total_bytes)}")
                case submit.Uploaded(file, reused):
                    progress.done(f"{'was' if reused else 'is'} uploaded as {file.id}")
                case submit.Creating():
                    progress.show("creating the batch")
                case Looking(number, of):
                    progress.show(f"the answer was lost: looking for the batch, {number} of {of}")
                case submit.Created(batch, adopted):
                    verb = "goes on with" if adopted else "created"
                    progress.done(f"{verb} {batch.id}")
                    return batch
    finally:
        progress.clear()
    raise AssertionError("a submission ends with its batch or with an error")
