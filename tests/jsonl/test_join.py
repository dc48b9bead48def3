from __future__ import annotations

import random
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchtui.errors import InputError
from batchtui.jsonl import ids as ids_module
from batchtui.jsonl import lines as lines_module
from batchtui.jsonl.answers import check_json_answers, wants_json
from batchtui.jsonl.ids import NO_ID, IdTable
from batchtui.jsonl.join import join
from batchtui.jsonl.joined import Joined
from batchtui.jsonl.outcomes import ANSWERED, NOT_ANSWERED, Outcome, without_line
from batchtui.jsonl.progress import Cancelled, run
from batchtui.jsonl.results import read_result
from batchtui.jsonl.write import merge_in_input_order
from tests.jsonl.support import choice, encode, request, result, write


def joined_of(folder: Path, requests: list[Any] | None, *outputs: list[Any]) -> Joined:
    source = None if requests is None else write(folder / "in.jsonl", requests)
    paths = [write(folder / f"out{n}.jsonl", lines) for n, lines in enumerate(outputs)]
    return run(join(source, paths))


def failed(custom_id: str) -> dict[str, Any]:
    return result(custom_id, status_code=500, body={"error": {"message": "Oops"}})


def test_input_order_and_audit(tmp_path: Path) -> None:
    expired = result("d", response=None, error={"code": "batch_expired", "message": "Late"})
    with joined_of(
        tmp_path,
        [request(each) for each in "abcde"],
        [result("c"), result("a"), result("a"), result("z"), b"broken", b""],
        [failed("b"), expired],
    ) as joined:
        assert [record.custom_id for record in joined.records()] == list("abcde")
        assert [record.outcome for record in joined.records()] == [
            Outcome.OK,
            Outcome.FAILED,
            Outcome.OK,
            Outcome.EXPIRED,
            Outcome.MISSING,
        ]
        audit = joined.audit
        assert (audit.submitted, audit.answered, audit.ok, audit.failed, audit.missing) == (
            5,
            4,
            2,
            2,
            1,
        )
        assert (audit.duplicate, audit.unknown, audit.unreadable) == (1, 1, 1)
        assert audit.result_lines == 7
        assert not audit.is_complete
        assert len(list(joined.extras())) == 3
        assert list(joined.indices(NOT_ANSWERED)) == [1, 3, 4]
        record = joined.record(1)
        assert record.line == 2
        assert record.request is not None
        assert record.result is not None
        assert record.result.path.name == "out1.jsonl"
        assert joined.read_request(1) == encode(request("b"))
        assert joined.read_result(1) == encode(failed("b"))
        assert joined.read_result(4) is None
        with pytest.raises(IndexError):
            joined.record(5)


def test_blank_lines_are_no_records_and_count_as_lines(tmp_path: Path) -> None:
    lines = [b"", request("a"), b" ", b"", request("b"), b"not JSON"]
    with joined_of(tmp_path, lines, [result("b")]) as joined:
        assert [(each.custom_id, each.line) for each in joined.records()] == [
            ("a", 2),
            ("b", 5),
            (None, 6),
        ]
        assert joined.audit.missing == 2


def test_without_input_the_results_are_the_records(tmp_path: Path) -> None:
    outputs: list[list[Any]] = [
        [result("b"), result("a"), b"x", result("b")],
        [failed("a"), failed("c")],
    ]
    with joined_of(tmp_path, None, *outputs) as joined:
        assert [each.custom_id for each in joined.records()] == ["b", "a", "c"]
        assert [each.line for each in joined.records()] == [None] * 3
        audit = joined.audit
        assert (audit.submitted, audit.ok, audit.failed, audit.duplicate) == (3, 2, 1, 2)
        assert joined.read_request(0) is None


def test_a_later_success_takes_the_place_of_a_failure(tmp_path: Path) -> None:
    with joined_of(tmp_path, [request("a")], [failed("a")], [result("a"), failed("a")]) as joined:
        assert joined.counts == {Outcome.OK: 1}
        assert joined.audit.duplicate == 2
        assert [each.path.name for each in joined.extras()] == ["out0.jsonl", "out1.jsonl"]


def test_of_several_attempts_the_best_answer_is_taken(tmp_path: Path) -> None:
    short = [choice("sho", finish_reason="length")]
    first = [result("a"), failed("b"), failed("c"), result("d", body={"choices": short})]
    second = [failed("a"), result("b"), failed("c"), result("d", body={"choices": short})]
    paths = [
        write(tmp_path / "0.jsonl", first),
        write(tmp_path / "1.jsonl", [*second, b"x"]),
    ]
    source = write(tmp_path / "in.jsonl", [request(each) for each in "abcde"])
    with run(join(source, paths, attempts=[1, 2])) as joined:
        assert [joined.outcome(at) for at in range(5)] == [
            Outcome.OK,
            Outcome.OK,
            Outcome.FAILED,
            Outcome.TRUNCATED,
            Outcome.MISSING,
        ]
        places = [joined.result_place(at) for at in range(4)]
        assert [each.path.name for each in places if each] == [
            "0.jsonl",
            "1.jsonl",
            "1.jsonl",
            "1.jsonl",
        ]
        audit = joined.audit
        assert (audit.superseded, audit.duplicate, audit.unreadable) == (4, 0, 1)
        extra = audit.duplicate + audit.unknown + audit.unreadable + audit.superseded
        assert audit.result_lines == audit.answered + extra == 9


def test_requests_with_one_id_take_its_results_in_turn(tmp_path: Path) -> None:
    requests = [request("a"), request("b"), request("a"), request("a")]
    outputs = [result("a"), failed("a"), result("a"), result("a"), result("b")]
    with joined_of(tmp_path, requests, outputs) as joined:
        assert [str(each.outcome) for each in joined.records()] == ["ok", "ok", "failed", "ok"]
        assert joined.audit.duplicate == 1
    with joined_of(tmp_path, requests, outputs[:1]) as joined:
        assert joined.counts == {Outcome.OK: 1, Outcome.MISSING: 3}


def test_requests_without_a_line_are_what_became_of_their_batch(tmp_path: Path) -> None:
    assert [without_line(each) for each in ("completed", "cancelled", "expired")] == [
        Outcome.MISSING,
        Outcome.CANCELLED,
        Outcome.EXPIRED,
    ]
    requests, outputs = [request("a"), request("b"), request("c")], [result("b")]
    before = tmp_path / "as_missing"
    before.mkdir()
    with joined_of(before, requests, outputs) as joined:
        missing = joined.audit
    source, output = before / "in.jsonl", before / "out0.jsonl"
    with run(join(source, [output], without_line=Outcome.CANCELLED)) as joined:
        assert [each.outcome for each in joined.records()] == [
            Outcome.CANCELLED,
            Outcome.OK,
            Outcome.CANCELLED,
        ]
        assert joined.audit == missing, "the sums are of lines, whatever they are called"
        assert run(merge_in_input_order(joined, tmp_path / "all.jsonl")) == 1


def test_ids_in_any_spelling_meet(tmp_path: Path) -> None:
    spelled = encode(request("ab")).replace(b"ab", b"a\\u0062")
    order = b'{"body": {"custom_id": "no"}, "url": "/v1/x", "custom_id": "c"}'
    marked = b"\xef\xbb\xbf" + encode(request("\u00fc"))
    with joined_of(
        tmp_path, [marked, spelled, order], [result("ab"), result("c"), result("\u00fc")]
    ) as joined:
        assert joined.audit.is_complete
        assert [each.custom_id for each in joined.records()] == ["\u00fc", "ab", "c"]


def test_json_answers_are_looked_at_where_json_was_asked_for(tmp_path: Path) -> None:
    wanted = {"model": "m", "messages": [], "response_format": {"type": "json_object"}}
    responses = {"model": "m", "input": "json_", "text": {"format": {"type": "json_schema"}}}
    requests = [
        request("a", body=wanted),
        request("b", body=wanted),
        request("c"),
        request("d", body=responses),
    ]
    outputs = [result(each) for each in "acd"]
    outputs.append(result("b", body={"choices": [choice('{"a": 1}')]}))
    assert [wants_json(encode(each)) for each in requests] == [True, True, False, True]
    with joined_of(tmp_path, requests, outputs) as joined:
        assert joined.counts == {Outcome.OK: 4}
        assert run(check_json_answers(joined)) == 2
        assert joined.counts == {Outcome.OK: 2, Outcome.INVALID_JSON: 2}
        assert joined.audit.ok == 4


def test_a_result_line_too_long_to_be_held_keeps_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines_module, "LINE_LIMIT_BYTES", 600_000)
    long = result("b", body={"choices": [choice("x" * 900_000)]})
    with joined_of(tmp_path, [request("a"), request("b")], [long, result("a")]) as joined:
        assert [str(each.outcome) for each in joined.records()] == ["ok", "unreadable"]
        assert joined.read_result(1) == encode(long)


def test_missing_files_and_cancel_leave_nothing_open(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", [request(str(n)) for n in range(9000)])
    with pytest.raises(InputError, match="No such file"):
        run(join(path, [tmp_path / "missing"]))
    asked = iter([False, False, True])
    with pytest.raises(Cancelled):
        run(join(path, [path]), is_cancelled=lambda: next(asked))


IDS = st.sampled_from(["a", "b", "c", "d", "\u00fc", 'q"', "\ud800", "x" * 600])
REQUEST_LINES = st.one_of(
    st.builds(lambda custom_id: encode(request(custom_id)), IDS),
    st.sampled_from([b"", b"  ", b"{", b'{"custom_id": 3}', b'{"url": "x", "custom_id": "a"}']),
)
RESULT_LINES = st.one_of(
    st.builds(lambda custom_id: encode(result(custom_id)), IDS),
    st.builds(lambda custom_id: encode(failed(custom_id)), IDS),
    st.builds(lambda custom_id, cut: encode(result(custom_id))[:cut], IDS, st.integers(0, 80)),
    st.sampled_from([b"", b"\r", b"{}", b"\xff"]),
)


@given(
    st.none() | st.lists(REQUEST_LINES, max_size=10),
    st.lists(st.lists(RESULT_LINES, max_size=10), max_size=3),
    st.integers(1, 500),
)
@settings(deadline=None, max_examples=200)
def test_join_never_loses_or_invents_an_id(
    requests: list[bytes] | None, outputs: list[list[bytes]], chunk_bytes: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines_module, "CHUNK_BYTES", chunk_bytes)
        with joined_of(Path(folder), requests, *outputs) as joined:
            results = [line for output in outputs for line in output if line.strip()]
            used = [joined.read_result(index) for index in range(len(joined))]
            extra = [path.read_bytes()[at : at + size] for path, at, size in joined.extras()]
            # Every result line is somewhere, once.
            assert Counter(line for line in used if line is not None) + Counter(extra) == (
                Counter(results)
            )
            if requests is not None:
                asked = [line for line in requests if line.strip()]
                assert [joined.read_request(index) for index in range(len(joined))] == asked
            for record in joined.records():
                line = joined.read_result(record.index)
                if line is None:
                    assert record.outcome is Outcome.MISSING
                    continue
                answer = read_result(line)
                assert record.outcome is answer.outcome
                assert answer.custom_id in (record.custom_id, None)
            audit = joined.audit
            assert audit.submitted == audit.answered + audit.missing
            assert audit.answered == audit.ok + audit.failed
            assert audit.result_lines == len(results)
            assert audit.result_lines == (
                audit.answered + audit.duplicate + audit.unknown + audit.unreadable
            )
            assert audit.ok == len(joined.indices(ANSWERED))


@given(st.lists(st.one_of(st.none(), st.binary(max_size=2)), max_size=80))
def test_the_table_numbers_ids_as_a_dictionary_would(custom_ids: list[bytes | None]) -> None:
    table = IdTable()
    first: dict[bytes, int] = {}
    for start in range(0, len(custom_ids), 7):
        some = custom_ids[start : start + 7]
        expected = [
            NO_ID if each is None else first.setdefault(each, start + at)
            for at, each in enumerate(some)
        ]
        assert table.extend(some) == expected
    assert table.find(custom_ids) == [NO_ID if each is None else first[each] for each in custom_ids]
    assert table.find([b"not there", None]) == [NO_ID, NO_ID]


def test_the_table_grows_and_stands_a_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids_module, "hash", lambda value: int(value) % 7 * 1024, raising=False)
    table = IdTable()
    names = [b"%d" % n for n in range(7)]
    assert table.extend(names) == list(range(7))
    monkeypatch.undo()
    table = IdTable()
    names = [b"%d" % n for n in range(20_000)]
    random.Random(0).shuffle(names)
    assert table.extend(names) == list(range(20_000))
    assert table.find(names) == list(range(20_000))


def test_merge_is_in_input_order(tmp_path: Path) -> None:
    requests = [request(each) for each in "abcd"]
    outputs = [[result("c"), result("a"), result("z")], [failed("b")]]
    out = tmp_path / "merged.jsonl"
    with joined_of(tmp_path, requests, *outputs) as joined:
        assert run(merge_in_input_order(joined, out)) == 3
    merged = out.read_bytes().splitlines()
    assert merged == [encode(result("a")), encode(failed("b")), encode(result("c"))]
