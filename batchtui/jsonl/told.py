"""What a join needs to know of result lines: whose each is, what became of it, where it is."""

from __future__ import annotations

from itertools import accumulate

import msgspec

from batchtui.jsonl.glance import BOM, glances
from batchtui.jsonl.joined import CODE
from batchtui.jsonl.lines import Block


class Told(msgspec.Struct, array_like=True, gc=False):
    """Of each line of a block, in order. `codes` are those of `joined.OUTCOMES`.

    `blanks`: which lines, counted from 0, are blank. `end`: the offset after the block.
    """

    custom_ids: list[bytes | None]
    codes: bytes
    offsets: list[int]
    lengths: list[int]
    blanks: list[int]
    end: int


def tell(block: Block) -> Told:
    custom_ids, outcomes = glances(block.lines)
    offsets, lengths = places(block)
    blanks = []
    if None in custom_ids:
        blanks = [
            at for at, line in enumerate(block.lines) if custom_ids[at] is None and is_blank(line)
        ]
    codes = bytes([CODE[outcome] for outcome in outcomes])
    return Told(custom_ids, codes, offsets, lengths, blanks, block.end)


def places(block: Block) -> tuple[list[int], list[int]]:
    """Offsets and lengths, without `\\n`, of the block's lines."""
    sizes = list(map(len, block.lines))
    sizes[-1] += block.left_out
    offsets = list(accumulate(sizes[:-1], initial=block.offset))
    lengths = [size - 1 for size in sizes]
    if block.lines[-1][-1] != 10 and not block.left_out:
        lengths[-1] += 1
    lengths[-1] = min(lengths[-1], 0xFFFFFFFF)
    return offsets, lengths


def is_blank(line: bytes) -> bool:
    return not line.removeprefix(BOM).strip(b" \t\r\n")
