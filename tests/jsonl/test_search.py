from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchtui.errors import InputError
from batchtui.jsonl import expressions
from batchtui.jsonl import search as search_module
from batchtui.jsonl.fastest import finder
from batchtui.jsonl.matchers import Case, matcher
from batchtui.jsonl.progress import Cancelled, run
from batchtui.jsonl.search import Hits, find_all, find_next, find_previous
from batchtui.jsonl.source import GZIP_MAGIC, Source

OpenSource = Callable[[bytes], Source]


@pytest.fixture(params=["stringzilla", "Python"], autouse=True)
def engine(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test twice: with what finds bytes where it is installed, and with what always is."""
    finder.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "Python":
            patch.setitem(sys.modules, "stringzilla", None)
        assert (finder()[0] is bytes.find) == (request.param == "Python")
        yield
    finder.cache_clear()


@pytest.fixture(params=["with its tree", "without"])
def without_tree(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test twice: once as if Python's tree of an expression could not be read."""
    if request.param == "without":
        monkeypatch.setattr(expressions, "tree_of", lambda *_: None)


def found(
    source: Source, text: str, *, is_regex: bool = False, case: Case = "smart"
) -> list[bytes]:
    with closing(matcher(text, is_regex=is_regex, case=case)) as wanted:
        hits = run(find_all(source, wanted))
    assert hits.complete
    assert hits.count == len(hits)
    return [source.read(*hits[at]) for at in range(len(hits))]


@pytest.mark.parametrize(
    "text",
    ["\u00e9", "\u00c9", '"', "\\", "a\nb", "\U0001f600", "caf\u00e9 au lait", "\u6771\u4eac"],
)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_text_is_found_however_json_spells_it(
    open_source: OpenSource, text: str, ascii_only: bool
) -> None:
    spelled = json.dumps(text, ensure_ascii=ascii_only)[1:-1].encode()
    upper = spelled.replace(b"\\u", b"\0").upper().replace(b"\0", b"\\u") if ascii_only else spelled
    source = open_source(b"<" + spelled + b">")
    assert found(source, text, case="sensitive") == [spelled]
    if text.isupper() or not text.isascii():
        assert len(found(open_source(b"<" + upper + b">"), text)) == 1


def test_smart_case(open_source: OpenSource) -> None:
    source = open_source(b"Error error ERROR \xc3\x89cole \\u00e9cole \\u00C9COLE")
    assert found(source, "error") == [b"Error", b"error", b"ERROR"]
    assert found(source, "Error") == [b"Error"]
    assert found(source, "error", case="sensitive") == [b"error"]
    assert len(found(source, "\u00e9cole")) == 3


def test_smart_case_of_an_expression(open_source: OpenSource) -> None:
    source = open_source(b"Error\nerror\nERROR S\n")
    assert len(found(source, "e+r", is_regex=True)) == 3
    assert len(found(source, "E+R", is_regex=True)) == 1
    assert len(found(source, r"\Srror\S?", is_regex=True)) == 3
    assert len(found(source, r"(?i)E\S+", is_regex=True)) == 3


def test_an_expression_finds_whole_lines_and_stays_within_them(open_source: OpenSource) -> None:
    source = open_source(b"aXb\ncXd\r\n\nX")
    every = [b"aXb", b"cXd\r", b"X"]
    assert found(source, "[^q]+", is_regex=True) == every
    assert found(source, "^.", is_regex=True) == every
    assert found(source, "[dX]$", is_regex=True) == every[1:]
    assert found(source, "x{1,}", is_regex=True) == every
    assert found(source, r"b\s", is_regex=True) == []
    assert found(source, "^$", is_regex=True) == [b""]


@pytest.mark.parametrize(
    ("pattern", "hits"),
    [
        (r"needle_\w+_end", 1),
        (r"needle.*hay", 1),
        (r"hay.*needle", 0),
        (r".*a.*of hay", 1),
        (r"(needle|pin)", 1),
        (r"pin|hay$", 2),
        (r"need?l?e", 1),
        (r"\x6eeedle", 1),
        (r"hayy*", 2),
        (r"(?:needle_){2}", 0),
        (r"(?=.*hay)(?=.*needle)", 1),
    ],
)
def test_expressions_with_a_plain_part(
    open_source: OpenSource, pattern: str, hits: int, without_tree: None
) -> None:
    source = open_source(b"hay\na needle_in_the_end of hay\n")
    assert len(found(source, pattern, is_regex=True, case="sensitive")) == hits


@pytest.mark.parametrize("pattern", ["(", "a{9999999999999}", "[a", "*", "(?P<x"])
def test_no_expression(pattern: str) -> None:
    with pytest.raises(InputError, match="not a regular expression"):
        matcher(pattern, is_regex=True)


def test_nothing_to_search_for() -> None:
    with pytest.raises(InputError, match="nothing to search for"):
        matcher("")


CONTENTS = st.text("ab\n", max_size=80).map(str.encode) | st.binary(max_size=40)
CONTENTS = CONTENTS.filter(lambda content: not content.startswith(GZIP_MAGIC))


@given(
    CONTENTS,
    st.sampled_from(["a", "ab", "aa", "aba", "b\n", "ba"]),
    st.integers(4, 12),
    st.integers(0, 90),
)
@settings(deadline=None)
def test_texts_are_found_across_windows_in_both_directions(
    content: bytes, text: str, window_bytes: int, offset: int
) -> None:
    expected = [at.start() for at in re.finditer(re.escape(text.encode()), content)]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_module, "WINDOW_BYTES", window_bytes)
        path = Path(folder) / "file"
        path.write_bytes(content)
        wanted = matcher(text, case="sensitive")
        every = [at for at in range(len(content)) if content.startswith(text.encode(), at)]
        with Source.open(path) as source:
            hits = run(find_all(source, wanted))
            assert list(hits.offsets) == expected
            following = run(find_next(source, wanted, offset))
            assert (following.offset if following else None) == next(
                (at for at in every if at >= offset), None
            )
            previous = run(find_previous(source, wanted, offset))
            if previous is None:
                assert not [at for at in every if at < offset]
            else:
                assert previous.offset in every
                assert previous.offset < offset
                # Overlapping hits count once, so an earlier one may hide the very last.
                assert not [at for at in every if previous.offset + len(text) <= at < offset]


@given(CONTENTS, st.sampled_from(["a+", "b", "^ab", "a.*b", "[^a]+$"]), st.integers(1, 12))
@settings(deadline=None)
def test_expressions_are_found_across_windows_in_both_directions(
    content: bytes, pattern: str, window_bytes: int
) -> None:
    expected = []
    start = 0
    for line in content.split(b"\n"):
        if re.search(pattern.encode(), line.removesuffix(b"\r")):
            expected.append((start, len(line)))
        start += len(line) + 1
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_module, "LINES_WINDOW_BYTES", window_bytes)
        patch.setattr("sys.executable", "")
        path = Path(folder) / "file"
        path.write_bytes(content)
        wanted = matcher(pattern, is_regex=True, case="sensitive")
        with Source.open(path) as source:
            hits = run(find_all(source, wanted))
            assert list(zip(hits.offsets, hits.lengths, strict=True)) == expected
            for offset in range(len(content) + 1):
                after = [each for each in expected if each[0] >= offset]
                before = [each for each in expected if each[0] < offset]
                assert run(find_next(source, wanted, offset)) == (after[0] if after else None)
                assert run(find_previous(source, wanted, offset)) == (
                    before[-1] if before else None
                )


def test_hits_are_there_while_the_search_runs_and_when_it_is_cancelled(
    open_source: OpenSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "WINDOW_BYTES", 10)
    source = open_source(b"needle" + b"x" * 100)
    hits = Hits()
    asked = iter([False, False, True])
    with pytest.raises(Cancelled):
        run(find_all(source, matcher("needle"), hits), is_cancelled=lambda: next(asked))
    assert (hits.count, hits.complete) == (1, False)


def test_more_hits_than_are_kept_are_counted(
    open_source: OpenSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "KEPT_HITS", 3)
    hits = run(find_all(open_source(b"a" * 10), matcher("a")))
    assert (hits.count, len(hits)) == (10, 3)
