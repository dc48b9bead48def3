"""The process that tries an expression ends when it should, and answers as this one would."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from batchtui.errors import InputError
from batchtui.jsonl import trying
from batchtui.jsonl.matchers import matcher
from batchtui.jsonl.progress import Cancelled, Progress, Steps, run
from batchtui.jsonl.search import find_all
from batchtui.jsonl.source import Source
from batchtui.jsonl.tried import LINES, SPANS
from batchtui.jsonl.trying import Trying

NOWHERE = Progress(0, 0)
ENDLESS = "(a+a+)+b"
LINE = b"a" * 60


@contextmanager
def asking(pattern: str, kind: bytes = LINES) -> Iterator[Callable[[bytes], array[int]]]:
    with closing(Trying(pattern, ignore_case=False, kind=kind)) as tried:
        yield lambda data: run(tried.ask(data, NOWHERE))


@pytest.mark.parametrize("kind", [LINES, SPANS])
@pytest.mark.parametrize(
    "data",
    [b"", b"ab", b"\nab\n\nxabab", b"caf\xc3\xa9 \xff ab", b"ab\n" * 200_000],
    ids=["none", "one", "some", "beyond ASCII", "more than a pipe holds"],
)
def test_it_answers_the_same(
    kind: bytes,
    data: bytes,
    processes: list[subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with asking("ab", kind) as ask:
        told = [ask(data), ask(data)]
    assert len(processes) == 1
    assert processes[0].returncode is not None
    monkeypatch.undo()
    monkeypatch.setattr("sys.executable", "/nonexistent/python")
    with asking("ab", kind) as ask:
        assert told == [ask(data), ask(data)]


def test_none_is_started_for_lines_that_cannot_match(
    open_source: Callable[[bytes], Source], processes: list[subprocess.Popen[bytes]]
) -> None:
    with closing(matcher("need.*le", is_regex=True)) as wanted:
        assert run(find_all(open_source(b"hay\n" * 9 + b"le need"), wanted)).count == 0
    assert not processes


@pytest.mark.timeout(20)
def test_a_search_that_would_never_end_is_cancelled_at_once(
    open_source: Callable[[bytes], Source], processes: list[subprocess.Popen[bytes]]
) -> None:
    asked = iter([False] * 5 + [True])
    with (
        closing(matcher(ENDLESS, is_regex=True)) as wanted,
        pytest.raises(Cancelled),
    ):
        run(find_all(open_source(LINE + b"c b"), wanted), is_cancelled=lambda: next(asked))
    assert processes[0].returncode is not None


@pytest.mark.timeout(20)
def test_after_that_it_is_started_again(processes: list[subprocess.Popen[bytes]]) -> None:
    with closing(Trying(ENDLESS, ignore_case=False)) as tried:
        steps = tried.ask(LINE, NOWHERE)
        next(steps)
        steps.close()
        assert list(run(tried.ask(b"c\naab", NOWHERE))) == [1]
    assert [process.returncode is not None for process in processes] == [True, True]


def test_one_that_is_killed_by_others_is_started_again(
    processes: list[subprocess.Popen[bytes]],
) -> None:
    with asking("a") as ask:
        assert list(ask(b"b\na")) == [1]
        os.kill(processes[0].pid, signal.SIGKILL)
        assert list(ask(b"a\nb")) == [0]
        assert len(processes) == 2


@pytest.mark.timeout(20)
def test_one_that_is_killed_again_and_again_is_told(
    processes: list[subprocess.Popen[bytes]],
) -> None:
    with closing(Trying(ENDLESS, ignore_case=False)) as tried:
        steps = tried.ask(LINE, NOWHERE)
        with pytest.raises(InputError, match="was ended"):
            kill_at_each_step(steps, processes)
    assert len(processes) == 2


def kill_at_each_step(steps: Steps[array[int]], processes: list[subprocess.Popen[bytes]]) -> None:
    for _ in steps:
        os.kill(processes[-1].pid, signal.SIGKILL)


STARTS = f"""
import sys
from batchtui.jsonl.progress import Progress
from batchtui.jsonl.trying import Trying
tried = Trying({ENDLESS!r}, ignore_case=False)
steps = tried.ask({LINE!r}, Progress(0, 1))
for _ in range(15):
    next(steps)
print(tried._process.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.timeout(30)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, None])
def test_none_is_left_however_we_end(how: signal.Signals | None) -> None:
    """It is in the middle of an expression, and holds its interpreter."""
    root = str(Path(trying.__file__).parents[2])
    ours = subprocess.Popen(
        (sys.executable, "-c", STARTS),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": root},
    )
    with ours:
        assert ours.stdout is not None
        number = int(ours.stdout.readline())
        assert is_running(number)
        if how is not None:
            ours.send_signal(how)
        assert ours.stdin is not None
        ours.stdin.close()
    deadline_s = time.monotonic() + 10
    while is_running(number):
        assert time.monotonic() < deadline_s
        os.sched_yield()


def is_running(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    try:
        return ") Z " not in Path(f"/proc/{number}/stat").read_text()
    except FileNotFoundError:
        return not Path("/proc/self").exists()
