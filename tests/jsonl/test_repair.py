from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from batchtui.errors import InputError
from batchtui.jsonl.progress import run
from batchtui.jsonl.repair import REPAIRS, repair
from batchtui.jsonl.validate import validate
from tests.jsonl.support import CHAT, encode, request, write

BODY = b'{"model": "m", "messages": [{"role": "user", "content": "\\u00e9 \xc3\xa9"}], "x": 1.50}'


def test_all_repairs_make_the_file_good(tmp_path: Path) -> None:
    lines: list[Any] = [
        b"\xef\xbb\xbf" + encode(request("a")),
        b"",
        b'{"custom_id": "a", "method": "PUT", "body": ' + BODY + b"}",
        b'{"custom_id": "a-2", "url": "/v1/chat/completions", "body": ' + BODY + b"}",
        encode(request("a")),
        encode(request("b")),
        b'{"custom_id": "c", "method": "POST", "url": "/v1/chat/completions", "body": {"stream": '
        b'true, "stream_options": {"include_usage": true}, "model": "m", "messages": [{"role": '
        b'"user", "content": "\\u00e9"}], "temperature": 1.50}}',
    ]
    path = write(tmp_path / "in.jsonl", lines)
    before = path.read_bytes()
    out = tmp_path / "out.jsonl"
    changed = run(repair(path, out, list(REPAIRS), endpoint=CHAT))
    assert changed == {
        "strip_bom": 1,
        "drop_blank_lines": 1,
        "set_method": 2,
        "set_url": 1,
        "renumber_duplicates": 2,
        "remove_stream": 1,
    }
    assert path.read_bytes() == before
    found = run(validate(out))
    assert (found.problems, found.statistics.requests) == ([], 6)
    repaired = out.read_bytes().splitlines()
    assert [json.loads(line)["custom_id"] for line in repaired] == [
        *("a", "a-3", "a-2", "a-4", "b", "c"),
    ]
    assert BODY in repaired[1]
    assert repaired[4] == lines[5]
    assert repaired[5].endswith(b'"content": "\\u00e9"}],"temperature":1.50}}')
    assert b"stream" not in repaired[5]


@pytest.mark.parametrize("body", [b'{"stream": false}', b'{"stream": "yes"}', b'"stream"', b"7"])
def test_what_asks_for_no_stream_stays_as_it_is(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b'{"custom_id": "a", "body": ' + body + b"}\n")
    out = tmp_path / "out.jsonl"
    assert run(repair(path, out, ["remove_stream"])) == {"remove_stream": 0}
    assert out.read_bytes() == path.read_bytes()


def test_only_the_repairs_asked_for(tmp_path: Path) -> None:
    lines: list[Any] = [
        b"\xef\xbb\xbf" + encode(request("a")),
        b"",
        request("a"),
        b"not JSON",
        b"[]",
    ]
    path = write(tmp_path / "in.jsonl", lines)
    out = tmp_path / "out.jsonl"
    assert run(repair(path, out, ["set_method"])) == {"set_method": 0}
    assert out.read_bytes() == path.read_bytes()
    assert run(repair(path, out, ["drop_blank_lines"])) == {"drop_blank_lines": 1}
    assert out.read_bytes() == path.read_bytes().replace(b"\n\n", b"\n")


def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", [request("a")])
    with pytest.raises(InputError, match="no repair is called 'magic'"):
        run(repair(path, tmp_path / "out", ["magic"]))
    with pytest.raises(InputError, match="needs the endpoint"):
        run(repair(path, tmp_path / "out", ["set_url"]))
