"""What has arrived of one content: a temporary file beside its place, which goes on or vanishes.

Owns that the file in its place is whole, that a transfer goes on only with the same content, and
that what a killed process left is removed. Blocking: for a thread. Must not know HTTP connections.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import BinaryIO, Final

from batchtui.client.thread import StoppedError
from batchtui.errors import InputError

PREFIX: Final = ".batchtui-"
SUFFIX: Final = ".part"
LEFT_S: Final = 60.0
"""A file that was not written for so long, and is not locked, belongs to no running transfer."""

_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})\Z")


@dataclass(frozen=True, slots=True)
class Seal:
    """What tells one content from another: its length and, where the server has it, its tag."""

    total_bytes: int
    tag: str | None


class Part:
    """`size_bytes` have arrived for `to`. Close it, whatever came of it."""

    def __init__(self, to: Path) -> None:
        self.size_bytes = 0
        self._to = to
        self._seal: Seal | None = None
        self._place: Path | None = None
        self._name = ""
        self._mode = 0o600
        self._file: BinaryIO | None = None
        self._closed = False
        self._lock = Lock()

    @property
    def total_bytes(self) -> int | None:
        return self._seal.total_bytes if self._seal is not None else None

    @property
    def can_go_on(self) -> bool:
        return self._seal is not None and 0 < self.size_bytes < self._seal.total_bytes

    def headers(self) -> dict[str, str]:
        """What asks for the rest; empty where there is nothing to go on with."""
        if self._seal is None or not self.can_go_on:
            return {}
        asked = {"range": f"bytes={self.size_bytes}-"}
        if self._seal.tag and not self._seal.tag.startswith("W/"):
            asked["if-range"] = self._seal.tag
        return asked

    def continues(self, headers: Mapping[str, str]) -> bool:
        """A 206 with these headers holds the rest of this very content, all of it."""
        found = _RANGE.match(headers.get("content-range", "").strip())
        if found is None or self._seal is None or "content-encoding" in headers:
            return False
        first, last, total = (int(each) for each in found.groups())
        return (
            first == self.size_bytes
            and last + 1 == total == self._seal.total_bytes
            and headers.get("etag") == self._seal.tag
        )

    def begin(self, seal: Seal | None) -> None:
        """From the start again. `seal` None: the content can not be gone on with."""
        self._seal = seal
        with self._writing():
            if self._file is None:
                self._open()
            assert self._file is not None, "it was opened"
            self._file.seek(0)
            self._file.truncate()
            self.size_bytes = 0

    def write(self, chunk: bytes) -> None:
        assert self._file is not None, "begin comes first"
        with self._writing():
            self._file.write(chunk)
        self.size_bytes += len(chunk)

    def finish(self) -> None:
        """Put it in its place. The caller has checked that it is whole."""
        assert self._file is not None, "begin comes first"
        assert self._place is not None, "begin comes first"
        with self._writing(), self._lock:
            if self._closed:
                raise StoppedError
            os.fsync(self._file.fileno())
            os.chmod(self._name, self._mode)  # noqa: PTH101 (a name, not a Path)
            os.replace(self._name, self._place)  # noqa: PTH105 (a name, not a Path)

    def close(self) -> None:
        """Leave nothing behind but what is in its place. Later calls change nothing."""
        with self._lock:
            self._closed = True
            if self._file is not None:
                self._file.close()
                with suppress(FileNotFoundError):
                    os.unlink(self._name)  # noqa: PTH108 (a name, not a Path)

    def _open(self) -> None:
        with self._lock:
            if self._closed:
                raise StoppedError
            place = self._to.resolve()
            self._mode = _mode(place)
            sweep(place.parent)
            descriptor, self._name = tempfile.mkstemp(
                prefix=PREFIX, suffix=SUFFIX, dir=place.parent
            )
            self._file = os.fdopen(descriptor, "wb", buffering=0)
            self._place = place
            _try_lock(descriptor)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except ValueError:
            if self._closed:
                raise StoppedError from None
            raise
        except (OSError, RuntimeError) as error:  # the latter for a loop of symbolic links
            reason = getattr(error, "strerror", None) or error
            raise InputError(
                f"{self._to}: can not be written: {reason}",
                hint="choose another place, or make room",
            ) from None


def sweep(directory: Path) -> None:
    """Remove what transfers of killed processes left there."""
    with suppress(OSError):
        for left in directory.glob(f"{PREFIX}*{SUFFIX}"):
            with suppress(OSError):
                if time.time() - left.stat().st_mtime > LEFT_S and _is_nobodys(left):
                    left.unlink()


def _is_nobodys(left: Path) -> bool:
    with left.open("rb") as file:
        return _try_lock(file.fileno())


def _try_lock(descriptor: int) -> bool:
    """False when a running process holds it. The lock ends with its process, however that ends."""
    if sys.platform == "win32":
        return True  # an open file can not be removed there
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _mode(place: Path) -> int:
    """Contents are private; a file that is replaced keeps its permissions."""
    try:
        status = place.stat()
    except FileNotFoundError:
        return 0o600
    if not stat.S_ISREG(status.st_mode):
        raise OSError("it is there and not a plain file")
    return stat.S_IMODE(status.st_mode)
