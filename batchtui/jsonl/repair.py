"""Mechanical repairs of a batch input, into a new file. The file itself is never changed.

A line that needs no repair is copied byte for byte; of one that does, only the fields concerned
are written anew or left out, and everything else in the body stays as it is.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

import msgspec

from batchtui.errors import InputError
from batchtui.jsonl.glance import BOM, custom_id_of
from batchtui.jsonl.ids import NO_ID, IdTable
from batchtui.jsonl.lines import blocks
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.source import Source, opened
from batchtui.jsonl.write import new_file

REPAIRS: Final = {
    "strip_bom": "remove the byte order mark",
    "drop_blank_lines": "remove blank lines",
    "set_method": "write POST where the method is missing or another",
    "set_url": "write the batch's endpoint where the url is missing",
    "renumber_duplicates": "give a repeated custom_id the suffix -2, -3, ...",
    "remove_stream": "remove stream, and its options, from the body",
}
_OF_STREAMS: Final = ("stream", "stream_options")

_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def repair(
    path: Path, out: Path, repairs: Collection[str], *, endpoint: str | None = None
) -> Steps[dict[str, int]]:
    """Write `path` to `out` with these repairs; returns how many lines each one changed.

    `endpoint` is what `set_url` writes. Lines that are no JSON objects stay as they are. Raises
    InputError when a file cannot be read or written.
    """
    unknown = sorted(set(repairs) - set(REPAIRS))
    if unknown:
        raise InputError(f"no repair is called {unknown[0]!r}", hint=f"known: {', '.join(REPAIRS)}")
    if "set_url" in repairs and endpoint is None:
        raise InputError("set_url needs the endpoint to write")
    with (yield from opened(path)) as source:
        ids = IdTable()
        total = source.size_bytes
        if "renumber_duplicates" in repairs:
            total *= 2
            yield from _collect(source, ids, total)
        work = _Repair(repairs, endpoint, ids)
        with new_file(out) as file:
            for block in blocks(source):
                for line in block.lines:
                    if block.left_out and line is block.lines[-1]:
                        raise InputError(f"{path} has a line too long to be repaired")
                    file.write(work.line(line, block.offset == 0 and line is block.lines[0]))
                yield Progress(total - source.size_bytes + block.end, total)
        return work.changed


def _collect(source: Source, ids: IdTable, total: int) -> Steps[None]:
    for block in blocks(source):
        ids.extend([custom_id_of(line) for line in block.lines])
        yield Progress(block.end, total)


class _Repair:
    def __init__(self, repairs: Collection[str], endpoint: str | None, ids: IdTable) -> None:
        self.repairs = repairs
        self.endpoint = endpoint
        self.ids = ids  # all of the file, then those that were given
        self.number = 0  # of the line in `ids`
        self.next_suffix: dict[bytes, int] = {}
        self.changed: dict[str, int] = dict.fromkeys(repairs, 0)

    def line(self, line: bytes, is_first: bool) -> bytes:
        number, self.number = self.number, self.number + 1
        if is_first and "strip_bom" in self.repairs and line.startswith(BOM):
            self.changed["strip_bom"] += 1
            line = line[len(BOM) :]
        if not line.strip(b" \t\r\n"):
            if "drop_blank_lines" not in self.repairs:
                return line
            self.changed["drop_blank_lines"] += 1
            return b""
        fields = self.fields(line, number)
        may_stream = "remove_stream" in self.repairs and b'"stream' in line
        if not fields and not may_stream:
            return line
        try:
            request = _decode(line.removeprefix(BOM))
        except (ValueError, RecursionError):
            return line
        done = self.written(request, fields)
        if may_stream and _without_stream(request):
            done.append("remove_stream")
        if not done:
            return line
        for name in done:
            self.changed[name] += 1
        return msgspec.json.encode(request) + (b"\n" if line.endswith(b"\n") else b"")

    def written(
        self, request: dict[str, msgspec.Raw], fields: dict[str, tuple[str, str]]
    ) -> list[str]:
        """Write the fields that are not yet as they should be; returns the repairs that did."""
        done = []
        for name, (key, value) in fields.items():
            if name == "set_url" and key in request:
                continue
            encoded = msgspec.json.encode(value)
            if key not in request or bytes(request[key]) != encoded:
                request[key] = msgspec.Raw(encoded)
                done.append(name)
        return done

    def fields(self, line: bytes, number: int) -> dict[str, tuple[str, str]]:
        """By the repair's name: the key, and the value that it should have."""
        fields = {}
        if "set_method" in self.repairs:
            fields["set_method"] = "method", "POST"
        if self.endpoint is not None and "set_url" in self.repairs:
            fields["set_url"] = "url", self.endpoint
        if "renumber_duplicates" in self.repairs:
            custom_id = custom_id_of(line)
            if custom_id is not None and self.ids.find([custom_id])[0] != number:
                new_id = self.free_id(custom_id).decode("utf-8", "replace")
                fields["renumber_duplicates"] = "custom_id", new_id
        return fields

    def free_id(self, custom_id: bytes) -> bytes:
        suffix = self.next_suffix.get(custom_id, 2)
        while self.ids.find([new_id := custom_id + b"-%d" % suffix])[0] != NO_ID:
            suffix += 1
        self.next_suffix[custom_id] = suffix + 1
        self.ids.extend([new_id])
        return new_id


def _without_stream(request: dict[str, msgspec.Raw]) -> bool:
    """False when its body does not ask for a stream."""
    try:
        body = _decode(request.get("body", b"{}"))
    except (ValueError, RecursionError):
        return False
    if bytes(body.get("stream", b"")) != b"true":
        return False
    left = {key: value for key, value in body.items() if key not in _OF_STREAMS}
    request["body"] = msgspec.Raw(msgspec.json.encode(left))
    return True
