from __future__ import annotations

import pytest

from batchtui.jsonl.progress import Cancelled, Progress, Steps, run


def counting(closed: list[bool]) -> Steps[str]:
    try:
        for done in range(1, 4):
            yield Progress(done, 3)
    finally:
        closed.append(True)
    return "result"


def test_run_reports_each_step_and_returns_the_result() -> None:
    seen: list[Progress] = []
    assert run(counting([]), seen.append) == "result"
    assert [progress.fraction for progress in seen] == [1 / 3, 2 / 3, 1.0]


def test_cancel_closes_the_work() -> None:
    closed: list[bool] = []
    answers = iter([False, True])
    with pytest.raises(Cancelled):
        run(counting(closed), is_cancelled=lambda: next(answers))
    assert closed == [True]


def test_an_error_in_the_report_closes_the_work() -> None:
    closed: list[bool] = []

    def fail(progress: Progress) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(counting(closed), fail)
    assert closed == [True]


def test_fractions_stay_within_one() -> None:
    assert Progress(0, 0).fraction == 1.0
    assert Progress(9, 3).fraction == 1.0
