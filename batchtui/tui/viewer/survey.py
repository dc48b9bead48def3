"""What became of every line of a results file: one pass in the background, a byte a line.

Owns the counts that the title shows and the codes that filters use. Joined files have them already.
"""

from __future__ import annotations

from typing import Final

from batchtui.jsonl.joined import OUTCOMES
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.source import Source
from batchtui.jsonl.telling import telling
from batchtui.jsonl.told import Told

BLANK: Final = len(OUTCOMES)
"""The code of a blank line."""


class Survey:
    """`codes` grows while `extend` runs in another thread; OUTCOMES tells what a code means."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.codes = bytearray()
        self.is_complete = False
        self._tally = [0] * (len(OUTCOMES) + 1)
        self._offset = 0
        self._unfinished: int | None = None
        """Where a last line begins that has no end yet."""

    @property
    def counts(self) -> dict[Outcome, int]:
        return {outcome: n for outcome, n in zip(OUTCOMES, self._tally, strict=False) if n}

    def outcome(self, line: int) -> Outcome | None:
        """None for a blank line too: it stands for no request."""
        code = self.codes[line] if line < len(self.codes) else BLANK
        return None if code == BLANK else OUTCOMES[code]

    def extend(self) -> Steps[None]:
        """Survey what is not yet: all, or what the file has grown by."""
        self.is_complete = False
        if self._unfinished is not None:
            self._offset, self._unfinished = self._unfinished, None
            self._tally[self.codes.pop()] -= 1
        with telling([self.source], begin=self._offset) as blocks:
            for _, told in blocks:
                self._add(told)
                yield Progress(told.end, self.source.size_bytes)
        self.is_complete = True

    def _add(self, told: Told) -> None:
        codes = bytearray(told.codes)
        for at in told.blanks:
            codes[at] = BLANK
        for code in set(codes):
            self._tally[code] += codes.count(code)
        self.codes += codes
        self._offset = told.end
        if told.offsets[-1] + told.lengths[-1] == told.end:
            self._unfinished = told.offsets[-1]
