"""Input preparation on the command line: prepare, validate --fix, stats, sample, split, merge."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from batchtui.cli.root import root
from tests.tui.terminal import Terminal

WriteInput = Callable[..., Path]
CSV = "id,text\na,Hello\nb,Bye\n"


def batchtui(*arguments: object, stdin: str | None = None) -> Result:
    done = CliRunner().invoke(root, [str(each) for each in arguments], input=stdin)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.csv"
    path.write_text(CSV)
    return path


def test_a_csv_becomes_a_batch_file_that_is_valid(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "in.jsonl"
    template = ("--prompt", "Say {text}", "--system", "Be brief.", "--id-column", "id")
    fields = ("--set", "max_tokens=5", "--set", "metadata.id={id}", "--set", 'stop=["x"]')
    done = batchtui("prepare", data, "-o", out, "--model", "echo", *template, *fields)
    assert done.exit_code == 0, done.stderr
    assert "2 requests" in done.stderr
    assert batchtui("validate", out).exit_code == 0
    body = lines_of(out)[0]["body"]
    assert body["messages"][1]["content"] == "Say Hello"
    assert (body["max_tokens"], body["metadata"], body["stop"]) == (5, {"id": "a"}, ["x"])


def test_from_a_pipe_into_a_pipe() -> None:
    done = batchtui("prepare", "-", "--from", "text", "--model", "m", stdin="one\ntwo\n")
    ids = [json.loads(line)["custom_id"] for line in done.stdout.splitlines()]
    assert ids == ["row-1", "row-2"]


def test_faulty_rows_are_told_with_row_and_column(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("id,text\na,x\na,y\nb,\n")
    command = ("prepare", path, "-o", tmp_path / "in.jsonl", "--model", "m", "--prompt", "{text}")
    done = batchtui(*command, "--id-column", "id")
    assert done.exit_code == 3
    assert f"{path}:3: row 2, column 'id': row 1 has the same custom_id, 'a'" in done.stderr
    assert f"{path}:4: row 3, column 'text': nothing to ask: empty" in done.stderr
    assert "2 rows make no request, and nothing was written" in done.stderr
    assert not (tmp_path / "in.jsonl").exists()
    done = batchtui(*command, "--id-column", "id", "--skip-faulty", "--json")
    assert done.exit_code == 0
    document = json.loads(done.stdout)
    assert (document["requests"], document["faulty"]) == (1, 2)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--set", "x"), "not KEY=VALUE"),
        (("--set", "a..b=1"), "not KEY=VALUE"),
        (("--delimiter", "::"), "one character"),
        (("--prompt", "{nope}"), "no column 'nope'"),
        (("-o", "."), "is a directory"),
    ],
)
def test_wrong_usage(data: Path, options: tuple[str, ...], said: str) -> None:
    done = batchtui("prepare", data, "--model", "m", "--prompt", "{text}", *options)
    assert done.exit_code == 2
    assert said in done.stderr


def test_nothing_is_replaced_by_accident(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.jsonl"
    out.write_text("mine")
    for command in (
        ("prepare", data, "--model", "m", "--prompt", "{text}"),
        ("sample", data),
        ("merge", data),
    ):
        assert batchtui(*command, "-o", out).exit_code == 2
    assert batchtui("validate", data, "--fix", out).exit_code == 2
    assert out.read_text() == "mine"


def test_what_can_be_put_right_is(write_input: WriteInput, tmp_path: Path) -> None:
    path = write_input(2)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + b"\n" + path.read_bytes())
    out = tmp_path / "fixed.jsonl"
    done = batchtui("validate", path, "--fix", out)
    assert done.exit_code == 0, done.stdout
    assert "2 x give a repeated custom_id the suffix" in done.stderr
    assert "1 x remove the byte order mark" in done.stderr
    assert [line["custom_id"] for line in lines_of(out)] == ["r-0", "r-1", "r-0-2", "r-1-2"]


def test_what_can_not_be_put_right_is_told(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text("\nnope\n")
    done = batchtui("validate", "-", "--fix", "-", stdin=path.read_text())
    assert done.exit_code == 3
    assert done.stdout == "nope\n"
    assert "1: error: invalid_json_line" in done.stderr
    assert batchtui("validate", path, path, "--fix", "x").exit_code == 2


def test_a_sample(write_input: WriteInput, tmp_path: Path) -> None:
    path = write_input(100)
    first = batchtui("sample", path, "-n", "5", "--seed", "3")
    assert first.stdout == batchtui("sample", "-", "-n5", "--seed=3", stdin=path.read_text()).stdout
    assert len(first.stdout.splitlines()) == 5
    assert first.stdout != batchtui("sample", path, "-n", "5").stdout


def test_split_and_merge(write_input: WriteInput, tmp_path: Path) -> None:
    path = write_input(5)
    parts = batchtui("split", path, "--max-lines", "2", "-d", tmp_path / "parts").stdout.split()
    assert [Path(part).name for part in parts] == ["in-001.jsonl", "in-002.jsonl", "in-003.jsonl"]
    out = tmp_path / "out.jsonl"
    assert batchtui("merge", *parts, "-o", out).exit_code == 0
    assert out.read_bytes() == path.read_bytes()
    again = batchtui("split", path, "--max-lines", "2", "-d", tmp_path / "parts")
    assert again.exit_code == 3
    assert "exists already" in again.stderr
    assert batchtui("split", path).exit_code == 2


def test_split_by_model(write_input: WriteInput, tmp_path: Path) -> None:
    path = write_input(4)
    path.write_bytes(path.read_bytes() + write_input(3, name="b", model="other").read_bytes())
    done = batchtui("split", path, "--by-model", "--max-tokens", "30", "-d", tmp_path, "--json")
    assert done.exit_code == 0, done.stderr
    parts = [Path(each["path"]) for each in json.loads(done.stdout)["data"]]
    models = [{line["body"]["model"] for line in lines_of(part)} for part in parts]
    assert models == [{"echo"}, {"echo"}, {"other"}]
    assert sum(len(lines_of(part)) for part in parts) == 7


def results(*ids: str, text: str = "x", status: int = 200) -> str:
    body = {"model": "m", "choices": [{"message": {"content": text}, "finish_reason": "stop"}]}
    response = {"status_code": status, "body": body if status == 200 else {"error": {"code": text}}}
    lines = ({"custom_id": each, "response": response, "error": None} for each in ids)
    return "".join(json.dumps(line) + "\n" for line in lines)


def test_results_in_input_order(write_input: WriteInput, tmp_path: Path) -> None:
    path, out = write_input(3), tmp_path / "all.jsonl"
    first = tmp_path / "first.jsonl"
    first.write_text(results("r-2"))
    command = ("merge", first, "-", "--input", path, "-o", out, "--json")
    done = batchtui(*command, stdin=results("r-0", "r-1"))
    assert done.exit_code == 0, done.stderr
    assert [line["custom_id"] for line in lines_of(out)] == ["r-0", "r-1", "r-2"]
    done = batchtui(*command, "--force", stdin=results("r-0", text="bad", status=500))
    assert done.exit_code == 6
    document = json.loads(done.stdout)
    assert (document["failed"], document["missing"], document["lines"]) == (1, 1, 2)


def test_stats_of_inputs_and_results(write_input: WriteInput, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    output.write_text(results("a", "b") + results("c", text="oops", status=500))
    told = batchtui("stats", write_input(5), output).stdout
    for word in ("requests", "models: echo", "outcomes: ok", "codes: oops"):
        assert word in told
    first, second = json.loads(batchtui("stats", write_input(5), output, "--json").stdout)["data"]
    assert (first["kind"], first["requests"], first["models"]) == ("input", 5, {"echo": 5})
    assert (second["kind"], second["outcomes"]) == ("results", {"ok": 2, "failed": 1})


def test_two_results_compared(tmp_path: Path) -> None:
    first = tmp_path / "a.jsonl"
    first.write_text(results("a", "b", "c") + results("d", text="\x1b[2J", status=500))
    second = results("a", "d") + results("b", text="new") + results("e")
    done = batchtui("diff", first, "-", stdin=second)
    assert done.exit_code == 0
    assert [row.split("\t") for row in done.stdout.splitlines()] == [
        ["changed", "b", "ok", "ok", "x", "new"],
        ["only_a", "c", "ok", "-", "x", ""],
        ["changed", "d", "failed", "ok", "HTTP status 500", "x"],
        ["only_b", "e", "-", "ok", "", "x"],
    ]
    assert "1 the same, 2 changed, 1 only in A, 1 only in B; 1 failed -> ok" in done.stderr
    document = json.loads(batchtui("diff", first, "-", "--json", "--all", stdin=second).stdout)
    assert document["counts"] == {"same": 1, "changed": 2, "only_a": 1, "only_b": 1}
    assert document["outcome_changes"] == [{"a": "failed", "b": "ok", "count": 1}]
    assert [each["change"] for each in document["data"]][:2] == ["same", "changed"]
    assert document["data"][3]["a"]["code"] == "\x1b[2J"
    assert json.loads(batchtui("diff", first, first, "--json").stdout)["data"] == []
    assert batchtui("diff", "-", "-").exit_code == 2


def test_answers_compared_word_by_word(tmp_path: Path) -> None:
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    first.write_text(results("a", text="The red fox\nruns"))
    second.write_text(results("a", text="The quick red fox\nrests"))
    done = batchtui("diff", first, second, "--words")
    assert done.stdout == "changed a\n  The {+quick +}red fox\n  [-runs-]{+rests+}\n"


def test_a_file_that_is_not_there_is_told() -> None:
    for command in (["stats"], ["sample"], ["split", "--by-model"], ["merge"], ["diff", "x"]):
        done = batchtui(*command, "nowhere.jsonl")
        assert done.exit_code == 3, command
        assert "No such file" in done.stderr


def test_what_is_written_to_a_terminal_can_not_steer_it(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_bytes(b'{"custom_id": "a", "response": "\x9b2J \xc2\x9b2J \x1b[2J shown"}\n')
    arguments = ["batchtui", "sample", str(path)]
    code = f"import sys; sys.argv = {arguments}; from batchtui.__main__ import main; main()"
    with Terminal(code) as terminal:
        terminal.read_until("1 lines")
        assert terminal.exit_code() == 0
    assert b"shown" in terminal.output
    assert "\x9b" not in terminal.output.decode()
    assert "\x1b" not in terminal.output.decode()
