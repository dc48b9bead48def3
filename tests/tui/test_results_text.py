"""What the results of a finished batch say together, as lines that lead to the records."""

from __future__ import annotations

from pathlib import Path

from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.progress import run
from batchtui.jsonl.summary import Summary, summarize
from batchtui.tui.opens import Entry, ToResults, ToSummary, does
from batchtui.tui.results_text import result_entries, where_of
from batchtui.tui.summaries import Found
from batchtui.tui.widgets.spans import spans
from batchtui.workflows.view import chosen
from batchtui.workflows.where import Where
from tests.jsonl.support import choice, result, write
from tests.tui.support import make_batch

COUNTS = {"total": 100, "completed": 60, "failed": 30}


def entries(summary: Summary | None = None, **found: object) -> list[Entry]:
    batch = make_batch(1, request_counts=COUNTS, output_file_id="file-out")
    return list(result_entries(batch, Found(summary, **found)))  # type: ignore[arg-type]


def text(entry: Entry) -> str:
    return "".join(text for text, _ in spans(entry.cell))


def summary_of(tmp_path: Path, lines: list[object]) -> Summary:
    return run(summarize([write(tmp_path / "out", lines)]))


def answered(tokens: int, reason: str = "stop") -> object:
    usage = {"prompt_tokens": 100, "completion_tokens": tokens}
    return result(body={"model": "m", "choices": [choice("Hi", reason)], "usage": usage})


def failed(code: str | None, message: str, status: int = 400) -> object:
    return result(status_code=status, body={"error": {"code": code, "message": message}})


def test_outcomes_come_from_the_files_where_they_were_read(tmp_path: Path) -> None:
    assert [text(each)[:26].rstrip() for each in entries()] == [
        "✓ ok               60  60.",
        "✗ failed           30  30.",
        "? no answer        10  10.",
    ]
    summary = summary_of(tmp_path, [answered(5)] * 50 + [answered(9, "length")] * 25)
    lines = entries(summary)
    assert [text(each)[:11].rstrip() for each in lines[:3]] == [
        "✓ ok",
        "✂ truncated",
        "? no answer",
    ]
    assert lines[1].opens == ToResults(Where(outcomes=frozenset({Outcome.TRUNCATED})))
    assert does(lines[1].opens) == "Enter lists these requests"


def test_tokens_and_finish_reasons_are_small_histograms(tmp_path: Path) -> None:
    lines = [answered(number) for number in range(1, 61)]
    lines += [answered(60, "length") for _ in range(20)]
    shown = [text(each) for each in entries(summary_of(tmp_path, lines))]
    assert "tokens in   8,000   100 each" in shown
    (spread,) = [each for each in shown if each.startswith("tokens out")]
    assert spread.startswith("tokens out  3,030   1 ")
    assert spread.endswith("█ 60   median 43, 95% up to 60")
    assert "finish      stop 60 ███████   length 20 ██" in shown


def test_errors_lead_to_the_records_that_have_them(tmp_path: Path) -> None:
    lines = [failed("rate_limit", f"wait {number} seconds, please") for number in range(9)]
    lines += [failed("rate_limit", "come back tomorrow"), failed(None, "oops")]
    found = entries(summary_of(tmp_path, lines))[-3:]
    assert text(found[0]) == "        9  400  rate_limit  wait 0 seconds, please"
    outcomes = frozenset({Outcome.FAILED})
    codes = frozenset({"rate_limit"})
    assert found[0].opens == ToResults(Where(outcomes, codes, text="seconds, please"))
    assert found[1].opens == ToResults(Where(outcomes, codes, text="come back tomorrow"))
    assert text(found[2]) == "        1  400  failed      oops"
    assert found[2].opens == ToResults(Where(outcomes, frozenset({"400"})))


def test_errors_of_one_code_are_told_apart_by_their_status(tmp_path: Path) -> None:
    lines = [failed("invalid", f"failed with status {s}", s) for s in (400, 429) for _ in range(6)]
    lines += [failed(None, "gone"), failed(None, "gone", 404), failed(None, "gone far", 404)]
    lines += [failed(None, 'no "x" é', 404), failed(None, 'no "y" é, or 5', 404)]
    lines += [failed(None, "gone"), failed(None, "gone for 5", 404), failed("invalid", "x", 0)]
    path = write(tmp_path / "out", lines)
    summary = run(summarize([path]))
    shown = [text(each) for each in entries(summary)]
    assert "        6  400  invalid  failed with status 400" in shown
    assert "        6  429  invalid  failed with status 429" in shown
    found = [list(chosen(path, where_of(kind, summary))) for kind in summary.errors]
    assert [len(each) for each in found] == [kind.count for kind in summary.errors]
    assert sorted(line.number for each in found for line in each) == list(range(1, len(lines) + 1))


def test_many_kinds_of_errors_are_the_most_frequent_ones(tmp_path: Path) -> None:
    lines = [failed(f"code{chr(97 + number)}", "x") for number in range(12) for _ in range(number)]
    shown = [text(each) for each in entries(summary_of(tmp_path, lines))]
    assert "errors      the 8 most frequent of 11" in shown
    assert shown[-8].split() == ["11", "400", "codel", "x"]


def test_what_is_not_read_yet_is_offered() -> None:
    offered = entries(words="the results have 2 GB: Enter here sums them up", is_offered=True)[-1]
    assert "the results have 2 GB" in text(offered)
    assert offered.opens == ToSummary()
    assert entries(words="summing up, 40%")[-1].opens is None
    running = make_batch(1, "in_progress", request_counts=COUNTS)
    assert list(result_entries(running, None)) == []
