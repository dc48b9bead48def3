"""How text from outside becomes rows: nothing is lost, nothing is wider than its room, all safe."""

from __future__ import annotations

import json
import re

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style

from batchtui.tui.viewer.highlight import highlighted
from batchtui.tui.viewer.hits import Hits
from batchtui.tui.viewer.in_view import TextHighlight
from batchtui.tui.viewer.json_tokens import coloured, tokens
from batchtui.tui.viewer.json_tree import Tree, folded_at_first, parsed, unescaped
from batchtui.tui.viewer.record_content import RecordContent
from batchtui.tui.viewer.records import Piece
from batchtui.tui.viewer.text import cells, chopped, decoded, safe, wrapped

ANY_TEXT = st.text(st.characters(codec=None), max_size=60)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=20,
)
UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufe00-\ufe0f\ufeff\ud800-\udfff]"
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY_TEXT, st.integers(2, 30))
def test_wrapped_text_fits_and_is_safe(text: str, width: int) -> None:
    rows = wrapped(text, width)
    assert rows
    assert all(cells(row) <= width for row in rows)
    assert not UNSAFE.search("".join(rows))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.sampled_from("ab 請😀é"), max_size=80), st.integers(4, 20))
def test_wrapping_loses_only_the_spaces_it_breaks_at(text: str, width: int) -> None:
    rows = wrapped(text, width)
    assert "".join(rows).replace(" ", "") == text.replace(" ", "")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ANY_TEXT, max_size=4), st.integers(2, 20))
def test_chopped_pieces_fit_and_lose_nothing(texts: list[str], width: int) -> None:
    pieces = [(safe(text), "") for text in texts]
    rows = chopped(pieces, width)  # type: ignore[arg-type]
    joined = "".join(text for row in rows for text, _ in row)
    assert joined == "".join(text for text, _ in pieces)
    assert all(sum(cells(text) for text, _ in row) <= width for row in rows)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=60))
def test_any_bytes_are_decoded(data: bytes) -> None:
    assert not UNSAFE.search(safe(decoded(data)))


def test_a_character_cut_at_the_end_is_left_out() -> None:
    data = "naïve é".encode()
    assert decoded(data[:-1], is_cut=True) == "naïve "
    assert decoded(data[:-1]) == "naïve \\xc3"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY_TEXT)
def test_tokens_are_the_whole_text_in_order(text: str) -> None:
    position = 0
    for _, start, end in tokens(text):
        assert start == position
        assert end > start
        position = end
    assert position == len(text)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON)
def test_coloured_json_is_the_same_text(value: object) -> None:
    text = json.dumps(value)
    assert "".join(piece for piece, _ in coloured(text)) == safe(text)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=30))
def test_unescaped_agrees_with_the_parser(text: str) -> None:
    for quoted in (json.dumps(text), json.dumps(text, ensure_ascii=False)):
        assert unescaped(quoted[1:-1]) == json.loads(quoted)


def test_a_wrong_escape_stays_as_it_is() -> None:
    assert unescaped(r"a\q \u12 \ud83d x") == "a\\q \\u12 \ud83d x"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON)
@example([float("-inf")])
def test_a_tree_has_every_value_with_its_path(value: object) -> None:
    tree = parsed(json.dumps(value))
    assert [tree.plain(n) for n, node in enumerate(tree.nodes) if node.kind == "string"] == [
        text for text in _scalars(value) if isinstance(text, str)
    ]
    for number, node in enumerate(tree.nodes):
        found = json.loads(tree.raw(number))
        if node.parent >= 0:
            outer = json.loads(tree.raw(node.parent))
            assert found == (outer[node.index] if node.index is not None else outer[node.key])


def _scalars(value: object) -> list[object]:
    if isinstance(value, dict):
        return [each for inner in value.values() for each in _scalars(inner)]
    if isinstance(value, list):
        return [each for inner in value for each in _scalars(inner)]
    return [value]


def test_paths_are_as_people_write_them() -> None:
    tree = parsed('{"a": {"b c": [1, {"d": "x"}]}}')
    paths = {tree.path(number) for number in range(len(tree.nodes))}
    assert 'a["b c"][1].d' in paths


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY_TEXT)
def test_a_tree_can_be_made_of_any_text(text: str) -> None:
    for before in ("", "{", '{"a": [', '{"a": "'):
        content = RecordContent(Piece((before + text).encode("utf-8", "surrogatepass"), 10**6))
        assert content.rows(20)


def test_a_deep_nest_and_many_values_do_no_harm() -> None:
    deep = RecordContent(Piece(b"[" * 50_000, 50_000))
    assert deep.rows(60)
    wide = RecordContent(Piece(b"[" + b"[]," * 30_000 + b"[]]", 90_004))
    assert "too many values to show" in wide.rows(60)[-1].pieces[0][0]


def test_an_array_of_numbers_is_folded_at_first() -> None:
    tree = parsed(json.dumps({"embedding": [0.5] * 1536, "few": [1, 2]}))
    assert len(folded_at_first(tree)) == 1


def test_a_record_shows_text_decoded_and_says_what_is_broken() -> None:
    good = RecordContent(_piece('{"a": "one\\ntwo", "n": 1e999, "n": 2, "u": "\\u00e9"}'))
    shown = _text(good)
    assert "│ one" in shown
    assert "│ two" in shown
    assert '"n": 1e999,' in shown
    assert '"n": 2,' in shown, "a key that comes twice is shown twice"
    assert '"u": "é"' in shown
    assert "not JSON" not in shown
    assert "not JSON" in _text(RecordContent(_piece('{"a": "b" "c"}')))
    assert "not JSON" not in _text(RecordContent(_piece("a plain line")))


def test_what_is_cut_says_how_much_there_is_more() -> None:
    content = RecordContent(Piece(b'{"a": "xxxx', 5_000_011))
    assert content.rows(60)[-1].pieces[0][0] == "… 5.0 MB more, x shows it"


def test_a_tree_knows_when_its_text_ends_early() -> None:
    tree = parsed('{"a": [1, {"b": "tex')
    assert [node.kind for node in tree.nodes] == ["object", "array", "number", "object", "string"]
    assert isinstance(tree, Tree)
    assert tree.plain(4) == "tex"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(st.sampled_from("ab"), max_size=4), max_size=5))
def test_marking_hits_changes_no_text(texts: list[str]) -> None:
    segments = [Segment(text) for text in texts]
    marked = highlighted(segments, TextHighlight("ab", ignore_case=False), Style(bold=True))
    assert "".join(each.text for each in marked) == "".join(texts)
    bold = "".join(each.text if each.style and each.style.bold else "-" for each in marked)
    assert bold.count("ab") == "".join(texts).count("ab")


def test_hits_go_round_and_know_their_place() -> None:
    hits = Hits(10)
    assert hits.next(0) is None
    for number in (12, 20, 3, 7):
        hits.add(number)
    assert [hits.next(number) for number in (0, 3, 7, 12, 20)] == [3, 7, 12, 20, 3]
    assert [hits.previous(number) for number in (3, 7, 12, 20, 99)] == [20, 3, 7, 12, 20]
    assert [hits.place(number) for number in (3, 7, 12, 20, 5)] == [1, 2, 3, 4, None]


def _piece(text: str) -> Piece:
    data = text.encode()
    return Piece(data, len(data))


def _text(content: RecordContent) -> str:
    return "\n".join("".join(text for text, _ in row.pieces) for row in content.rows(60))
