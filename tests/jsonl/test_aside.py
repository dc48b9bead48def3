"""With a second process a join and an index are the same as without, and outlive that process."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
from pathlib import Path

import pytest

from batchtui.errors import InputError
from batchtui.jsonl import aside, ends
from batchtui.jsonl.index import build
from batchtui.jsonl.join import join
from batchtui.jsonl.joined import Joined
from batchtui.jsonl.progress import run
from batchtui.jsonl.source import Source
from batchtui.jsonl.telling import telling
from tests.jsonl.support import encode, request, result

COUNT = 3000


@pytest.fixture
def processes(
    processes: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> list[subprocess.Popen[bytes]]:
    """Every join and every index has a second process, and these are they."""
    monkeypatch.setattr(aside, "LEAST_BYTES", 0)
    return processes


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
        with telling([source]) as told, pytest.raises(InputError, match="became shorter"):
            list(told)
    assert len(processes) == 1


def test_where_no_process_can_be_started_it_goes_without(
    files: list[Path], processes: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/nonexistent/python")
    with run(join(files[0], files[1:])) as joined:
        assert joined.audit.answered == COUNT - 9
    assert not processes


@pytest.fixture
def striped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stripes that cut most lines, every other one for the process, from the first byte on."""
    monkeypatch.setattr(ends, "STRIPE_BYTES", 7)
    monkeypatch.setattr(ends, "ALONE_BYTES", 0)


def lines_by_index(path: Path) -> list[bytes]:
    with Source.open(path) as source:
        index = run(build(source))
        return [index.read(line) for line in range(index.line_count)]


@pytest.mark.usefixtures("striped")
@pytest.mark.parametrize("last", [b"", b"\n", b"\n\n\n", b"no end"])
def test_an_index_of_two_processes(
    tmp_path: Path, processes: list[subprocess.Popen[bytes]], last: bytes
) -> None:
    content = b"\n".join(b"x" * (number % 23) for number in range(400)) + last
    path = tmp_path / "lines"
    path.write_bytes(content)
    assert lines_by_index(path) == content.removesuffix(b"\n").split(b"\n")
    assert len(processes) == 1
    assert processes[0].returncode is not None


@pytest.mark.usefixtures("striped")
def test_an_index_goes_on_when_the_process_is_killed(
    tmp_path: Path, processes: list[subprocess.Popen[bytes]]
) -> None:
    content = b"one\nanother\n" * 500
    path = tmp_path / "lines"
    path.write_bytes(content)
    with Source.open(path) as source:
        steps = build(source)
        next(steps)
        os.kill(processes[0].pid, signal.SIGKILL)
        assert run(steps).line_count == 1000


@pytest.mark.usefixtures("striped")
def test_an_index_that_is_left_leaves_no_process(
    tmp_path: Path, processes: list[subprocess.Popen[bytes]]
) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"line\n" * 500)
    with Source.open(path) as source:
        steps = build(source)
        next(steps)
        steps.close()
    assert processes[0].returncode is not None


@pytest.mark.usefixtures("striped")
def test_what_a_file_grew_by_is_indexed_by_two_processes(
    tmp_path: Path, processes: list[subprocess.Popen[bytes]]
) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"first\nbegun")
    with Source.open(path) as source:
        index = run(build(source))
        with path.open("ab") as file:
            file.write(b" and ended\n" + b"more\n" * 100)
        source.accept_growth()
        run(index.extend())
        assert [index.read(line) for line in (0, 1, 101)] == [b"first", b"begun and ended", b"more"]
        assert index.line_count == 102
    assert len(processes) == 2
