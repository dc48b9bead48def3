"""One open file: positioned reads, its size, and what happened to it on disk since.

A gzip file is read through an unnamed temporary copy of its content, which vanishes with the
source. Nothing here interprets the bytes.
"""

from __future__ import annotations

import enum
import gzip
import os
import stat
import tempfile
import zlib
from pathlib import Path
from types import TracebackType
from typing import Self

from batchtui.errors import InputError
from batchtui.jsonl.progress import Progress, Steps, run

CHUNK_BYTES = 512 * 1024
"""What one read takes: large enough for full speed, small enough to stay in the CPU's cache."""

UNPACKED_LIMIT_BYTES = 64 * 1000**3
"""A gzip file that unpacks to more is refused: a few MB of gzip can fill any disk."""

GZIP_MAGIC = b"\x1f\x8b\x08"
_WITNESS_BYTES = 256


class Change(enum.Enum):
    """What happened to the file since it was opened, or since `accept_growth`."""

    NONE = "unchanged"
    GREW = "grew"
    TRUNCATED = "truncated"
    REPLACED = "replaced"
    VANISHED = "vanished"


class _Descriptor:
    """A file descriptor that is closed when nobody holds it any more: closing its number while
    another thread reads would give that thread whatever file gets the number next."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        os.close(self.number)


class Source:
    """An open file. `size_bytes` is what was there when it was opened; readable from any thread."""

    def __init__(self, path: Path, descriptor: _Descriptor, *, unpacked: bool = False) -> None:
        self.path = path
        self.is_unpacked = unpacked
        self._descriptor: _Descriptor | None = descriptor
        self.size_bytes = os.fstat(descriptor.number).st_size
        self._seen = path.stat() if unpacked else os.fstat(descriptor.number)
        self._witness = self._read_witness()

    @classmethod
    def open(cls, path: Path) -> Source:
        """Open `path`; a gzip file is unpacked first. Raises InputError with the reason."""
        return run(opened(path))

    @classmethod
    def of_descriptor(cls, number: int, path: str, size_bytes: int) -> Source:
        """A file that another process has opened: its first `size_bytes` bytes."""
        source = cls(Path(path), _Descriptor(number))
        source.size_bytes = size_bytes
        return source

    def descriptor(self) -> int:
        """The number of the open file, for a process that is to read it too."""
        return self._open_descriptor().number

    def read(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes from `offset`; fewer only at the end. Raises InputError."""
        descriptor = self._open_descriptor()
        try:
            data = os.pread(descriptor.number, count, offset)
            if len(data) == count or not data:
                return data
            pieces = [data]
            done = len(data)
            while done < count and (
                data := os.pread(descriptor.number, count - done, offset + done)
            ):
                pieces.append(data)
                done += len(data)
            return b"".join(pieces)
        except OSError as error:
            raise unreadable(self.path, error) from None

    def read_exactly(self, offset: int, count: int) -> bytes:
        """`count` bytes from `offset`. Raises InputError when they are not there any more."""
        data = self.read(offset, count)
        if len(data) < count:
            raise InputError(
                f"{self.path} became shorter while it was read", hint="something else writes to it"
            )
        return data

    def changed(self) -> Change:
        """What happened on disk. Costs two `stat` calls, and a small read when the file grew."""
        try:
            now = self.path.stat()
        except FileNotFoundError:
            return Change.VANISHED
        except OSError as error:
            raise unreadable(self.path, error) from None
        seen = self._seen
        if (now.st_dev, now.st_ino) != (seen.st_dev, seen.st_ino):
            return Change.REPLACED
        if now.st_size == seen.st_size and now.st_mtime_ns == seen.st_mtime_ns:
            return Change.NONE
        if self.is_unpacked:
            return Change.REPLACED
        if now.st_size < self.size_bytes:
            return Change.TRUNCATED
        if self._read_witness() != self._witness:
            return Change.REPLACED
        return Change.GREW if now.st_size > self.size_bytes else Change.NONE

    def stamp(self) -> tuple[int, int]:
        """What changes when the open file is written to: its size and time of modification."""
        now = os.fstat(self._open_descriptor().number)
        return now.st_size, now.st_mtime_ns

    def accept_growth(self) -> None:
        """Take what was appended since into `size_bytes`. Only right after `Change.GREW`."""
        self._seen = os.fstat(self._open_descriptor().number)
        self.size_bytes = self._seen.st_size
        self._witness = self._read_witness()

    def close(self) -> None:
        """No more reads begin; one that runs in another thread ends well."""
        self._descriptor = None

    def _open_descriptor(self) -> _Descriptor:
        descriptor = self._descriptor
        if descriptor is None:
            raise InputError(f"{self.path} is closed")
        return descriptor

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _read_witness(self) -> tuple[bytes, bytes]:
        """The first and the last bytes: a file rewritten in place differs in them."""
        end = max(0, self.size_bytes - _WITNESS_BYTES)
        count = min(_WITNESS_BYTES, self.size_bytes)
        return self.read(0, count), self.read(end, count)


def opened(path: Path) -> Steps[Source]:
    """Open `path` in steps: unpacking a large gzip file takes a while."""
    try:
        descriptor = _Descriptor(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK))
        if not stat.S_ISREG(os.fstat(descriptor.number).st_mode):
            raise InputError(f"{path} is not a regular file")
        if os.pread(descriptor.number, len(GZIP_MAGIC), 0) == GZIP_MAGIC:
            copy = yield from _unpacked(path, descriptor)
            return Source(path, copy, unpacked=True)
        return Source(path, descriptor)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None


def _unpacked(path: Path, descriptor: _Descriptor) -> Steps[_Descriptor]:
    size_bytes = os.fstat(descriptor.number).st_size
    written = 0
    number, name = tempfile.mkstemp(prefix="batchtui-")
    copy = _Descriptor(number)
    Path(name).unlink()
    try:
        with (
            open(descriptor.number, "rb", closefd=False) as packed,
            gzip.GzipFile(fileobj=packed) as plain,
        ):
            while data := plain.read(CHUNK_BYTES):
                written += len(data)
                if written > UNPACKED_LIMIT_BYTES:
                    raise InputError(f"{path} unpacks to more than {UNPACKED_LIMIT_BYTES} bytes")
                while data:
                    data = data[os.write(number, data) :]
                yield Progress(packed.tell(), size_bytes)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"{path} is damaged gzip: {error}", hint="download or pack the file again"
        ) from None
    return copy


def unreadable(path: Path, error: Exception) -> InputError:
    """The InputError for an OSError on `path`."""
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return InputError(f"cannot read {path}: {reason}")
