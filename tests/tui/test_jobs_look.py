"""A job as cells and lines: pure functions."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from batchtui.tui.jobs import look
from batchtui.tui.jobs.detail import _estimate
from batchtui.workflows.jobs.records import Estimate

if TYPE_CHECKING:
    from batchtui.workflows.jobs.view import JobView


def test_a_bar_is_full_only_when_all_is_answered() -> None:
    def drawn(answered: int, failed: int) -> str:
        view = SimpleNamespace(answered=answered, failed=failed, total=20, pending=0)
        return "".join(text for text, _ in look.answered_cell(cast("JobView", view)))

    assert drawn(18, 2) == "██████░     18/20"
    assert drawn(20, 0) == "███████     20/20"


def test_an_estimate_below_a_cent_is_told_once() -> None:
    estimate = Estimate(200, low_usd=0.001, high_usd=0.002, is_batch_price=True)
    assert _estimate(estimate) == ("200 tokens in, <1c", "batch price")
