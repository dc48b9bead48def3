"""A join with a second process tells the same as one without, and outlives that process."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from batchtui.errors import InputError
from batchtui.jsonl import aside
from batchtui.jsonl.join import join
from batchtui.jsonl.joined import Joined
from batchtui.jsonl.progress import run
from batchtui.jsonl.source import Source
from tests.jsonl.support import encode, request, result

COUNT = 3000


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Every join has a second process, and these are they."""
    started: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def noted(*args: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(start(*args, **options))
        return started[-1]

    monkeypatch.setattr(aside, "LEAST_BYTES", 0)
    monkeypatch.setattr(subprocess, "Popen", noted)
    return started


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """An input, and two result files: blank, odd, doubled and packed lines among them."""
    requests = [encode(request(f"r-{n}")) for n in range(COUNT)]
    answers = [encode(result(f"r-{n}")) for n in range(COUNT - 10, 0, -1)]
    answers[5:5] = [b"", b"no JSON", encode(result("r-7")), encode(result("nobody\n"))]
    paths = [tmp_path / name for name in ("in.jsonl", "out.jsonl", "errors.jsonl.gz")]
    paths[0].write_bytes(b"\n".join(requests))
    paths[1].write_bytes(b"\n".join(answers))
    paths[2].write_bytes(gzip.compress(encode(result(f"r-{COUNT - 1}")) + b"\n"))
    return paths


def seen(joined: Joined) -> tuple[object, ...]:
    with joined:
        records = [(each.custom_id, each.outcome, each.result) for each in joined.records()]
        return joined.audit, records, list(joined.extras())


@pytest.mark.parametrize("with_input", [True, False])
def test_it_tells_the_same(
    files: list[Path], with_input: bool, processes: list[subprocess.Popen[bytes]]
) -> None:
    first = files[0] if with_input else None
    aside_too = seen(run(join(first, files[1:])))
    assert len(processes) == 1
    assert processes[0].returncode is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aside, "LEAST_BYTES", 1 << 60)
        assert seen(run(join(first, files[1:]))) == aside_too
    assert len(processes) == 1


def test_a_process_that_is_killed_is_done_without(
    files: list[Path], processes: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aside, "AHEAD_BYTES", 1)
    steps = join(files[0], files[1:])
    while not processes:
        next(steps)
    os.kill(processes[0].pid, signal.SIGKILL)
    with run(steps) as joined:
        assert joined.audit.answered == COUNT - 9


def test_a_join_that_is_cancelled_leaves_no_process(
    files: list[Path], processes: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aside, "AHEAD_BYTES", 1)
    steps = join(files[0], files[1:])
    while not processes:
        next(steps)
    steps.close()
    assert processes[0].returncode is not None


def test_a_file_that_became_shorter_is_told(
    files: list[Path], processes: list[subprocess.Popen[bytes]]
) -> None:
    with Source.open(files[1]) as source:
        os.truncate(files[1], 100)
        with aside.telling([source]) as told, pytest.raises(InputError, match="became shorter"):
            list(told)
    assert len(processes) == 1


def test_where_no_process_can_be_started_it_goes_without(
    files: list[Path], processes: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/nonexistent/python")
    with run(join(files[0], files[1:])) as joined:
        assert joined.audit.answered == COUNT - 9
    assert not processes
