"""A lock is one's alone, between tasks, threads and processes, and ends with its process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from batchtui.workflows.lock import alone, try_lock

HOLD = """
import sys
from pathlib import Path
from batchtui.workflows.lock import alone

with alone(Path(sys.argv[1])) as is_ours:
    print(is_ours, flush=True)
    sys.stdin.read()
"""


def test_in_one_process(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "lock"
    with alone(file) as first, alone(file) as second, alone(tmp_path / "other") as other:
        assert (first, second, other) == (True, False, True)
    assert not file.exists()
    with alone(file) as again:
        assert again


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        with alone(file) as while_held:
            assert not while_held
        process.kill()
        process.wait()
        assert file.exists()
        with alone(file) as afterwards:
            assert afterwards


def test_a_file_that_its_holder_has_just_removed_is_no_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between opening it and locking it: the next one would make, and lock, another file."""
    file = tmp_path / "lock"
    removed: list[int] = []

    def lock_too_late(descriptor: int) -> bool:
        if not removed:
            file.unlink()
            removed.append(descriptor)
        return try_lock(descriptor)

    monkeypatch.setattr("batchtui.workflows.lock.try_lock", lock_too_late)
    with alone(file) as first, alone(file) as second:
        assert (first, second) == (True, False)
    assert removed


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"), alone(tmp_path / "file" / "lock"):
        pass
