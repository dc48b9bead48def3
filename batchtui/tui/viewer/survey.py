"""What became of every line of a results file: one pass in the background, a byte a line.

Owns the counts that the title shows and the codes that filters use. Joined files have them already.
"""

from __future__ import annotations

from batchtui.jsonl.glance import glances
from batchtui.jsonl.joined import CODE, OUTCOMES
from batchtui.jsonl.lines import blocks
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.source import Source

LINES_A_STEP = 16


class Survey:
    """`codes` grows while `extend` runs in another thread; OUTCOMES tells what a code means."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.codes = bytearray()
        self.is_complete = False
        self._tally = [0] * len(OUTCOMES)
        self._offset = 0

    @property
    def counts(self) -> dict[Outcome, int]:
        return {outcome: n for outcome, n in zip(OUTCOMES, self._tally, strict=True) if n}

    def outcome(self, line: int) -> Outcome | None:
        return OUTCOMES[self.codes[line]] if line < len(self.codes) else None

    def extend(self) -> Steps[None]:
        """Survey what is not yet: all, or what the file has grown by."""
        self.is_complete = False
        total = self.source.size_bytes
        for block in blocks(self.source, self._offset):
            offset = block.offset
            for start in range(0, len(block.lines), LINES_A_STEP):
                lines = block.lines[start : start + LINES_A_STEP]
                for line, outcome in zip(lines, glances(lines)[1], strict=True):
                    code = CODE[outcome]
                    self.codes.append(code)
                    self._tally[code] += not line.isspace()
                    offset += len(line)
                yield Progress(offset, total)
            self._offset = block.end
            yield Progress(block.end, total)
        self.is_complete = True
