"""A table of custom_ids that costs 16 to 24 bytes an id, whatever the ids look like.

Ids are known by Python's 64-bit keyed hash of their bytes, which a file's author cannot predict.
Among ten million ids, two different ones share a hash with a chance of 3 in a million; who must be
certain looks at the two lines.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable

NO_ID = -1


class IdTable:
    """Numbers ids in the order of `append`. Open addressing, never more than half full."""

    def __init__(self, expected: int = 0) -> None:
        size = max(1024, 1 << (expected * 2).bit_length())
        self._hashes = array("q")
        self._slots = array("I", bytes(4 * size))
        self._mask = size - 1

    def __len__(self) -> int:
        return len(self._hashes)

    def append(self, custom_id: bytes | None) -> int:
        """Give `custom_id` the next number. Returns the first number that it was given, this one
        if it is new; NO_ID for None, which takes a number and is never found."""
        return self.extend((custom_id,))[0]

    def extend(self, custom_ids: Iterable[bytes | None]) -> list[int]:
        """`append` for many."""
        hashes, slots, mask = self._hashes, self._slots, self._mask
        firsts = []
        number = len(hashes)
        for custom_id in custom_ids:
            key = hash(custom_id)
            hashes.append(key)
            number += 1
            if custom_id is None:
                firsts.append(NO_ID)
                continue
            at = key & mask
            while other := slots[at]:
                if hashes[other - 1] == key:
                    break
                at = (at + 1) & mask
            else:
                slots[at] = other = number
                if number * 2 > mask:
                    self._resize((mask + 1) * 4)
                    slots, mask = self._slots, self._mask
            firsts.append(other - 1)
        return firsts

    def find_all(self, custom_ids: Iterable[bytes | None]) -> list[int]:
        """`find` for many; NO_ID for None."""
        hashes, slots, mask = self._hashes, self._slots, self._mask
        found = []
        for custom_id in custom_ids:
            key = hash(custom_id)
            at = key & mask
            while other := slots[at]:
                if hashes[other - 1] == key:
                    break
                at = (at + 1) & mask
            found.append(other - 1 if custom_id is not None else NO_ID)
        return found

    def _resize(self, size: int) -> None:
        hashes, mask = self._hashes, size - 1
        slots = array("I", bytes(4 * size))
        for number in self._slots:
            if number:
                at = hashes[number - 1] & mask
                while slots[at]:
                    at = (at + 1) & mask
                slots[at] = number
        self._slots, self._mask = slots, mask
