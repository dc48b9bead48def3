"""How numbers of any size are spread, in bounded memory: exact below 16, then within an eighth."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

_EXACT_BITS = 4
_EXACT = 1 << _EXACT_BITS
_PARTS = 8  # of each power of two from 16 on


@dataclass(slots=True)
class Histogram:
    """Of whole numbers from 0 on. `buckets`: how many are in each; see `low`."""

    buckets: dict[int, int] = field(default_factory=dict)
    count: int = 0
    total: int = 0
    least: int = 0
    most: int = 0

    def add(self, number: int) -> None:
        """Numbers below 0 count as 0."""
        number = max(number, 0)
        place = bucket_of(number)
        self.buckets[place] = self.buckets.get(place, 0) + 1
        self.least = min(self.least, number) if self.count else number
        self.most = max(self.most, number)
        self.count += 1
        self.total += number

    def below(self, share: float) -> int:
        """A number that `share` (0.0 to 1.0) of all are not above, within an eighth; 0 for none."""
        left = share * self.count
        for place in sorted(self.buckets):
            left -= self.buckets[place]
            if left <= 0:
                return min(max(low(place + 1) - 1, self.least), self.most)
        return self.most

    def spread(self, cells: int) -> list[float]:
        """How many are in each of `cells` equal parts of the way from the least to the most.

        What is in one bucket counts as spread evenly over it.
        """
        counts = [0.0] * cells
        if not self.count:
            return counts
        cell = (self.most - self.least + 1) / cells
        for place, count in self.buckets.items():
            begin = max(low(place), self.least)
            end = min(low(place + 1), self.most + 1)
            first = int((begin - self.least) / cell)
            last = min(math.ceil((end - self.least) / cell), cells)
            for at in range(min(first, cells - 1), last):
                left = max(begin, self.least + at * cell)
                right = min(end, self.least + (at + 1) * cell)
                counts[at] += count * max(right - left, 0.0) / (end - begin)
        return counts


def bucket_of(number: int) -> int:
    bits = number.bit_length()
    if bits <= _EXACT_BITS:
        return number
    octave = bits - _EXACT_BITS - 1
    return _EXACT + octave * _PARTS + (number >> (bits - _EXACT_BITS)) - _PARTS


def low(bucket: int) -> int:
    """The least number of a bucket."""
    if bucket < _EXACT:
        return bucket
    octave, part = divmod(bucket - _EXACT, _PARTS)
    return (part + _PARTS) << (octave + 1)
