"""`batchtui validate`: every problem as FILE:LINE."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner

from batchtui.cli.root import root

WriteInput = Callable[..., Path]


def test_a_good_file(write_input: WriteInput) -> None:
    done = CliRunner().invoke(root, ["validate", str(write_input(5))])
    assert done.exit_code == 0
    assert "ok, 5 requests" in done.stderr
    assert done.stdout == ""


def test_every_problem_with_its_line(write_input: WriteInput) -> None:
    path = write_input(2)
    path.write_text(path.read_text() + path.read_text().splitlines()[0] + "\nnope\n")
    done = CliRunner().invoke(root, ["validate", str(path)])
    assert done.exit_code == 3
    assert f"{path}:3: error: duplicate_custom_id" in done.stdout
    assert f"{path}:4: error: invalid_json_line" in done.stdout


def test_several_files_as_one_document(write_input: WriteInput, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text("nope")
    done = CliRunner().invoke(root, ["validate", str(write_input()), str(bad), "--json"])
    assert done.exit_code == 3
    document = json.loads(done.stdout)
    assert [each["ok"] for each in document["data"]] == [True, False]
    assert document["data"][1]["problems"][0]["line"] == 1


def test_the_text_of_a_file_can_not_steer_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "nasty.jsonl"
    line = {"custom_id": "\x1b]0;gotcha\x07", "method": "\x1b[2J", "url": "/v1/x", "body": {}}
    path.write_text(json.dumps(line))
    done = CliRunner().invoke(root, ["validate", str(path)])
    assert done.exit_code == 3
    assert "\x1b" not in done.output
