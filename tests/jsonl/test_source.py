from __future__ import annotations

import gzip
import os
import tempfile
from pathlib import Path

import pytest

from batchtui.errors import InputError
from batchtui.jsonl import source as source_module
from batchtui.jsonl.progress import Cancelled, run
from batchtui.jsonl.source import Change, Source, opened


def make(tmp_path: Path, content: bytes = b"one\ntwo\n") -> Path:
    path = tmp_path / "file.jsonl"
    path.write_bytes(content)
    return path


def touch(path: Path) -> None:
    """Give the file a new time, as any later write does."""
    now = path.stat().st_mtime_ns
    os.utime(path, ns=(now + 10**9, now + 10**9))


def test_reads_anywhere_and_less_at_the_end(tmp_path: Path) -> None:
    with Source.open(make(tmp_path)) as source:
        assert source.size_bytes == 8
        assert source.read(4, 3) == b"two"
        assert source.read(6, 100) == b"o\n"
        assert source.read(100, 5) == b""


def test_short_reads_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make(tmp_path, bytes(range(100)))
    pread = os.pread
    with Source.open(path) as source:
        monkeypatch.setattr(os, "pread", lambda fd, count, at: pread(fd, min(count, 7), at))
        assert source.read(10, 50) == bytes(range(10, 60))
        assert source.read(90, 50) == bytes(range(90, 100))


def test_closing_waits_for_a_read_in_another_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pread = os.pread
    source = Source.open(make(tmp_path))

    def closed_meanwhile(descriptor: int, count: int, offset: int) -> bytes:
        source.close()
        return pread(descriptor, count, offset)

    monkeypatch.setattr(os, "pread", closed_meanwhile)
    assert source.read(0, 3) == b"one"
    with pytest.raises(InputError, match="is closed"):
        source.read(0, 3)


def test_an_untouched_file_has_not_changed(tmp_path: Path) -> None:
    with Source.open(make(tmp_path)) as source:
        assert source.changed() is Change.NONE


def test_growth_is_told_and_accepted(tmp_path: Path) -> None:
    path = make(tmp_path)
    with Source.open(path) as source:
        with path.open("ab") as file:
            file.write(b"three\n")
        assert source.changed() is Change.GREW
        assert source.size_bytes == 8
        source.accept_growth()
        assert source.size_bytes == 14
        assert source.read(8, 6) == b"three\n"
        assert source.changed() is Change.NONE


def test_a_truncated_file_can_still_be_read(tmp_path: Path) -> None:
    path = make(tmp_path)
    with Source.open(path) as source:
        os.truncate(path, 2)
        assert source.changed() is Change.TRUNCATED
        assert source.read(0, 8) == b"on"


def test_a_file_renamed_over_it_is_a_replacement(tmp_path: Path) -> None:
    path = make(tmp_path)
    with Source.open(path) as source:
        other = tmp_path / "other"
        other.write_bytes(b"one\ntwo\n")
        other.replace(path)
        assert source.changed() is Change.REPLACED
        assert source.read(0, 3) == b"one"


@pytest.mark.parametrize("content", [b"ONE\nTWO\n", b"ONE\ntwo\nthree\n"])
def test_a_file_rewritten_in_place_is_a_replacement(tmp_path: Path, content: bytes) -> None:
    path = make(tmp_path)
    with Source.open(path) as source:
        path.write_bytes(content)
        touch(path)
        assert source.changed() is Change.REPLACED


def test_a_vanished_file_can_still_be_read(tmp_path: Path) -> None:
    path = make(tmp_path)
    with Source.open(path) as source:
        path.unlink()
        assert source.changed() is Change.VANISHED
        assert source.read(0, 3) == b"one"


@pytest.mark.parametrize("path", ["missing", ".", "nul\0byte"])
def test_what_cannot_be_opened_says_so(tmp_path: Path, path: str) -> None:
    with pytest.raises(InputError, match=r"cannot read|regular file"):
        Source.open(tmp_path / path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="not a regular file"):
        Source.open(tmp_path / "pipe")


def test_gzip_is_read_unpacked_and_leaves_no_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    path = make(tmp_path, gzip.compress(b"one\n" * 100_000))
    with Source.open(path) as source:
        assert source.is_unpacked
        assert source.size_bytes == 400_000
        assert source.read(399_996, 9) == b"one\n"
        assert source.changed() is Change.NONE
        path.write_bytes(gzip.compress(b"two\n"))
        touch(path)
        assert source.changed() is Change.REPLACED
        assert list(scratch.iterdir()) == []


def test_damaged_gzip_says_so(tmp_path: Path) -> None:
    path = make(tmp_path, gzip.compress(bytes(range(256)) * 100)[:-20])
    with pytest.raises(InputError, match="damaged gzip"):
        Source.open(path)


def test_gzip_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_module, "UNPACKED_LIMIT_BYTES", 1000)
    with pytest.raises(InputError, match="unpacks to more than 1000 bytes"):
        Source.open(make(tmp_path, gzip.compress(bytes(10_000))))


def test_unpacking_can_be_cancelled(tmp_path: Path) -> None:
    path = make(tmp_path, gzip.compress(os.urandom(3_000_000)))
    asked = iter([False, False, True])
    with pytest.raises(Cancelled):
        run(opened(path), is_cancelled=lambda: next(asked))
