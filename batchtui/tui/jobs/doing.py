"""What is done for a driven job right now, in a few words. Pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchtui.tui.figures import size, span

if TYPE_CHECKING:
    from batchtui.workflows.jobs.events import JobEvent


def words_of(event: JobEvent) -> str | None:
    """ "" when nothing needs to be said; None for a step that the record tells better."""
    from batchtui.workflows.jobs import events

    if isinstance(event, events.Planning):
        return f"laying out, {event.progress.fraction:.0%}"
    if isinstance(event, events.Uploading):
        sent, total = size(event.sent_bytes), size(event.total_bytes)
        return f"uploading shard {event.shard.number}, {sent} of {total}"
    if isinstance(event, events.Looking):
        return f"shard {event.shard.number}: looking for a batch whose answer was lost"
    if isinstance(event, events.Collecting):
        return f"fetching {event.which} of shard {event.shard.number}, {size(event.done_bytes)}"
    if isinstance(event, events.JobTrouble):
        return f"{event.error.message.rstrip('.')}. Next try in {span(event.retry_in_s)}"
    if isinstance(event, events.Auditing):
        return f"accounting for every request, {event.progress.fraction:.0%}"
    return None
