"""Filters and searches find what a slow and obvious reading of every line finds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from batchtui.jsonl.join import join
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.progress import run
from batchtui.jsonl.results import read_result
from batchtui.jsonl.source import Source
from batchtui.tui.viewer.groups import grouped
from batchtui.tui.viewer.hits import Hits
from batchtui.tui.viewer.joined_records import JoinedRecords
from batchtui.tui.viewer.matching import find_id, matching
from batchtui.tui.viewer.opening import kind_of
from batchtui.tui.viewer.records import FileRecords, Records
from batchtui.tui.viewer.searching import search
from batchtui.workflows.where import Where, parse_where
from tests.tui.viewer_support import TOO_LONG, write_batch

TYPED = (
    "outcome:failed",
    "outcome:!ok",
    "outcome:truncated customer",
    "code:context_length_exceeded",
    "code:batch_expired,nothing",
    "id:t-003",
    "請求書",
    "outcome:ok re:t-00[12]\\d",
    "BILLING",
    "billing",
    "absent",
)


def opened(path: Path) -> FileRecords:
    source = Source.open(path)
    records = FileRecords(source, kind_of(source))
    run(records.index.extend())
    if records.survey is not None:
        run(records.survey.extend())
    return records


def matched(records: Records, typed: str) -> list[int]:
    found: list[int] = []
    run(matching(records, parse_where(typed), found.append))
    return found


def holds(where: Where, lines: list[str], outcome: Outcome) -> bool:
    """The obvious reading. `lines`: the request, the result; either may be missing."""
    import re

    last = lines[-1]
    if where.outcomes is not None and outcome not in where.outcomes:
        return False
    if where.codes is not None and read_result(last.encode()).code not in where.codes:
        return False
    if where.custom_id and where.custom_id not in json.loads(last)["custom_id"]:
        return False
    if not where.text:
        return True
    flags = re.IGNORECASE if where.text == where.text.lower() else 0
    pattern = where.text if where.is_regex else re.escape(where.text)
    return any(re.search(pattern, line, flags) for line in lines)


@pytest.mark.parametrize("typed", TYPED)
def test_in_a_file_of_results(tmp_path: Path, typed: str) -> None:
    _, output, errors = write_batch(tmp_path)
    both = tmp_path / "both.jsonl"
    both.write_bytes(output.read_bytes() + errors.read_bytes())
    records = opened(both)
    where = parse_where(typed)
    expected = [
        number
        for number, line in enumerate(both.read_text().splitlines())
        if holds(where, [line], read_result(line.encode()).outcome)
    ]
    assert matched(records, typed) == expected
    records.close()


@pytest.mark.parametrize("typed", TYPED)
def test_in_the_joined_files_of_a_batch(tmp_path: Path, typed: str) -> None:
    request, output, errors = write_batch(tmp_path)
    joined = run(join(request, [output, errors]))
    records = JoinedRecords(joined)
    results = {
        json.loads(line)["custom_id"]: line
        for path in (output, errors)
        for line in path.read_text().splitlines()
    }
    where = parse_where(typed)
    expected = []
    for number, line in enumerate(request.read_text().splitlines()):
        result = results.get(json.loads(line)["custom_id"])
        lines = [line] if result is None else [line, result]
        outcome = Outcome.MISSING if result is None else read_result(result.encode()).outcome
        if holds(where, lines, outcome):
            expected.append(number)
    assert matched(records, typed) == expected
    records.close()


def test_in_a_file_of_requests(tmp_path: Path) -> None:
    records = opened(write_batch(tmp_path)[0])
    assert matched(records, "id:t-0040") == [39]
    assert len(matched(records, "Zürich")) == 13
    assert run(find_id(records, "t-0007")) == 6
    assert run(find_id(records, "-0007")) == 6
    assert run(find_id(records, "nobody")) is None
    records.close()


def test_the_very_id_is_preferred_to_one_that_contains_it(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    ids = ("a-10", "a-1", "a-11")
    path.write_text("".join(f'{{"custom_id": "{each}", "body": {{}}}}\n' for each in ids))
    records = opened(path)
    assert run(find_id(records, "a-1")) == 1
    records.close()


def test_a_search_tells_the_first_hit_from_the_cursor_on(tmp_path: Path) -> None:
    request, output, errors = write_batch(tmp_path)
    expected = [number for number in range(40) if number % 3 == 1]
    for records in (opened(request), JoinedRecords(run(join(request, [output, errors])))):
        for start, first in ((0, 1), (2, 4), (38, 1)):
            hits = Hits(start)
            told: list[int] = []
            run(search(records, Where(text="🎉"), hits, lambda _: True, told.append))
            assert told == [first]
            assert sorted([*hits.before, *hits.after]) == expected
            assert hits.is_complete
        records.close()


def test_errors_are_grouped_by_what_they_say(tmp_path: Path) -> None:
    request, output, errors = write_batch(tmp_path)
    records = JoinedRecords(run(join(request, [output, errors])))
    every, *rest = run(grouped(records))
    assert (every.name, len(every.numbers)) == ("outcome:!ok", 16)
    assert list(every.numbers) == matched(records, every.name)
    groups = {group.code or str(group.outcome): group for group in rest}
    assert list(groups["context_length_exceeded"].numbers) == [2, 12, 22, 32]
    assert groups["context_length_exceeded"].message == TOO_LONG
    assert list(groups["missing"].numbers) == [6, 16, 26, 36]
    assert list(groups["length"].numbers) == [4, 14, 24, 34]
    records.close()


def test_messages_that_differ_in_numbers_and_names_are_one_group(tmp_path: Path) -> None:
    path = tmp_path / "err.jsonl"
    lines = [
        {"custom_id": f"r{n}", "error": {"code": "c", "message": f"key 'k{n}' used {n} of 9 times"}}
        for n in range(20)
    ]
    path.write_text("".join(json.dumps({**line, "response": None}) + "\n" for line in lines))
    records = opened(path)
    groups = run(grouped(records))
    assert [len(group.numbers) for group in groups] == [20]
    records.close()


def test_errors_of_one_code_and_two_statuses_are_two_groups(tmp_path: Path) -> None:
    path = tmp_path / "err.jsonl"
    error = {"error": {"type": "invalid_request_error", "message": "failed"}}
    lines = [
        {"custom_id": f"r{n}", "response": {"status_code": 400 + 29 * (n % 2), "body": error}}
        for n in range(6)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    records = opened(path)
    _, *rest = run(grouped(records))
    groups = {group.status: group for group in rest}
    assert {status: list(group.numbers) for status, group in groups.items()} == {
        400: [0, 2, 4],
        429: [1, 3, 5],
    }
    assert groups[429].name == "errors:429 invalid_request_error"
    assert matched(records, "status:429 code:invalid_request_error") == [1, 3, 5]
    records.close()
