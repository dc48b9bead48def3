"""`batchtui jobs rm`: takes jobs off the list."""

from __future__ import annotations

import click

from batchtui.cli.completing import job_ids
from batchtui.cli.examples import examples
from batchtui.cli.output import note


@click.command("rm", epilog=examples('batchtui jobs rm "$job"'))
@click.argument("asked", nargs=-1, required=True, metavar="JOB...", shell_complete=job_ids)
def rm(asked: tuple[str, ...]) -> None:
    """Take jobs off the list that have ended or are stopped.

    Their batches and files at the server stay, and so do results that were written.
    """
    from batchtui.workflows.jobs import actions
    from batchtui.workflows.jobs.store import JobStore

    store = JobStore()
    for job_id in dict.fromkeys(store.job(each).id for each in asked):
        actions.forget(store, job_id)
        note(f"{job_id} is removed")
