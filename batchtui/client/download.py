"""One attempt to fetch content to disk, blocking: for a thread. Outcomes come back as values.

Owns that the file is whole or not there.
"""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

import httpx

from batchtui.client.exchange import Answer, NoAnswer, Outcome, Request
from batchtui.client.faults import incomplete, no_answer
from batchtui.client.target import Target
from batchtui.client.thread import Meter, Stop
from batchtui.client.wire import IDENTITY, Wire, announced_bytes, is_packed
from batchtui.errors import InputError

_ERROR_BYTES: Final = 1024 * 1024


def download(
    wire: Wire, target: Target, request: Request, to: Path, meter: Meter, stop: Stop
) -> tuple[Outcome, int]:
    """What came of it, and how many bytes are in `to`. Raises InputError when disk fails."""
    prepared = wire.request(request, headers=IDENTITY, extensions={"trace": stop.trace})
    with wire.blocking_transport() as transport:
        try:
            response = transport.handle_request(prepared)
        except httpx.HTTPError as error:
            return no_answer(error, target), 0
        try:
            if not 200 <= response.status_code < 300:
                return _refused(response, target), 0
            return _saved(response, target, to, meter, stop)
        finally:
            response.close()


def _saved(
    response: httpx.Response, target: Target, to: Path, meter: Meter, stop: Stop
) -> tuple[Outcome, int]:
    """The content in its place, by a temporary file beside it that never outlives this call."""
    try:
        place = to.resolve()
        mode = _mode(place)
        descriptor, name = tempfile.mkstemp(prefix=".batchtui-", suffix=".part", dir=place.parent)
        try:
            with os.fdopen(descriptor, "wb", buffering=0) as part:
                failure, size_bytes = _copied(response, target, part, meter, stop)
                if failure is not None:
                    return failure, 0
                os.fsync(part.fileno())
            stop.check()
            os.chmod(name, mode)  # noqa: PTH101 (a name, not a Path)
            os.replace(name, place)  # noqa: PTH105 (a name, not a Path)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(name)  # noqa: PTH108
    except (OSError, RuntimeError) as error:  # the latter for a loop of symbolic links
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"{to}: can not be written: {reason}", hint="choose another place, or make room"
        ) from None
    return Answer(response.status_code, response.headers), size_bytes


def _copied(
    response: httpx.Response, target: Target, part: BinaryIO, meter: Meter, stop: Stop
) -> tuple[NoAnswer | None, int]:
    total = announced_bytes(response.headers)
    meter.total_bytes = total or 0
    packed = is_packed(response)
    written = received = 0
    whole = True
    try:
        for chunk in response.iter_bytes():
            stop.check()
            part.write(chunk)
            written += len(chunk)
            received = response.num_bytes_downloaded if packed else written
            meter.at(received)
    except httpx.TimeoutException as error:
        return no_answer(error, target), 0
    except httpx.HTTPError:
        whole = False
    if not whole or total not in (None, received):
        return incomplete(target, received, total), 0
    return None, written


def _refused(response: httpx.Response, target: Target) -> Outcome:
    body = bytearray()
    try:
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > _ERROR_BYTES:
                break
    except httpx.HTTPError as error:
        return no_answer(error, target)
    return Answer(response.status_code, response.headers, bytes(body))


def _mode(place: Path) -> int:
    """Contents are private; a file that is replaced keeps its permissions."""
    try:
        status = place.stat()
    except FileNotFoundError:
        return 0o600
    if not stat.S_ISREG(status.st_mode):
        raise OSError("it is there and not a plain file")
    return stat.S_IMODE(status.st_mode)
