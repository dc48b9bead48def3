"""The words that people read for what the wire calls otherwise."""

from __future__ import annotations

import pytest

from batchtui.cli.batch_text import no_results, signed
from batchtui.models import status
from batchtui.models.batch import Batch
from batchtui.tui.batch_cells import look
from batchtui.workflows.jobs.states import JobState


def made(word: str, *, completed: int = 0, failed: int = 0) -> Batch:
    counts = {"total": completed + failed, "completed": completed, "failed": failed}
    return Batch.model_validate({"id": "batch_1", "status": word, "request_counts": counts})


@pytest.mark.parametrize(
    ("batch", "word", "sign"),
    [
        (made("in_progress", completed=1), "running", "●"),
        (made("completed", completed=2), "done", "✓"),
        (made("completed", completed=1, failed=1), "! done", "!"),
        (made("completed", failed=2), "! done", "✗"),
        (made("expired"), "expired", "◌"),
    ],
)
def test_a_batch_has_one_name_in_the_app_and_in_a_terminal(
    batch: Batch, word: str, sign: str
) -> None:
    assert signed(batch) == word
    assert look(batch)[:2] == (sign, word.removeprefix("! "))


def test_what_people_read_may_be_asked_for() -> None:
    for each in status.ACTIVE | status.TERMINAL:
        assert status.normal_status(status.status_word(each)) == each
    assert JobState.INCOMPLETE.word == "done"
    assert JobState.STOPPED.word == "stopped"


def test_no_results_is_a_sentence_for_every_status() -> None:
    assert no_results(made("failed")) == "batch_1 failed: the server ran no request of it"
    assert no_results(made("in_progress")) == "batch_1 is running and has no results yet"
    assert no_results(made("completed")) == "batch_1 is done and has no results"
    assert no_results(made("cancelled")) == "batch_1 was cancelled and has no results"
