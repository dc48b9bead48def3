"""Tables on a terminal are as wide as it is; in a pipe nothing is left out."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from batchtui.cli.narrowing import narrowed, telling_chars
from batchtui.gateway.server import Gateway

Command = Callable[..., Result]
WriteInput = Callable[..., Path]

LINES = [["ID", "COUNT", "WHY"], ["job_1", "12", "x" * 40], ["job_2", "3", "-"]]


@pytest.mark.parametrize(
    ("width", "give_up", "told"),
    [
        (80, (2, 1), [0, 1, 2]),
        (46, (2, 1), [0, 1, 2]),
        (20, (2, 1), [0, 1]),
        (20, (1, 2), [0, 2]),
        (12, (1, 2), [0]),
    ],
)
def test_columns_are_shortened_then_dropped(
    width: int, give_up: tuple[int, ...], told: list[int]
) -> None:
    kept, lines = narrowed(LINES, width, give_up=give_up)
    assert kept == told
    assert lines[0] == [LINES[0][column] for column in told]
    longest = [max(len(line[column]) for line in lines) for column in range(len(told))]
    assert sum(longest) + 2 * (len(told) - 1) <= width


def test_what_cannot_be_made_narrower_stays() -> None:
    assert narrowed(LINES, 3, give_up=()) == ([0, 1, 2], LINES)


def on_terminal(columns: int, *arguments: str, base_url: str) -> list[str]:
    """What a command prints on a terminal of so many columns."""
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environ = {name: word for name, word in os.environ.items() if name != "COLUMNS"}
    with subprocess.Popen(
        [sys.executable, "-m", "batchtui", *arguments],
        env={**environ, "BATCHTUI_BASE_URL": base_url, "PYTHONIOENCODING": "utf-8"},
        stdout=theirs,
        stdin=theirs,
    ):
        os.close(theirs)
        told = bytearray()
        try:
            while piece := os.read(ours, 65_536):
                told += piece
        except OSError:
            pass  # The other side is closed: Linux tells it so.
        finally:
            os.close(ours)
    return told.decode().splitlines()


@pytest.mark.parametrize("group", ["batches", "jobs"])
@pytest.mark.parametrize("columns", [80, 200])
def test_a_list_fits_the_terminal(
    gateway: Gateway,
    command: Command,
    write_input: WriteInput,
    tmp_path: Path,
    group: str,
    columns: int,
) -> None:
    path = write_input(3, name="an-input-with-a-name-of-its-own.jsonl", model="echo-fail-400")
    command("run", path, "-o", tmp_path / "out.jsonl")
    header, row = on_terminal(columns, group, "ls", base_url=gateway.base_url)
    assert max(len(header), len(row)) <= columns
    piped = command(group, "ls").stdout.rstrip("\n").split("\t")
    words = header.split()
    assert len(words) == len(piped) if columns == 200 else len(words) < len(piped)
    beginning = row.split()[0].rstrip(".")
    assert piped[0].startswith(beginning)
    assert beginning == piped[0] or (columns, group) == (80, "batches")
    if group == "jobs":
        assert {"JOB", "STATE", "ANSWERED", "TOTAL", "FAILED"} <= set(words)
    else:
        assert words[:6] == ["BATCH", "STATUS", "DONE", "TOTAL", "FAILED", "AGE"]
        assert "an-input-with" in row
        assert command("batches", "show", row.split()[0]).exit_code == 0


def test_shards_and_differences_fit_the_terminal(
    gateway: Gateway, command: Command, write_input: WriteInput, tmp_path: Path
) -> None:
    outs = []
    for name, model in (("one", "echo"), ("other", "echo-fail-400")):
        outs.append(str(tmp_path / f"{name}-out.jsonl"))
        command("run", write_input(3, name=f"{name}.jsonl", model=model), "-o", outs[-1])
    job_id = command("jobs", "ls").stdout.split("\t")[0]
    for arguments in (("jobs", "show", job_id), ("diff", *outs)):
        lines = on_terminal(80, *arguments, base_url=gateway.base_url)
        table = lines[[each.startswith(("SHARD", "CHANGE")) for each in lines].index(True) :]
        assert len(table) >= 2
        assert max(map(len, table)) <= 80
    whole = command("diff", *outs).stdout
    assert "The offline echo model was asked to fail with status 400." in whole


def test_what_stays_is_cut_no_shorter_than_it_tells_apart() -> None:
    ids = ["batch_0123456789abcdefX0000", "batch_0123456789abcdefY0000"]
    lines = [["BATCH", "N"], *([each, "1"] for each in ids)]
    kept, cut = narrowed(lines, 10, give_up=(0,), floors={0: telling_chars(ids)})
    assert kept == [0, 1]
    assert [row[0] for row in cut[1:]] == [f"{each[:23]}..." for each in ids]
    assert telling_chars([]) == 16


def test_serve_tells_a_person_how_to_point_clients_at_it(tmp_path: Path) -> None:
    """On a terminal; scripts read its one line."""
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "batchtui", "serve", "--port", "0", "--data-dir", str(tmp_path)],
        stdout=theirs,
        stderr=theirs,
    ) as serving:
        os.close(theirs)
        told = ""
        while "ctrl+c stops it" not in told:
            told += os.read(ours, 65_536).decode()
        serving.send_signal(signal.SIGINT)
        while "go on when it serves again" not in told:
            told += os.read(ours, 65_536).decode()
    os.close(ours)
    lines = told.split("\r\n")
    url = lines[0].removeprefix("batchtui serves ")
    assert lines[2:4] == [
        f"  export BATCHTUI_BASE_URL={url}",
        f"  export OPENAI_BASE_URL={url}/v1 OPENAI_API_KEY=none",
    ]
