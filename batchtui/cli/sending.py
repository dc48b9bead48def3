"""Submits a file and tells each step on stderr; what `run` and `batches create` share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from batchtui.cli.output import Progress, size
from batchtui.errors import UsageError

if TYPE_CHECKING:
    from batchtui.models.batch import Batch
    from batchtui.workflows.session import Session

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


async def send(
    session: Session,
    path: Path,
    *,
    endpoint: str | None,
    window: str,
    metadata: dict[str, str],
    anyway: bool,
) -> Batch:
    """Check, upload, create; problems of the file are printed with their lines on stderr."""
    from batchtui.cli.validate import print_report, verdict
    from batchtui.workflows import submit

    submission = submit.Submission(
        path=path,
        endpoint=endpoint,
        completion_window=window,
        metadata=metadata,
        anyway=anyway,
    )
    progress = Progress()
    try:
        async for event in submit.submit(session, submission):
            match event:
                case submit.Checking(at):
                    progress.show(f"checking  {size(at.done_bytes)} of {size(at.total_bytes)}")
                case submit.Checked(report):
                    progress.clear()
                    if report.problems:
                        print_report(path, report, err=True, at_most=PROBLEMS_SHOWN)
                    else:
                        progress.done(f"{path.name}: {verdict(report)}")
                case submit.Uploading(sent_bytes, total_bytes):
                    progress.show(f"uploading  {size(sent_bytes)} of {size(total_bytes)}")
                case submit.Uploaded(file):
                    progress.done(f"uploaded as {file.id}")
                case submit.Creating():
                    progress.show("creating the batch")
                case submit.Created(batch):
                    progress.done(f"created {batch.id}")
                    return batch
    finally:
        progress.clear()
    raise AssertionError("a submission ends with its batch or with an error")
