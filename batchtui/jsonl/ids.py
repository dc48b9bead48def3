"""A table of custom_ids that costs 16 to 24 bytes an id, whatever the ids look like.

Ids are known by Python's 64-bit keyed hash of their bytes, which a file's author cannot predict.
Among ten million ids, two different ones share a hash with a chance of 3 in a million; who must be
certain looks at the two lines.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

NO_ID = -1
_NONE = hash(None)
_EMPTY = bytes(1 << 20)


class IdTable:
    """Numbers ids in the order in which they are added. Open addressing, at most half full."""

    def __init__(self) -> None:
        self._hashes = array("q")
        self._slots = array("I", bytes(4 * 1024))  # number + 1 of an id, or 0

    def __len__(self) -> int:
        return len(self._hashes)

    def extend(self, custom_ids: Sequence[bytes | None]) -> list[int]:
        """Give each id the next number. Returns for each the first number that it was given, its
        own if it is new; NO_ID for None, which takes a number and is never found."""
        hashes = self._hashes
        number = len(hashes)
        if (number + len(custom_ids)) * 2 > len(self._slots):
            self._grow(number + len(custom_ids))
        slots = self._slots
        mask = len(slots) - 1
        keys = list(map(hash, custom_ids))
        hashes.extend(keys)
        firsts = list(range(number, number + len(keys)))
        for key in keys:
            if key == _NONE:
                firsts[number - len(hashes)] = NO_ID
                number += 1
                continue
            at = key & mask
            other = slots[at]
            while other and hashes[other - 1] != key:
                at = (at + 1) & mask
                other = slots[at]
            if other:
                firsts[number - len(hashes)] = other - 1
                number += 1
            else:
                number += 1
                slots[at] = number
        return firsts

    def find(self, custom_ids: Sequence[bytes | None]) -> list[int]:
        """For each id the first number that it was given, or NO_ID."""
        hashes, slots = self._hashes, self._slots
        mask = len(slots) - 1
        keys = list(map(hash, custom_ids))
        found = [slots[key & mask] - 1 for key in keys]
        for at, key in enumerate(keys):
            other = found[at]
            if other >= 0 and hashes[other] != key:
                slot = (key + 1) & mask
                while (other := slots[slot] - 1) >= 0 and hashes[other] != key:
                    slot = (slot + 1) & mask
                found[at] = other
        return found

    def _grow(self, count: int) -> None:
        hashes = self._hashes
        slots = array("I")
        # In pieces: to clear it all at once would hold the interpreter for long.
        left = 4 << (count * 3).bit_length()
        while left:
            slots.frombytes(_EMPTY[:left])
            left -= min(left, len(_EMPTY))
        mask = len(slots) - 1
        for number in self._slots:
            if number:
                at = hashes[number - 1] & mask
                while slots[at]:
                    at = (at + 1) & mask
                slots[at] = number
        self._slots = slots
