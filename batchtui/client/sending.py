"""What is uploaded: a file, open and measured, and its bytes inside a multipart form.

Owns that exactly the announced bytes are sent, or none count. Must not know HTTP connections.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from batchtui.client.multipart import Form
from batchtui.client.thread import Meter, Stop
from batchtui.errors import InputError

Content = str | os.PathLike[str] | BinaryIO | bytes
Sendable = Content | tuple[str, Content]

PIECE_BYTES: Final = 256 * 1024
_UNNAMED: Final = "input.jsonl"


@dataclass(frozen=True, slots=True)
class Source:
    """An open file: its bytes from `start` on, `size_bytes` of them. `name` is for errors."""

    stream: BinaryIO
    name: str
    start: int
    size_bytes: int
    stamp: tuple[int, ...] | None


class InterruptedUploadError(Exception):
    """Ends the sending of a body that must not be completed; `Body.problem` says why."""


class Body:
    """The bytes of the form, in pieces: what an HTTP library iterates to send it."""

    def __init__(self, form: Form, source: Source, meter: Meter, stop: Stop) -> None:
        self._form = form
        self._source = source
        self._meter = meter
        self._stop = stop
        self.problem: InputError | None = None
        self.size_bytes = len(form.head) + source.size_bytes + len(form.tail)

    def __iter__(self) -> Iterator[bytes]:
        source = self._source
        self._meter.at(0)
        yield self._form.head
        sent = 0
        while sent < source.size_bytes:
            self._stop.check()
            piece = self._read(min(PIECE_BYTES, source.size_bytes - sent))
            if not piece:
                raise self._interrupted(f"it has {sent} bytes now, not {source.size_bytes}")
            yield piece
            sent += len(piece)
            self._meter.at(sent)
        if self._read(1):
            raise self._interrupted(f"it is longer than {source.size_bytes} bytes now")
        if _stamp(source.stream) != source.stamp:
            raise self._interrupted("its content is not the one it was")
        yield self._form.tail

    def _read(self, count: int) -> bytes:
        try:
            return self._source.stream.read(count)
        except (OSError, ValueError) as error:
            raise self._interrupted(f"it can not be read: {_reason(error)}") from None

    def _interrupted(self, why: str) -> InterruptedUploadError:
        self.problem = InputError(
            f"{self._source.name} changed while it was sent: {why}",
            hint="nothing was uploaded; try again when the file is complete",
        )
        return InterruptedUploadError()


@dataclass(frozen=True, slots=True)
class Sending:
    """A file to send, not open yet: what its name is, and from where on it is sent."""

    content: Content
    filename: str
    start: int

    @contextmanager
    def opened(self) -> Iterator[Source]:
        """Raises InputError for what can not be opened, is no file, or has no known length."""
        if isinstance(self.content, bytes):
            yield _measured(io.BytesIO(self.content), self.filename, 0)
        elif isinstance(self.content, str | os.PathLike):
            path = Path(self.content)
            try:
                stream = path.open("rb")
            except OSError as error:
                raise InputError(f"{path}: can not be read: {_reason(error)}") from None
            with stream:
                yield _measured(stream, str(path), 0)
        else:
            yield _measured(self.content, self.filename, self.start)


def sending(file: Sendable, filename: str | None) -> Sending:
    """Raises InputError for what is neither a path, nor bytes, nor an open binary file."""
    given = None
    content: Content
    if isinstance(file, tuple):
        given, content = file[0], file[1]
    else:
        content = file
    if isinstance(content, bytes | bytearray):
        return Sending(bytes(content), filename or given or _UNNAMED, 0)
    if isinstance(content, str | os.PathLike):
        return Sending(content, filename or given or Path(content).name, 0)
    if not hasattr(content, "read"):
        raise InputError(
            f"can not upload a {type(content).__name__}", hint="give a path or an open binary file"
        )
    own = getattr(content, "name", None)
    name = filename or given or (Path(own).name if isinstance(own, str) else "") or _UNNAMED
    try:
        return Sending(content, name, content.tell())
    except (OSError, ValueError, AttributeError):
        raise InputError(
            f"{name}: can not be sent from a stream that can not seek", hint="save it to a file"
        ) from None


def _measured(stream: BinaryIO, name: str, start: int) -> Source:
    if isinstance(stream, io.TextIOBase):
        raise InputError(f"{name}: is open as text", hint='open it with mode "rb"')
    try:
        stamp = _stamp(stream)
        end = stream.seek(0, os.SEEK_END)
        stream.seek(start)
    except (OSError, ValueError) as error:
        raise InputError(
            f"{name}: its length is not known: {_reason(error)}", hint="save it to a file"
        ) from None
    return Source(stream, name, start, max(end - start, 0), stamp)


def _stamp(stream: BinaryIO) -> tuple[int, ...] | None:
    """What changes when a file on disk is written to; None for what is not on disk."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError, AttributeError):
        return None
    return status.st_size, status.st_mtime_ns


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
