"""From a target to records: what the viewer's threads do before anything can be shown.

Each function is the work of one job. It posts `Opened` as soon as there is something to show.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from batchtui.errors import BatchtuiError
from batchtui.jsonl.answers import check_json_answers
from batchtui.jsonl.facts import Kind
from batchtui.jsonl.index import lines_after
from batchtui.jsonl.join import join
from batchtui.jsonl.outcomes import without_line
from batchtui.jsonl.source import Source, opened
from batchtui.tui.viewer.jobs import Job
from batchtui.tui.viewer.joined_records import JoinedRecords
from batchtui.tui.viewer.messages import Grew, Opened
from batchtui.tui.viewer.records import FileRecords
from batchtui.tui.viewer.summary import parsed_object

PEEKED_LINES: Final = 3
PEEKED_BYTES: Final = 1024 * 1024


def open_file(job: Job, path: Path) -> None:
    """Open the file at `path` and number its lines."""
    source = job.run(opened(path))
    try:
        records = FileRecords(source, kind_of(source))
    except BatchtuiError:
        source.close()
        raise
    job.post(Opened(records))
    number_lines(job, records)


def number_lines(job: Job, records: FileRecords) -> None:
    """Index what is not yet, and tell what became of each line of a results file."""
    job.words = "indexing"
    job.run(records.index.extend(), lambda: job.post(Grew()))
    job.post(Grew())
    if records.survey is not None:
        job.words = "counting outcomes"
        job.run(records.survey.extend(), lambda: job.post(Grew()))
        job.post(Grew())


def join_files(
    job: Job, request_path: Path | None, result_paths: Sequence[Path], status: str
) -> None:
    """Join the files of a batch that has this status."""
    joined = job.run(join(request_path, result_paths, without_line=without_line(status)))
    if not job.is_cancelled:
        job.words = "checking answers in JSON"
        job.run(check_json_answers(joined))
    if job.is_cancelled:
        joined.close()
        return
    job.post(Opened(JoinedRecords(joined)))


def kind_of(source: Source) -> Kind:
    """What the file is, from its first lines."""
    for span in lines_after(source, 0, PEEKED_LINES):
        if not span.is_whole or span.length > PEEKED_BYTES:
            continue
        data = source.read(span.offset, span.length)
        value = parsed_object(data.removeprefix(b"\xef\xbb\xbf"))
        if "custom_id" not in value:
            continue
        if isinstance(value.get("body"), dict):
            return "input"
        if "response" in value or "error" in value:
            return "results"
    return "other"
