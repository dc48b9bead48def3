"""`batchtui batches retry`: what came to nothing is sent again, and only that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.conftest import WriteInput

COUNT = 40
MODEL = "echo-once-40"


@pytest.fixture
def batch_id(command: Command, write_input: WriteInput) -> str:
    """A finished batch some of whose requests failed, and would not fail again."""
    path = write_input(COUNT, model=MODEL)
    made: str = command("batches", "create", path, "--metadata", "team=ads").stdout.strip()
    assert command("batches", "watch", made).exit_code == 6
    return made


def failed_of(command: Command, batch_id: str) -> int:
    counts = json.loads(command("batches", "show", batch_id, "--json").stdout)["request_counts"]
    return int(counts["failed"])


def ids(path: Path) -> list[str]:
    return [json.loads(line)["custom_id"] for line in path.read_text().splitlines()]


def test_what_failed_is_sent_again_and_all_answers_come_together(
    command: Command, batch_id: str, tmp_path: Path
) -> None:
    before = tmp_path / "before.jsonl"
    assert command("batches", "results", batch_id, "-o", before).exit_code == 6
    failed = [each for each in before.read_text().splitlines() if '"status_code":500' in each]

    retried = command("batches", "retry", batch_id, "--yes")
    assert retried.exit_code == 0, retried.stderr
    assert f"{len(failed)} of {batch_id} again: {len(failed)} failed" in retried.stderr
    new_id = retried.stdout.strip()
    assert command("batches", "watch", new_id).exit_code == 0

    out = tmp_path / "new.jsonl"
    assert command("batches", "results", new_id, "-o", out).exit_code == 0
    assert ids(out) == [json.loads(line)["custom_id"] for line in failed]
    only_these = command("batches", "results", new_id, "--with-retries")
    assert f"is itself a retry, of {batch_id}" in only_these.stderr
    merged = tmp_path / "all.jsonl"
    assert command("batches", "results", batch_id, "--with-retries", "-o", merged).exit_code == 0
    assert ids(merged) == [f"r-{number}" for number in range(COUNT)]
    assert '"status_code":500' not in merged.read_text()
    assert command("batches", "results", batch_id, "-o", out, "--force").exit_code == 6


def test_what_retries_what_is_shown(command: Command, batch_id: str) -> None:
    document = json.loads(command("batches", "retry", batch_id, "--json").stdout)
    new_id = document["batch"]["id"]
    assert document["retry_of"] == batch_id
    assert document["outcomes"] == {"failed": document["requests"]}
    metadata = document["batch"]["metadata"]
    assert (metadata["team"], metadata["batchtui_retry_of"]) == ("ads", batch_id)
    of = f"{batch_id}  (for {document['requests']} failed)"
    assert f"retry of     {of}" in command("batches", "show", new_id).stdout
    shown = command("batches", "show", batch_id)
    assert f"retried by   {new_id}  (for {document['requests']} failed: " in shown.stdout
    shown_json = json.loads(command("batches", "show", batch_id, "--json").stdout)
    assert (shown_json["retry_of"], shown_json["retried_by"]) == (None, [new_id])


def test_changes_and_a_file_to_keep(command: Command, batch_id: str, tmp_path: Path) -> None:
    out = tmp_path / "again.jsonl"
    arguments = ("batches", "retry", batch_id, "-o", out, "--only", "failed, ok")
    changed = ("--set", "max_tokens=7", "--set", "messages=null", "--model", 'a "b"')
    written = command(*arguments, *changed, "--no-submit")
    assert (written.exit_code, written.stdout) == (0, ""), written.stderr
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert ids(out) == [f"r-{number}" for number in range(COUNT)]
    assert all(line["body"] == {"model": 'a "b"', "max_tokens": 7} for line in lines)
    assert len(command("batches", "ls").stdout.splitlines()) == 1

    assert command(*arguments, "--no-submit").exit_code == 2
    kept = command(*arguments, "--force", "--set", "max_tokens=7")
    assert kept.exit_code == 0, kept.stderr
    assert len(ids(out)) == COUNT


def test_nothing_is_sent_that_may_still_be_answered(
    command: Command, batch_id: str, write_input: WriteInput
) -> None:
    slow = command("batches", "create", write_input(model="echo-slow-60000")).stdout.strip()
    refused = command("batches", "retry", slow)
    assert refused.exit_code == 2
    assert "may still be answered" in refused.stderr
    command("batches", "cancel", slow)

    first = command("batches", "retry", batch_id, "--model", "echo-slow-60000")
    assert first.exit_code == 0, first.stderr
    second = command("batches", "retry", batch_id)
    assert second.exit_code == 2
    assert f"is being retried: {first.stdout.strip()}" in second.stderr
    assert command("batches", "retry", batch_id, "--again").exit_code == 0


def test_when_all_is_answered_there_is_nothing_to_retry(command: Command, batch_id: str) -> None:
    new_id = command("batches", "retry", batch_id).stdout.strip()
    assert command("batches", "watch", new_id).exit_code == 0
    nothing = command("batches", "retry", batch_id)
    assert nothing.exit_code == 2
    said = " ".join(nothing.stderr.split())
    assert f"nothing to retry: {failed_of(command, batch_id)} had no answer, and they were" in said
    assert f"answered by a retry, {new_id}" in said
    shown = command("batches", "show", batch_id).stdout
    assert f"failed: {failed_of(command, batch_id)} of {failed_of(command, batch_id)} ok)" in shown
    others = command("batches", "retry", batch_id, "--only", "expired,missing")
    assert "no request is expired or missing: 40 ok" in others.stderr


def test_what_this_program_put_there_is_no_metadata_of_people(
    command: Command, batch_id: str
) -> None:
    shown = command("batches", "show", batch_id).stdout
    assert "team=ads" in shown
    assert "batchtui_token" not in shown


def test_an_input_that_was_refused_is_not_tried_again(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text("no JSON\n")
    made = command("batches", "create", path, "--anyway", "--endpoint", "/v1/chat/completions")
    batch_id = made.stdout.strip()
    assert command("batches", "watch", batch_id).exit_code == 3
    refused = command("batches", "retry", batch_id)
    assert refused.exit_code == 2
    assert "ran no request: the server refused line 1" in refused.stderr


def test_the_input_may_come_from_here(
    command: Command, write_input: WriteInput, tmp_path: Path
) -> None:
    path = write_input(COUNT, model=MODEL)
    file_id = command("files", "put", path).stdout.strip()
    batch_id = command("batches", "create", file_id).stdout.strip()
    assert command("batches", "watch", batch_id).exit_code == 6
    assert command("files", "rm", file_id).exit_code == 0
    for kept in (tmp_path.parent.glob("**/.cache/batchtui/files/*"), ()):
        for each in kept:
            each.unlink()
    gone = command("batches", "retry", batch_id)
    assert (gone.exit_code, "--input FILE" in gone.stderr) == (3, True), gone.stderr
    assert command("batches", "retry", batch_id, "--input", path).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--only", "failed,broken"), "no outcome is called 'broken'"),
        (("--set", "max_tokens"), "not FIELD=VALUE"),
        (("--no-submit",), "say where with -o OUT"),
    ],
)
def test_wrong_usage(command: Command, arguments: tuple[str, ...], told: str) -> None:
    refused = command("batches", "retry", "batch_x", *arguments)
    assert refused.exit_code == 2
    assert told in refused.stderr
